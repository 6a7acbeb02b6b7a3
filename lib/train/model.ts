import { options, pick } from "../core/options.ts";
import type { ByName, TensorInputs } from "../nn/end_names.ts";
import { applyAgain, beforeHead, withoutDropout } from "../nn/head.ts";
import { input, type SymbolicValue } from "../nn/symbolic.ts";
import { defaultRuntime, type Runtime } from "../tensor/runtime.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Schema } from "./batch.ts";
import { checkData, fittedTo, orderedFor } from "./model_data.ts";
import { Dataset } from "./dataset.ts";
import { fit } from "./fit.ts";
import type { History } from "./history.ts";
import { host, stopOf } from "./host.ts";
import { beginTraining } from "./exclusive.ts";
import type { LearningRateCurve } from "./learning_rate_curve.ts";
import type { LearningRateFinderOptions } from "./learning_rate_finder.ts";
import { metadataOf } from "./model_metadata.ts";
import type { ClassWeights } from "./class_weights.ts";
import type { Metrics } from "./metric.ts";
import type { Profile } from "../profile/profile.ts";
import type { ProfileOptions } from "./profile_model.ts";
import { PortableNetwork } from "./portable_network.ts";
import type { Predictor } from "./predictor.ts";
import type { DataStream } from "./stream.ts";
import { type OutputSettings, trainedOutputs } from "./outputs.ts";
import type { BatchTraining } from "./train_on_batch.ts";
import { Trainer } from "./trainer.ts";
import {
  type EvaluateOptions,
  evaluateSchema,
  type FitOptions,
  fitSchema,
  type PredictOptions,
  predictSchema,
  type TrainOnBatchOptions,
  trainOnBatchSchema,
} from "./training_options.ts";

/**
 * A network that can be trained, measured, used and saved. `sequential()` and `model()` make one.
 *
 * ```ts
 * import { arrayDataset, sequential, sgd } from "@striate/striate";
 * const xor = arrayDataset({
 *   inputs: [[0, 0], [0, 1], [1, 0], [1, 1]],
 *   targets: [0, 1, 1, 0],
 * });
 * const net = sequential([2], { seed: 1 }).dense(8).tanh().dense(2);
 * await net.fit(xor, { epochs: 200, batchSize: 4, optimizer: sgd({ learningRate: 0.5, momentum: 0.9 }) });
 * const { top1 } = await net.evaluate(xor);
 * console.log(top1); // 1
 * ```
 */
export class Model extends PortableNetwork<Model> {
  /** What `predict` runs, as the graph is now. */
  #predictor: Predictor | undefined;
  #home: Runtime | undefined;
  /** What goes on from one `trainOnBatch` to the next. */
  #onBatches: BatchTraining | undefined;
  /** What it was trained for last. */
  #objective: OutputSettings = {};

  /** Called when the graph has grown: programs are compiled anew. */
  protected override changed(): this {
    this.keepClassNames();
    this.#predictor = undefined;
    this.#onBatches?.release();
    this.#onBatches = undefined;
    return this;
  }

  /**
   * Moves the model to a runtime, where it is trained and used from then on; until then, and once that
   * is closed, it is on the default one.
   *
   * ```ts
   * import { openRuntime, sequential, zeros } from "@striate/striate";
   * await using runtime = await openRuntime("cpu", { threads: 1 });
   * const net = await sequential([2]).dense(1).to(runtime);
   * console.log(await (await net.predict(zeros([1, 2]))).array()); // [[0]]
   * ```
   */
  async to(runtime: Runtime): Promise<this> {
    this.#home = runtime;
    await this.#runtime();
    return this;
  }

