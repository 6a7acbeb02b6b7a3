import { bytesPerElement, type TensorData } from "../core/dtype.ts";
import { number } from "../core/option_kinds.ts";
import { keyOf } from "../core/random.ts";
import { sizeOf } from "../core/shape.ts";
import type { Storage } from "../device/device.ts";
import { checkNormalization } from "../nn/preprocess.ts";
import { type PlannedProgram, runProgram, type StatefulProgram } from "../nn/program.ts";
import type { Weight } from "../nn/weight.ts";
import { withMemory } from "../tensor/reclaim.ts";
import type { Runtime } from "../tensor/runtime.ts";
import { Variable } from "../tensor/variable.ts";
import type { Accumulation } from "./accumulation.ts";
import { type Batch, emptyBatch, formatField } from "./batch.ts";
import { checkWeights } from "./by_output.ts";
import { type Counts, MetricCounters } from "./counters.ts";
import type { Dataset } from "./dataset.ts";
import { measureNames } from "./measures.ts";
import type { Metrics } from "./metric.ts";
import type { Optimizer } from "./optimizer.ts";
import { adam } from "./optimizers.ts";
import { type TrainedOutput, trainedOutputs } from "./outputs.ts";
import type { BatchShare } from "./step.ts";
import type { DataStream } from "./stream.ts";
import { Throttle } from "./throttle.ts";
import { checkLabels } from "./targets.ts";
import { type TrainerOptions, TrainingPrograms, type Work } from "./training_programs.ts";

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
  readonly #shares = new Variable("parts", [2], "f32");
  readonly #programs: TrainingPrograms;
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
    this.counters = new MetricCounters(this.#outputs, options.group === undefined);
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
    this.#programs = new TrainingPrograms({
      options,
      optimizer,
      outputs: this.#outputs,
      accumulation: this.#accumulation,
      counters: this.counters,
      weights: this.#weights,
      slots: this.#slots,
      key: this.#key,
      rate: this.#rate,
      shares: this.#shares,
    });
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
    this.#shares.assign(Float32Array.of(batch.size, examples));
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
    for (const variable of [...this.variables.values(), this.#rate, this.#shares]) {
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
      () => this.#programs.build(this.#runtime, size, work, part),
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

  /** Fails where a training step on so many examples would. Nothing is compiled or computed. */
  checkSize(size: number): void {
    this.#programs.checkSize(size);
  }

  /** The program of a step on so many examples with a learning rate, before it is loaded. */
  planStep(size: number, rate: number): PlannedProgram {
    this.#setRate(rate);
    return this.#programs.planStep(this.#runtime, size);
  }
}
