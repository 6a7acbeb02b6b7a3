import type { Normalization } from "../core/preprocessing.ts";
import { bytesPerElement, type TensorData } from "../core/dtype.ts";
import { DeviceError } from "../core/errors.ts";
import { number } from "../core/option_kinds.ts";
import { keyOf } from "../core/random.ts";
import { sizeOf } from "../core/shape.ts";
import type { Storage } from "../device/device.ts";
import { within } from "../graph/node.ts";
import type { Weights } from "../nn/apply.ts";
import type { Network } from "../nn/network.ts";
import { checkNormalization } from "../nn/preprocess.ts";
import {
  type PlannedProgram,
  ProgramBuilder,
  runProgram,
  type StatefulProgram,
} from "../nn/program.ts";
import type { Weight } from "../nn/weight.ts";
import type { Group } from "../parallel/group.ts";
import { iota } from "../tensor/create.ts";
import { withMemory } from "../tensor/reclaim.ts";
import type { Runtime } from "../tensor/runtime.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { record } from "../tensor/tracing.ts";
import type { Tree } from "../tensor/tree.ts";
import { Variable } from "../tensor/variable.ts";
import type { Accumulation } from "./accumulation.ts";
import type { AveragedWeights } from "./averaged_weights.ts";
import { type Batch, emptyBatch, type Field, formatField, type Schema } from "./batch.ts";
import { checkWeights } from "./by_output.ts";
import { type Counts, MetricCounters } from "./counters.ts";
import type { Dataset } from "./dataset.ts";
import { countsOf } from "./loss.ts";
import { measureNames } from "./measures.ts";
import type { Metrics } from "./metric.ts";
import type { Optimizer } from "./optimizer.ts";
import { adam } from "./optimizers.ts";
import { type OutputSettings, type TrainedOutput, trainedOutputs } from "./outputs.ts";
import type { DataStream } from "./stream.ts";
import {
  type BatchShare,
  lossOfBatch,
  lossWeightsOf,
  meanOfShares,
  type Pass,
  type SharedBatch,
  sharedBatch,
  shareOfWeight,
  summedLate,
  totalWeight,
  trainingStep,
} from "./step.ts";
import { Throttle } from "./throttle.ts";
import { checkLabels } from "./targets.ts";
import type { FitOptions } from "./training_options.ts";

/** What a trainer needs to know. */
export interface TrainerOptions {
  /** The method that asks for it, for errors. */
  readonly where: string;
  readonly network: Network;
  readonly data: Schema;
  readonly normalization: Normalization | undefined;
  /** What the user has chosen. The losses of all outputs are added, and the seed is that of dropout. */
  readonly settings: OutputSettings & Pick<FitOptions, "optimizer" | "seed">;
  /** Has batches summed up before an update, which `update` then makes. */
  readonly accumulation?: typeof Accumulation | undefined;
  /** Averages of the weights: what is measured in their place, and what follows each update. */
  readonly averages?: AveragedWeights | undefined;
  /** More than one process, of which each trains on a share of every batch. */
  readonly group?: Group | undefined;
}

/** Input buffers taken in turn, so that a batch can be written while the last ones are used. */
const rotation = 3;

/**
 * Runs training steps and evaluations of a network, each batch as one program: forward pass, loss,
 * gradients, update of the weights and of the metric counters. Nothing is read back in a step.
 */
export class Trainer {
  readonly counters: MetricCounters;
  readonly optimizer: Optimizer;
  /** To be awaited after steps. */
  readonly throttle: Throttle;
  readonly #options: TrainerOptions;
  readonly #runtime: Runtime;
  readonly #weights: ReadonlyMap<string, Weight>;
  readonly #inputs = new Map<number, Storage[]>();
  /** What the optimizer remembers: for each slot, numbers for each weight by name. */
  readonly #slots: ReadonlyMap<string, ReadonlyMap<string, Variable>>;
  /** Seed, seed, batches trained on: what random numbers are drawn from. */
  readonly #key: Variable;
  readonly #outputs: readonly TrainedOutput[];
  readonly #accumulation: Accumulation | undefined;
  readonly #rate = new Variable("learningRate", [], "f32", () => new Float32Array(1));
  #writtenRate = NaN;
  /** Of a batch that several processes have shares of: this one's examples, and all. */
  readonly #parts = new Variable("parts", [2], "f32");
  #turn = 0;