  /** The runtime, with all weights there. */
  async #runtime(): Promise<Runtime> {
    for (;;) {
      const runtime = this.#home?.successor ?? defaultRuntime();
      await runtime.open();
      for (const weight of this.weights) await weight.to(runtime);
      if (runtime.isOpen) return runtime;
    }
  }

  /**
   * The model up to a layer: a model that shares its weights, under the same names. It has all inputs,
   * and how images become them.
   *
   * ```ts
   * import { resnet } from "@striate/striate";
   * console.log(resnet(18).cut("maxpool").outputShape); // [56, 56, 64]
   * ```
   *
   * @throws {RangeError} for a layer that there is not
   */
  cut(layer: string): Model {
    return this.#sharing(this.inputs, this.output(layer));
  }

  /**
   * The trunk: the model up to its head, which is the last dense layer or convolution, where that
   * makes the (first) output, with what follows it. Dropout before the head belongs to neither. The
   * weights are shared. With global average pooling before the head these are its numbers, of
   * SqueezeNet the last maps, of VGG the 4,096 units of the second dense layer; {@linkcode Model.cut}
   * cuts anywhere.
   *
   * ```ts
   * import { googlenet, squeezenet, vgg } from "@striate/striate";
   * console.log(googlenet().features().outputShape); // [1024]
   * console.log(squeezenet("1.1").features().outputShape, vgg(16).features().outputShape);
   * // [13, 13, 512] [4096]
   * ```
   *
   * @throws {TypeError} if the output is made in another way
   */
  features(): Model {
    return this.#sharing(this.inputs, this.#beforeHead("features"));
  }

  /**
   * What follows `features()`, or follows a layer: a model that takes what the trunk yields, and makes
   * the (first) output of it. Its weights are this model's, and so are the names of classes: trained on what
   * {@linkcode extractFeatures} has of each image, it costs next to nothing, and this model has learnt.
   *
   * ```ts
   * import { digits, extractFeatures, lenet5 } from "@striate/striate";
   * const { train, test } = digits({ train: 640, test: 100 });
   * const net = lenet5();
   * const trunk = net.features(), head = net.head();
   * await head.fit(await extractFeatures(trunk, train), { epochs: 20 });
   * console.log((await net.evaluate(test)).top1! > 0.3); // true: the trunk has learnt nothing
   * ```
   *
   * @throws {TypeError} if the output depends on the input in another way than through that layer
   */
  head(from?: string): Model {
    const start = from === undefined ? this.#beforeHead("head") : this.output(from);
    const x = input(start.shape);
    const made = this.#sharing([x], applyAgain(start, this.outputs[0]!, x, "head"));
    made.outputs[0]!.shareClasses(this.outputs[0]!);
    return made;
  }

  #beforeHead(where: string): SymbolicValue {
    return withoutDropout(beforeHead(this.outputs[0]!, where));
  }

  /** A model of layers of this one, which goes where this one is. */
  #sharing(inputs: readonly SymbolicValue[], output: SymbolicValue): Model {
    const { inputs: names } = this.endNames, areOwn = inputs === this.inputs;
    const made = new Model(inputs, [output], this.seed, names && areOwn ? { inputs: names } : {});
    made.#home = this.#home;
    return made;
  }

  /**
   * Trains on examples and returns what was measured. Data whose inputs and targets have names give each
   * input and output what is called as it is.
   *
   * The run is decided by the seed: the same seed on the same kind of device gives the same weights,
   * bit for bit, and a resumed run those of an uninterrupted one. A further call goes on from the
   * weights and from nothing else: the optimizer begins anew, and with the same seed the order of the
   * examples and dropout repeat. To train for more epochs, `resume` from a checkpoint.
   *
   * One training at a time: a model, or one that shares layers with it which are not frozen, can be
   * measured and used meanwhile, but not trained.
   *
   * @throws {TypeError} if the data do not fit the model, or it is being trained already.
   * @throws {RangeError} if an option is out of range, if a layer does not take the last batch, or if
   * the loss is not finite because the data are not: the message names the example and the field.
   * @throws {DivergenceError} if the loss stops being a finite number with data that are.
   */
  async fit(data: Dataset | DataStream, given: FitOptions = {}): Promise<History> {
    checkData(data, "fit");
    const chosen = options("fit", given, fitSchema);
    using _training = beginTraining(this, "fit");
    data = await fittedTo(this, data, this.classes, "fit");
    const { classes = data.classes } = this;
    const validation = chosen.validation &&
      await fittedTo(this, chosen.validation, classes, "fit: validation");
    const runtime = await this.#runtime();
    using _ = runtime.hold();
    this.normalization ??= data.normalization;
    if (data.inputs[0]!.dtype === "u8") this.keepScale();
    this.classes ??= data.classes;
    const { classWeights: _weights, ...others } = chosen;
    const settings = {
      ...others,
      ...validation && { validation },
      ...await this.#classWeights("fit", data, chosen),
    };
    // What does not fit is not remembered.
    trainedOutputs("fit", this, data, settings);
    this.#objective = objectiveIn(settings);
    const { normalization } = this, metadata = metadataOf(this);
    return await fit(runtime, { network: this, data, normalization, metadata, settings });
  }

  /** The weights of classes, those that are to be balanced as numbers. */
  async #classWeights(
    where: string,
    data: Dataset | DataStream,
    { classWeights, ...others }: Omit<OutputSettings, "classWeights"> & {
      readonly classWeights?: ClassWeights | "balanced";
    },
  ): Promise<Pick<OutputSettings, "classWeights">> {
    if (classWeights === undefined) return {};
    if (classWeights !== "balanced") return { classWeights };
    const { balancedClassWeights } = await import("./balanced_class_weights.ts");
    const outputs = trainedOutputs(where, this, data, others);
    return { classWeights: await balancedClassWeights(data, outputs) };
  }

  /**
   * Looks for a learning rate: trains for a few steps with rates that grow from tiny to far too large,
   * and returns the loss by rate; `show` draws it. It ends early where the loss grows without bound.
   * Afterwards the model is what it was before: its weights and statistics, and what `trainOnBatch`
   * remembers. The optimizer given is the one to be used with the rate; its own rate is not looked at.
   * Source: Smith 2017, arXiv 1506.01186; the suggestion is a tenth of the rate where the loss is least
   * (see {@linkcode LearningRateCurve.suggestion}).
   *
   * ```ts
   * import { digits, lenet5, sgd } from "@striate/striate";
   * const { train } = digits({ train: 640 });
   * const net = lenet5(), optimizer = sgd({ momentum: 0.9 });
   * const curve = await net.findLearningRate(train, { optimizer, from: 1e-5, steps: 50 });
   * console.log(String(curve)); // learning rates from 1.0e-5 to …
   * await net.fit(train, { optimizer: sgd({ learningRate: curve.suggestion!, momentum: 0.9 }) });
   * ```
   *
   * @throws {TypeError} if the data do not fit the model, nothing of it can be trained, or it is being
   * trained already.
   * @throws {RangeError} if an option is out of range, or the data are not finite.
   * @throws {DivergenceError} if the loss of the first step is not a finite number with data that are.
   */
  async findLearningRate(
    data: Dataset | DataStream,
    given: LearningRateFinderOptions = {},
  ): Promise<LearningRateCurve> {
    const { findLearningRate, finderSchema } = await import("./learning_rate_finder.ts");
    const where = "findLearningRate", chosen = options(where, given, finderSchema);
    const { signal, classWeights: _weights, ...others } = chosen;
    checkData(data, where);
    using _training = beginTraining(this, where);
    data = await fittedTo(this, data, this.classes, where);
    const runtime = await this.#runtime();
    using _ = runtime.hold();
    using stoppable = host().begin();
    const curve = await findLearningRate(runtime, {
      network: this,
      data,
      normalization: this.normalization ?? data.normalization,
      settings: { ...others, ...await this.#classWeights(where, data, chosen) },
      signal: stopOf(stoppable, signal),
    });
    stoppable.ended();
    return curve;
  }

  /**
   * The loss on data, the share of right answers where there are such (top-1 and top-k for classes),
   * and the metrics; of several outputs also each one's own. The loss, its weights and the metrics are
   * those of the last training, unless others are given.
   *
   * @throws {RangeError} if the loss is not finite because the data are not.
   */
  async evaluate(data: Dataset | DataStream, given: EvaluateOptions = {}): Promise<Metrics> {
    const chosen = options("evaluate", given, evaluateSchema), { batchSize, signal } = chosen;
    const { metrics } = this.#objective;
    const before = chosen.loss === undefined ? this.#objective : { ...metrics && { metrics } };
    const settings = { ...before, ...chosen };
    data = await fittedTo(this, data, this.classes, "evaluate");
    const runtime = await this.#runtime();
    using _ = runtime.hold();
    const trainer = this.#makeTrainer("evaluate", runtime, data, settings);
    using stoppable = host().begin();
    try {
      return await trainer.measure(data, batchSize, stopOf(stoppable, signal));
    } finally {
      trainer.release();
    }
  }

  /**
   * One training step on a batch; returns its loss before the step. Several inputs, targets and weights
   * are lists in their order, or tensors by the names of inputs and outputs. What is given stays for the next
   * calls, and so does the optimizer's memory, also where the next one is of the same kind: a call
   * with `sgd()` of another learning rate or momentum goes on. An optimizer of another kind begins
   * anew. (A loss that is a function should be the same one in each call: for another, the program
   * is made again.)
   *
   * @throws {TypeError} if the batch does not fit the model or the batches before, or the model is
   * being trained already.
   * @throws {RangeError} if the batch holds a number that is infinite or none.
   */
  async trainOnBatch(
    x: TensorInputs,
    y: TensorInputs,
    given: TrainOnBatchOptions = {},
  ): Promise<Metrics> {
    const where = "trainOnBatch";
    const { epoch, weights = [], ...chosen } = options(where, given, trainOnBatchSchema);
    using _training = beginTraining(this, where); // before anything is waited for
    const { batchOf, BatchTraining } = await import("./train_on_batch.ts");
    const batch = batchOf(this, x, y, weights);
    const runtime = await this.#runtime();
    using _ = runtime.hold();
    // The scale that it learns with belongs to it from then on.
    if (batch.inputs[0]!.dtype === "u8") this.keepScale();
    const training = this.#onBatches ??= new BatchTraining();
    await training.prepare(
      runtime,
      batch,
      chosen,
      (data, settings) => this.#makeTrainer(where, runtime, data, settings),
    );
    this.#objective = objectiveIn(training.settings);
    return await training.step(batch, epoch);
  }

  /**
   * Where the time of a prediction goes, or of a training step: measures each launch of the program by
   * itself, and says which layer it is for, what it computes and moves, and how near that is to what the
   * device can do. `show` draws it, and as a text it is a table. The model stays as it is: the step of
   * `fit` runs on copies of the weights. The first call on a device also measures its ceilings.
   *
   * ```ts
   * import { lenet5, zeros } from "@striate/striate";
   * const net = lenet5();
   * const profile = await net.profile(zeros([8, 28, 28, 1]), { training: true, repeats: 3 });
   * console.log(String(profile)); // a training step of 8 on cpu (…): …
   * const trace = JSON.stringify(profile.chromeTrace()); // for chrome://tracing or Perfetto
   * ```
   *
   * @throws {TypeError} if tensors do not fit the model, or it is being trained.
   * @throws {RangeError} if an option is out of range.
   */
  async profile(x: TensorInputs, given: ProfileOptions = {}): Promise<Profile> {
    const { profileModel, profileSchema } = await import("./profile_model.ts");
    const { tensorsOf } = await import("./given_tensors.ts");
    const where = "profile", settings = options(where, given, profileSchema);
    const inputs = tensorsOf(x, where, this.inputNames);
    using _training = settings.training ? beginTraining(this, where) : undefined;
    const runtime = await this.#runtime();
    using _ = runtime.hold();
    using stoppable = host().begin();
    const { signal } = stoppable, { normalization } = this;
    const makeTrainer = (data: Schema) => this.#makeTrainer(where, runtime, data, settings);
    const task = { network: this, inputs, normalization, settings, signal, makeTrainer };
    return await profileModel(runtime, task);
  }

  #makeTrainer(
    where: string,
    runtime: Runtime,
    data: Schema,
    settings: EvaluateOptions & TrainOnBatchOptions,
  ): Trainer {
    const normalization = this.normalization ?? data.normalization, { group } = settings;
    return new Trainer(runtime, {
      where,
      network: this,
      data,
      normalization,
      settings,
      ...group && group.size > 1 && { group },
    });
  }

  /**
   * The outputs for examples: a tensor with the batch in front ([n, ...]), for several inputs a list of
   * such or tensors by the names of the inputs, or a data set. A model of several outputs gives a list of
   * tensors, in their order; one whose outputs were given by name gives tensors by name.
   *
   * ```ts
   * import { sequential, zeros } from "@striate/striate";
   * const net = sequential([28, 28, 1]).conv2d(6, 5, { name: "conv1" }).flatten().dense(10);
   * const logits = await net.predict(zeros([2, 28, 28, 1]));
   * const maps = await net.predict(zeros([2, 28, 28, 1]), { outputs: ["conv1"] });
   * console.log(logits.shape, maps.shape); // [2, 10] [2, 24, 24, 6]
   * ```
   */
  async predict(
    x: TensorInputs | Dataset,
    options?: PredictOptions & { readonly outputs?: readonly [string] },
  ): Promise<Tensor>;
  /** What several layers yield. */
  async predict(
    x: TensorInputs | Dataset,
    options: PredictOptions & { readonly outputs: readonly [string, string, ...string[]] },
  ): Promise<Tensor[]>;
  /** A tensor where there is one result, else a list. */
  async predict(
    x: TensorInputs | Dataset,
    options?: PredictOptions,
  ): Promise<Tensor | Tensor[]>;
  async predict(
    x: TensorInputs | Dataset,
    given: PredictOptions = {},
  ): Promise<Tensor | Tensor[] | ByName<Tensor>> {
    const settings = options("predict", given, predictSchema), { batchSize } = settings;
    const wanted = settings.outputs?.map((name) => this.output(name)) ?? this.outputs;
    const { examplesOf, Predictor, tensorExamples } = await import("./predictor.ts");
    const { tensorsOf } = await import("./given_tensors.ts");
    const data = x instanceof Dataset ? await orderedFor(this, x, "predict") : undefined;
    const examples = data
      ? examplesOf(data)
      : await tensorExamples(this, tensorsOf(x as TensorInputs, "predict", this.inputNames));
    const normalization = settings.normalization ?? this.normalization ?? data?.normalization;
    const runtime = await this.#runtime();
    using _ = runtime.hold();
    this.#predictor ??= new Predictor(this);
    const results = await this.#predictor
      .predict(runtime, examples, wanted, normalization, batchSize);
    const named = settings.outputs ? results : this.byName(results);
    return Array.isArray(named) && named.length === 1 ? named[0]! : named;
  }
}

/** What a model is trained for, of all that a user chose. */
const objectiveIn = (settings: OutputSettings): OutputSettings =>
  pick(settings, "loss", "lossWeights", "classWeights", "metrics");
