import {
  callback,
  custom,
  elsewhere,
  flag,
  group,
  instance,
  integer,
  listOf,
  number,
  object,
  positiveInteger,
  required,
  text,
} from "../core/option_kinds.ts";
import type { Schema, Values } from "../core/options.ts";
import type { Normalization } from "../core/preprocessing.ts";
import type { Group } from "../parallel/group.ts";
import type { TensorInputs } from "../nn/end_names.ts";
import type { Dataset } from "./dataset.ts";
import type { EarlyStopping } from "./early_stopping.ts";
import type { EpochRecord, Progress } from "./epoch_record.ts";
import type { ByOutput } from "./by_output.ts";
import type { ClassWeights } from "./class_weights.ts";
import { type LossesLike, lossOption } from "./loss.ts";
import { type MetricsLike, metricsOption } from "./metric_options.ts";
import { type Optimizer, optimizerOption } from "./optimizer.ts";
import type { ProgressDisplay } from "./progress.ts";
import type { DataStream } from "./stream.ts";
import type { WeightAverage } from "./weight_average.ts";

/** Settings of `fit`. */
export interface FitOptions {
  /** Times that all examples are seen; 1 by default. */
  readonly epochs?: number;
  /** Examples of a batch; 32 by default. */
  readonly batchSize?: number;
  /**
   * Batches of a step, for batches larger than memory holds; 1 by default. The gradients of so many
   * batches are averaged, by what examples count in the loss, before one update: the step of one batch
   * of accumulate * batchSize examples, but that batch norm normalises each batch by itself and
   * dropout draws for each. Steps, learning rates and checkpoints count updates. An epoch's last
   * update takes the batches that are left, as PyTorch's trainers do (Keras carries them over into the
   * next epoch); `dropRemainder` leaves out a batch alone.
   */
  readonly accumulate?: number;
  /** The rule of the steps; `adam()` by default. */
  readonly optimizer?: Optimizer;
  /**
   * The loss, or one for each output in a list or by the outputs' names; "crossEntropy" (of logits) by
   * default. Of several outputs the sum is made small. Labels are class numbers, or a share for each
   * class as `mixup` gives them; losses of numbers take a class number as 1 for that class and 0 for
   * the others.
   */
  readonly loss?: LossesLike;
  /** By what each output's loss is multiplied in the sum; 1 by default. */
  readonly lossWeights?: ByOutput<number>;
  /**
   * What examples of each class count in the loss, in validation too: by label, by the classes' names
   * (1 where one is not named), or "balanced", which has all classes of the data count the same. The
   * loss is then the weighted mean, as PyTorch's CrossEntropyLoss(weight=…) has it. Of several outputs,
   * by the outputs' names. Weights of single examples belong to the data set.
   */
  readonly classWeights?: ClassWeights | "balanced";
  /** Data that the model is measured on after each epoch. */
  readonly validation?: Dataset | DataStream;
  /**
   * Whether examples come in a new order in each epoch; true by default. A stream keeps its own order:
   * see {@linkcode DataStream.shuffle}.
   */
  readonly shuffle?: boolean;
  /** Seeds the order of examples and dropout; 0 by default. */
  readonly seed?: number;
  /** Whether a last batch that is not full is left out; false by default. */
  readonly dropRemainder?: boolean;
  /** The k of the top-k metric; 5 by default. */
  readonly topK?: number;
  /**
   * Further measures: names of ready-made ones or metrics in a list, or by the names that they have in
   * results; for every output, or by the outputs' names. Without any, what fits is counted: top-1 and
   * top-k for class numbers and probabilities of classes, the share of right answers for yes and no
   * and for the classes of pixels.
   */
  readonly metrics?: MetricsLike;
  /**
   * Whether progress is shown: in a notebook as bars, a chart and a table, elsewhere on stderr. True
   * by default in a notebook and in a terminal.
   */
  readonly progress?: boolean | ProgressDisplay;
  /** Called after each step (update) is queued; nothing has been read back then. */
  readonly onStep?: (step: { readonly epoch: number; readonly step: number }) => void;
  /** Called about four times a second; training goes on when what it returns is done. */
  readonly onProgress?: (progress: Progress) => void | Promise<void>;
  /**
   * Called after each epoch, before its checkpoint is written: what it freezes, unfreezes or assigns is
   * in that.
   */
  readonly onEpoch?: (record: EpochRecord) => void | Promise<void>;
  /**
   * Has an average of the weights measured and kept in their place: `ema(0.999)`, `swa({ start: 10 })`
   * or a rule of one's own. The validation, and so early stopping and the best epoch's weights, are the
   * average's, and after `fit` the model holds it; what is measured of the training data, and what
   * `onEpoch` sees in the model, are the weights of the steps. A checkpoint holds both. A run that is
   * stopped by its `signal` before statistics were counted anew (`swa`) leaves the last step's weights.
   */
  readonly average?: WeightAverage;
  /** When to stop before the last epoch. */
  readonly earlyStopping?: EarlyStopping;
  /** Where and how often training is saved; always at an epoch's end and when it is interrupted. */
  readonly checkpoint?: {
    readonly directory: string;
    readonly everySteps?: number;
    readonly everySeconds?: number;
    /** Texts to be saved with it. */
    readonly metadata?: Readonly<Record<string, string>>;
  };
  /**
   * A checkpoint's folder to go on from: the run then ends as if it had never been interrupted. What was
   * frozen then is frozen again, and nothing else; to train other layers from there, take the model of
   * `loadModel`, and a new run.
   */
  readonly resume?: string;
  /**
   * Processes that train together, of {@linkcode joinProcesses}: each takes its share of every batch, and
   * gradients are averaged, so that the run is that of one process but for rounding, and all have the same
   * weights. Every process calls `fit` with the same settings and data; the first alone writes checkpoints
   * and shows progress. Batch norm normalises each share by itself unless it is `synchronized`.
   */
  readonly group?: Group;
  /**
   * Ends training after the step under way; a checkpoint is written if one is asked for. Validation
   * ends after its batch under way, and the last epoch of the history is then without it. A
   * notebook's stop button does the same.
   */
  readonly signal?: AbortSignal;
}

