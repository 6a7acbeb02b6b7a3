import {
  callback,
  custom,
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
import type { Dataset } from "./dataset.ts";
import type { EarlyStopping } from "./early_stopping.ts";
import type { EpochRecord, Progress } from "./epoch_record.ts";
import { type LossLike, lossOption } from "./loss.ts";
import { type Metric, metricsOption } from "./metrics.ts";
import { type Optimizer, optimizerOption } from "./optimizer.ts";
import type { ProgressDisplay } from "./progress.ts";
import type { DataStream } from "./stream.ts";

/** Settings of `fit`. */
export interface FitOptions {
  /** Times that all examples are seen; 1 by default. */
  readonly epochs?: number;
  /** Examples of a step; 32 by default. */
  readonly batchSize?: number;
  /** The rule of the steps; `adam()` by default. */
  readonly optimizer?: Optimizer;
  /** The loss, or one for each output; "crossEntropy" (of logits) by default. */
  readonly loss?: LossLike | readonly LossLike[];
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
  /** Further measures, by name. */
  readonly metrics?: Readonly<Record<string, Metric>>;
  /**
   * Whether progress is shown: in a notebook as bars, a chart and a table, elsewhere on stderr. True
   * by default in a notebook and in a terminal.
   */
  readonly progress?: boolean | ProgressDisplay;
  /** Called after each step is queued; nothing has been read back then. */
  readonly onStep?: (step: { readonly epoch: number; readonly step: number }) => void;
  /** Called about four times a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called after each epoch. */
  readonly onEpoch?: (record: EpochRecord) => void | Promise<void>;
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
   * Ends training after the step under way; a checkpoint is written if one is asked for. Validation
   * ends after its batch under way, and the last epoch of the history is then without it. A
   * notebook's stop button does the same.
   */
  readonly signal?: AbortSignal;
}

/** The options of `fit`. */
export const fitSchema = {
  epochs: positiveInteger(1),
  batchSize: positiveInteger(32),
  optimizer: optimizerOption,
  loss: lossOption("crossEntropy"),
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
  earlyStopping: object("options in braces"),
  checkpoint: group({
    directory: required(text()),
    everySteps: positiveInteger(),
    everySeconds: number({ above: 0 }),
    metadata: object<Readonly<Record<string, string>>>("texts by name"),
  }),
  resume: text(),
  signal: instance(AbortSignal),
} satisfies Schema<FitOptions>;

/** The options of a `fit`, with their defaults. */
export type FitSettings = Values<typeof fitSchema>;

/** Settings of `evaluate`. */
export interface EvaluateOptions extends Pick<FitOptions, "topK" | "metrics"> {
  /** Examples of a run; 128 by default. It does not change the result. */
  readonly batchSize?: number;
  /**
   * The loss, or one for each output; by default what the model was trained with last, or
   * "crossEntropy" where it was not since it was made or loaded.
   */
  readonly loss?: LossLike | readonly LossLike[];
  /** Ends the evaluation by an AbortError, as a notebook's stop button does. */
  readonly signal?: AbortSignal;
}

/** The options of `evaluate`. */
export const evaluateSchema = {
  batchSize: positiveInteger(128),
  loss: lossOption(),
  topK: fitSchema.topK,
  metrics: fitSchema.metrics,
  signal: fitSchema.signal,
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
export interface TrainOnBatchOptions extends Pick<FitOptions, "optimizer" | "loss"> {
  /** Seeds dropout; 0 by default. */
  readonly seed?: number;
  /** Epochs done so far, with a fraction, for the schedule of the learning rate; 0 by default. */
  readonly epoch?: number;
}

/** The options of `trainOnBatch`. */
export const trainOnBatchSchema = {
  optimizer: optimizerOption,
  loss: lossOption(),
  seed: integer(),
  epoch: number({ least: 0 }, 0),
} satisfies Schema<TrainOnBatchOptions>;

/** Settings of a new model. */
export interface ModelOptions {
  /** The first weights depend on it alone; 0 by default. */
  readonly seed?: number;
}

/** The options of a new model. */
export const modelSchema = { seed: integer({}, 0) } satisfies Schema<ModelOptions>;