  /** A trainer on a runtime; what does not fit together is an error before any work. */
  constructor(runtime: Runtime, options: TrainerOptions) {
    const { where, network, data, normalization, settings, accumulation } = options;
    const { optimizer = adam(), seed = 0 } = settings, [first] = data.inputs;
    this.#outputs = trainedOutputs(where, network, data, settings);
    this.#runtime = runtime;
    this.#options = options;
    this.optimizer = optimizer;
    this.throttle = new Throttle(runtime.device);
    this.counters = new MetricCounters(this.#outputs);
    if (normalization !== undefined && first!.dtype === "u8") {
      checkNormalization(normalization, first!.shape.at(-1) ?? 1);
    }
    this.#weights = network.namedWeights;
    const learnable = [...this.#weights].filter(([, weight]) => weight.learnable);
    optimizer.checkFactors(learnable.map(([name]) => name), where);
    this.#slots = new Map(optimizer.slots.map((slot) => [
      slot,
      new Map(learnable.map(([name, { shape, size }]) => [
        name,
        new Variable(`${name}.${slot}`, shape, "f32", () => new Float32Array(size)),
      ])),
    ]));
    const [low, high] = keyOf(seed);
    this.#key = new Variable("random", [3], "i32", () => Int32Array.of(low, high, 0));
    this.#accumulation = accumulation && new accumulation(this.#weights, this.#outputs);
  }

  /** The names of what is measured. */
  get measures(): readonly string[] {
    return measureNames(this.#outputs);
  }

  /** What weighs losses, classes and examples, as texts; null where nothing does. */
  get weighting(): Readonly<Record<"classWeights" | "lossWeights" | "weights", string | null>> {
    const written = (list: readonly unknown[]) => {
      if (list.every((item) => item === undefined)) return null;
      return JSON.stringify(list.length === 1 ? list[0] : list);
    };
    return {
      classWeights: written(this.#outputs.map(({ classWeights }) => classWeights)),
      lossWeights: written(this.#outputs.map(({ lossWeight }) => lossWeight)),
      weights: written((this.#options.data.weights ?? []).map(formatField)),
    };
  }

  /** What belongs to a checkpoint besides the weights, by name. */
  get variables(): ReadonlyMap<string, Variable> {
    const all = new Map<string, Variable>();
    for (const name of this.#weights.keys()) {
      for (const [slot, variables] of this.#slots) {
        const variable = variables.get(name);
        if (variable !== undefined) all.set(`optimizer.${slot}.${name}`, variable);
      }
    }
    all.set("trainer.random", this.#key);
    const others = [this.counters, this.#accumulation, this.#options.averages];
    for (const [name, variable] of others.flatMap((one) => [...one?.variables ?? []])) {
      all.set(`trainer.${name}`, variable);
    }
    return all;
  }

  /**
   * Goes on where another trainer of these weights stands, maybe with other settings. What an optimizer
   * of another kind remembers means nothing to this one's, which begins anew, as its count of steps.
   */
  async continue(before: Trainer): Promise<void> {
    if (!this.optimizer.remembersAs(before.optimizer)) return;
    for (const [slot, variables] of before.#slots) {
      for (const [name, variable] of variables) {
        this.#slots.get(slot)!.get(name)!.assign(await variable.read());
      }
    }
    const [low, high] = await this.#key.read(), steps = (await before.#key.read())[2]!;
    this.#key.assign(Int32Array.of(low!, high!, steps));
  }

  /**
   * Queues a training step with a learning rate; of accumulated gradients, all but the update. Several
   * processes have `examples` together, and the step is done when they have exchanged their gradients.
   */
  async step(batch: Batch, rate: number, examples = batch.size): Promise<void> {
    const { group, data } = this.#options;
    if (group === undefined) {
      const storages = await withMemory(this.#runtime, () => this.#place(batch));
      return await this.stepOn(storages, batch.size, rate);
    }
    // Who has no example takes part with one that counts nothing.
    const own = batch.size > 0 ? batch : emptyBatch(data, 1);
    const { first, of } = batch.share ?? { first: 0, of: own.size };
    const part = {
      first: Math.min(first, Math.max(of, own.size) - own.size),
      of: Math.max(of, own.size),
      isEmpty: batch.size === 0,
    };
    this.#setRate(rate);
    this.#parts.assign(Float32Array.of(batch.size, examples));
    const storages = await withMemory(this.#runtime, () => this.#place(own));
    await this.#run(() => this.#program(own.size, "step", part), () => storages);
  }

  /** Queues the update by the gradients that were accumulated. */
  async update(rate: number): Promise<void> {
    this.#setRate(rate);
    await this.#run(() => this.#program(0, "update"), () => []);
  }

  /** The same on a batch that is on the device: inputs, targets, weights of the examples. */
  async stepOn(storages: readonly Storage[], size: number, rate: number): Promise<void> {
    this.#setRate(rate);
    await this.#run(() => this.#program(size, "step"), () => storages);
  }

  async #run(make: () => StatefulProgram, inputs: () => readonly Storage[]): Promise<void> {
    await runProgram(this.#runtime, make, inputs);
  }

  #setRate(rate: number): void {
    if (rate === this.#writtenRate) return;
    number().read(rate, "learningRate: the schedule");
    this.#rate.assign(Float32Array.of(rate));
    this.#writtenRate = rate;
  }

  /** The measures of the network on data; the counters are at zero before and after. */
  async measure(
    data: Dataset | DataStream,
    batchSize: number,
    signal: AbortSignal,
  ): Promise<Metrics> {
    const { group } = this.#options;
    const cut = group === undefined
      ? { batchSize }
      : { batchSize: batchSize * group.size, share: group };
    for await (const batch of data.batches(cut)) {
      signal.throwIfAborted();
      if (batch.size === 0) continue; // None of its examples could be read.
      await this.#run(() => this.#program(batch.size, "measure"), () => this.#place(batch));
      await this.throttle.step();
    }
    if (group !== undefined) await this.counters.combine((numbers) => group.sum(numbers));
    const { divergedAt: _, examples, ...metrics } = await this.read();
    this.counters.reset();
    if (examples === 0) {
      throw new RangeError(
        `${this.#options.where}: expected data with at least one example, found none`,
      );
    }
    if (!Number.isFinite(metrics.loss)) {
      const { checkFinite } = await import("./not_finite.ts");
      await checkFinite(data, { batchSize }, this.#options.where);
    }
    return metrics;
  }

  /**
   * Checks targets and weights that are on the host: a class number without an output would count for
   * nothing, and a weight below 0 would make a good prediction bad.
   */
  checkTargets({ targets, weights = [] }: {
    readonly targets: readonly (TensorData | undefined)[];
    readonly weights?: readonly (TensorData | undefined)[];
  }): void {
    this.#outputs.forEach(({ form: { classes } }, i) => {
      const labels = targets[i];
      if (classes !== undefined && labels !== undefined) checkLabels(labels, classes);
    });
    weights.forEach((data, i) => {
      if (data !== undefined) {
        checkWeights(data, `${this.#options.where}: weights[${i}] of a batch`);
      }
    });
  }

  /** What has been counted since the counters were reset, after everything queued. */
  read(): Promise<Counts> {
    return this.counters.read();
  }

  /** Gives device memory back; the weights stay. */
  release(): void {
    this.#runtime.release(this);
    for (const storage of [...this.#inputs.values()].flat()) storage.release();
    this.#inputs.clear();
    for (const variable of [...this.variables.values(), this.#rate, this.#parts]) {
      variable.release();
    }
  }

  /** Writes a batch to the device. */
  #place(batch: Batch): readonly Storage[] {
    this.checkTargets(batch);
    const storages = this.#storages(batch.size);
    const arrays = [...batch.inputs, ...batch.targets, ...batch.weights ?? []];
    arrays.forEach((array, i) => this.#runtime.device.write(storages[i]!, array));
    return storages;
  }

  #program(size: number, work: Work, part?: BatchShare): StatefulProgram {
    // Layers may be frozen, by this model or another that shares them, at any time.
    const trained = work === "measure"
      ? ""
      : [...this.#weights.values()].map(({ frozen }) => frozen ? 0 : 1).join("");
    return this.#runtime.programs.get(
      this,
      `${work} ${size} ${trained}${part ? JSON.stringify(part) : ""}`,
      () => record(() => work === "update" ? this.#buildUpdate() : this.#build(size, work, part)),
    );
  }

  #storages(size: number): Storage[] {
    const { inputs, targets, weights = [] } = this.#options.data;
    const bytes = [...inputs, ...targets, ...weights].map(({ shape, dtype }) =>
      size * sizeOf(shape) * bytesPerElement[dtype]
    );
    const storages = this.#inputs.getOrInsertComputed(
      size,
      () => this.#runtime.programs.allocateAll(Array(rotation).fill(bytes).flat()),
    );
    const set = this.#turn++ % rotation;
    return storages.slice(set * bytes.length, (set + 1) * bytes.length);
  }

  /**
   * Fails where a training step on so many examples would: a layer takes no batch of one, say.
   * Nothing is compiled or computed.
   */
  checkSize(size: number): void {
    record(() => {
      const { loss, weights } = this.#trace(size, "step");
      loss(weights);
    });
  }

  /** The loss of a batch as a function of the weights, and what the program is made with. */
  #trace(size: number, work: Exclude<Work, "update">, part?: BatchShare) {
    const { network, normalization, data } = this.#options;
    const builder = new ProgramBuilder();
    const place = ({ shape, dtype }: Field) => builder.input([size, ...shape], dtype);
    const [x, y] = [data.inputs.map(place), data.targets.map(place)];
    const examples = (data.weights ?? []).map(place);
    const key = builder.variable(this.#key);
    const done = within(
      { part: "update" },
      () => this.#accumulation?.updates(builder) ?? key.slice([2], [1]).reshape([]).cast("f32"),
    );
    const training = work === "step", averages = training ? undefined : this.#options.averages;
    const weights = valuesOf(builder, averages?.values ?? this.#weights);
    const objective = { network, normalization, outputs: this.#outputs };
    const { group } = this.#options;
    const whole = part && sharedBatch(group!, builder.variable(this.#parts), part);
    const loss = lossOfBatch(objective, x, y, examples, training, key, whole);
    return { builder, loss, weights, examples, key, done, whole };
  }

  /** The program of a step on so many examples with a learning rate, before it is loaded. */
  planStep(size: number, rate: number): PlannedProgram {
    this.#setRate(rate);
    return record(() => this.#compose(size, "step").plan(this.#runtime));
  }

  #build(size: number, work: Exclude<Work, "update">, part?: BatchShare): StatefulProgram {
    const builder = this.#compose(size, work, part);
    try {
      return builder.build(this.#runtime);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      const message = `${error.message} (training with a batch of ${size})`;
      throw new DeviceError(message, { cause: error });
    }
  }

  #compose(size: number, work: Exclude<Work, "update">, part?: BatchShare): ProgramBuilder {
    const { builder, loss, weights, examples, key, done, whole } = this.#trace(size, work, part);
    const totalOf = (output: number, { targets }: Pass) =>
      countsOf(targets[output]!, lossWeightsOf(this.#outputs[output]!, examples))
        ?.cast("f32").sum();
    const [value, pass] = work === "measure" ? loss(weights) : this.#addStep(
      builder,
      loss,
      weights,
      done,
      (i, pass) => totalOf(i, pass),
      size,
      whole,
    );
    // The next step draws other random numbers.
    if (work === "step") {
      builder.update(
        this.#key,
        within({ part: "update" }, () => key.add(iota([3], 0).equal(2))),
      );
    }
    within({ part: "measures" }, () =>
      this.counters.count(builder, {
        size,
        step: done.add(1),
        loss: value,
        ...whole && { reduce: whole.sumLate },
        outputs: this.#outputs.map((output, i) => ({
          loss: pass.losses[i]!,
          predictions: pass.outputs[i]!,
          targets: pass.targets[i]!,
          weights: lossWeightsOf(output, examples).examples,
          total: totalOf(i, pass),
        })),
      }));
    return builder;
  }

  /** The program of an update by accumulated gradients. */
  #buildUpdate(): StatefulProgram {
    const builder = new ProgramBuilder(), accumulation = this.#accumulation!;
    const { trainable, state, use } = this.#updating(builder, accumulation.updates(builder));
    const { group } = this.#options;
    const gradients = accumulation.take(
      builder,
      Object.keys(trainable),
      group && ((sum) => group.sumTensor(sum, true)),
    );
    use(this.optimizer.step(trainable, gradients, state, builder.variable(this.#rate)), {});
    return builder.build(this.#runtime);
  }

  /** Adds a batch's step to a program: running statistics, and the update or what it is made of. */
  #addStep(
    builder: ProgramBuilder,
    loss: ReturnType<typeof lossOfBatch>,
    weights: Weights,
    done: Tensor,
    weightOf: (output: number, pass: Pass) => Tensor | undefined,
    size: number,
    whole: SharedBatch | undefined,
  ): readonly [Tensor, Pass] {
    const { trainable, state, use } = this.#updating(builder, done);
    const changing = (changing: Weights) => loss({ ...weights, ...changing });
    // What a batch counts for an output, and this process's share of it.
    const totalOf = (output: number, pass: Pass) =>
      totalWeight(weightOf(output, pass), size, whole);
    const shareOf = (output: number, pass: Pass) => shareOfWeight(weightOf(output, pass), whole);
    if (this.#accumulation !== undefined) {
      const [value, pass] = this.#accumulation
        .add(builder, changing, trainable, totalOf, shareOf);
      this.#keepStatistics(builder, meanOfShares(pass.updates, whole));
      return [value, pass];
    }
    const rate = builder.variable(this.#rate);
    const ofShare = (weights: Weights): readonly [Tensor, readonly [Tensor, Pass]] => {
      const [value, pass] = changing(weights);
      if (whole === undefined) return [value, [value, pass]];
      const parts = pass.losses.map((loss, i) =>
        loss.mul(this.#outputs[i]!.lossWeight ?? 1).mul(shareOf(i, pass))
      );
      return [parts.reduce((a, b) => a.add(b)), [value, pass]];
    };
    const reduce = whole && ((gradients: Weights) => summedLate(gradients, whole));
    const step = within(
      { part: "update" },
      () => trainingStep(ofShare, trainable, this.optimizer, state, rate, reduce),
    );
    const [value, pass] = step.auxiliary, updates = meanOfShares(pass.updates, whole);
    this.#keepStatistics(builder, updates);
    use(step, updates);
    return [value, pass];
  }

  #keepStatistics(builder: ProgramBuilder, updates: Weights): void {
    for (const [name, value] of Object.entries(updates)) {
      builder.update(this.#weights.get(name)!, value);
    }
  }

  /**
   * What an update in a program changes, and what then has it changed: weights, the optimizer's memory,
   * averages of the weights, which also follow the new `statistics`.
   */
  #updating(builder: ProgramBuilder, done: Tensor) {
    const { network, where, averages } = this.#options;
    checkTrainable(network, where);
    const trained = new Map([...this.#weights].filter(([, weight]) => weight.trainable));
    const slots = [...this.#slots].map(([slot, variables]) =>
      [slot, new Map([...variables].filter(([name]) => trained.has(name)))] as const
    );
    const memory = slots.map(([slot, list]) => [slot, valuesOf(builder, list)] as const);
    return {
      trainable: valuesOf(builder, trained),
      state: { step: done, slots: Object.fromEntries(memory) },
      use(
        step: Pick<ReturnType<typeof trainingStep<Weights, Tree>>, "weights" | "state">,
        statistics: Weights,
      ) {
        for (const [name, weight] of trained) {
          builder.update(weight, step.weights[name]!);
          for (const [slot, list] of slots) {
            builder.update(list.get(name)!, step.state.slots[slot]![name]!);
          }
        }
        averages?.follow(builder, { ...statistics, ...step.weights });
      },
    };
  }
}

/** What a program does: train on a batch, update by what several have yielded, or measure one. */
type Work = "step" | "update" | "measure";

/** The values that variables have before a program's run, by name. */
function valuesOf(builder: ProgramBuilder, variables: ReadonlyMap<string, Variable>): Weights {
  return Object.fromEntries(
    [...variables].map(([name, variable]) => [name, builder.variable(variable)]),
  );
}

/** Checks that there is something to train. */
export function checkTrainable(network: Network, where: string): void {
  if (network.weights.some((weight) => weight.trainable)) return;
  throw new TypeError(`${where}: the model has no weights that may change; unfreeze() some`);
}