const ofExamples = elsewhere(
  "weights of examples belong to the data set: arrayDataset({ inputs, targets, weights })",
);

/** What decides which examples are seen belongs to the data. */
const sampled = elsewhere(
  'say classWeights: "balanced", or draw the examples: train on await data.sample({ balanced: true }), ' +
    "or on await data.sample({ weights })",
);

/** What other libraries call weights of examples. */
const examplesInData = { weights: ofExamples, sampleWeights: ofExamples, sampleWeight: ofExamples };

const ofOptimizer = elsewhere(
  "it belongs to the optimizer, as in optimizer: sgd({ learningRate: 0.1 })",
);

const split = elsewhere("split the data before: const [train, validation] = data.split(n)");

const summed = elsewhere("say accumulate: the batches of a step");

/** Processes that work together. */
export const groupOption = custom<Group>(
  "a group, of await joinProcesses()",
  (value): value is Group => value instanceof Object && "rank" in value && "sumTensor" in value,
);

/** The options of `fit`. */
export const fitSchema = {
  epochs: positiveInteger(1),
  batchSize: positiveInteger(32),
  accumulate: positiveInteger(1),
  optimizer: optimizerOption,
  loss: lossOption("crossEntropy"),
  lossWeights: object<ByOutput<number>>("a number for each output, in a list or by name"),
  classWeights: custom<ClassWeights | "balanced">(
    'a number for each class, in a list or by name, or "balanced"',
    (value): value is ClassWeights | "balanced" => value === "balanced" || value instanceof Object,
  ),
  validation: custom(
    "a data set",
    (value): value is Dataset | DataStream => value instanceof Object && "batches" in value,
  ),
  shuffle: flag(true),
  seed: integer({}, 0),
  dropRemainder: flag(false),
  topK: positiveInteger(5),
  metrics: metricsOption,
  progress: custom(
    "true, false or a display",
    (value): value is boolean | ProgressDisplay =>
      typeof value === "boolean" || value instanceof Object && "progress" in value,
  ),
  onStep: callback(),
  onProgress: callback(),
  onEpoch: callback(),
  average: custom(
    "an average of weights such as ema(0.999) or swa({ start: 10 })",
    (value): value is WeightAverage =>
      value instanceof Object && "update" in value && typeof value.update === "function" &&
      "name" in value && "after" in value && "statistics" in value,
  ),
  earlyStopping: object("options in braces"),
  checkpoint: group({
    directory: required(text()),
    everySteps: positiveInteger(),
    everySeconds: number({ above: 0 }),
    metadata: object<Readonly<Record<string, string>>>("texts by name"),
  }),
  resume: text(),
  group: groupOption,
  signal: instance(AbortSignal),
  ...{
    ...examplesInData,
    balanced: sampled,
    sampler: sampled,
    weightedSampler: sampled,
    gradientAccumulationSteps: summed,
    accumulationSteps: summed,
    learningRate: ofOptimizer,
    lr: ofOptimizer,
    momentum: ofOptimizer,
    weightDecay: ofOptimizer,
    validationSplit: split,
    validation_split: split,
  },
} satisfies Schema<FitOptions>;

/** The options of a `fit`, with their defaults. */
export type FitSettings = Values<typeof fitSchema>;

/** Settings of `evaluate`. */
export interface EvaluateOptions extends Pick<FitOptions, "lossWeights" | "topK" | "metrics"> {
  /** Examples of a run; 128 by default. It does not change the result. */
  readonly batchSize?: number;
  /**
   * The loss, or one for each output; by default what the model was trained with last, or
   * "crossEntropy" where it was not since it was made or loaded. Without another loss, its weights of
   * outputs and classes are those of that training too, and so are the metrics where none are given.
   */
  readonly loss?: LossesLike;
  /** What examples of each class count in the loss. */
  readonly classWeights?: ClassWeights;
  /** Processes that measure together: each a part of the data, and all have the result. */
  readonly group?: Group;
  /** Ends the evaluation by an AbortError, as a notebook's stop button does. */
  readonly signal?: AbortSignal;
}

/** The options of `evaluate`. */
export const evaluateSchema = {
  batchSize: positiveInteger(128),
  loss: lossOption(),
  lossWeights: fitSchema.lossWeights,
  classWeights: object<ClassWeights>("a number for each class, in a list or by name"),
  topK: fitSchema.topK,
  metrics: fitSchema.metrics,
  group: groupOption,
  signal: fitSchema.signal,
  ...examplesInData,
} satisfies Schema<EvaluateOptions>;

/** Settings of `predict`. */
export interface PredictOptions {
  /** Examples of a run; 128 by default. */
  readonly batchSize?: number;
  /** Layers whose results are wanted instead of the model's outputs. */
  readonly outputs?: readonly string[];
  /** How uint8 images are normalised, in this call alone; by default as the model's are. */
  readonly normalization?: Normalization;
}

/** The options of `predict`. */
export const predictSchema = {
  batchSize: evaluateSchema.batchSize,
  outputs: listOf(text()),
  normalization: object("a normalization { mean, standardDeviation }"),
} satisfies Schema<PredictOptions>;

/** Settings of `trainOnBatch`; what is not given stays as in the call before, but for the epoch. */
export interface TrainOnBatchOptions
  extends Pick<FitOptions, "optimizer" | "loss" | "lossWeights" | "topK" | "metrics"> {
  /** What examples of each class count in the loss. */
  readonly classWeights?: ClassWeights;
  /** What each example of this batch counts in the loss, [n]; or such for each output, by name or in a list. */
  readonly weights?: TensorInputs;
  /** Seeds dropout; 0 by default. */
  readonly seed?: number;
  /** Epochs done so far, with a fraction, for the schedule of the learning rate; 0 by default. */
  readonly epoch?: number;
}

/** The options of `trainOnBatch`. */
export const trainOnBatchSchema = {
  optimizer: optimizerOption,
  loss: lossOption(),
  lossWeights: fitSchema.lossWeights,
  classWeights: evaluateSchema.classWeights,
  topK: positiveInteger(),
  metrics: fitSchema.metrics,
  weights: object<TensorInputs>("a tensor, or tensors by output or in a list"),
  seed: integer(),
  epoch: number({ least: 0 }, 0),
  ...{ sampleWeights: elsewhere("give them as weights: a number for each example") },
} satisfies Schema<TrainOnBatchOptions>;

/** Settings of a new model. */
export interface ModelOptions {
  /** The first weights depend on it alone; 0 by default. */
  readonly seed?: number;
}

/** The options of a new model. */
export const modelSchema = { seed: integer({}, 0) } satisfies Schema<ModelOptions>;
