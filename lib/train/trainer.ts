import type { Normalization } from "../core/preprocessing.ts";
import { bytesPerElement, type TensorData } from "../core/dtype.ts";
import { DeviceError } from "../core/errors.ts";
import { number } from "../core/option_kinds.ts";
import { keyOf } from "../core/random.ts";
import { sizeOf } from "../core/shape.ts";
import type { Storage } from "../device/device.ts";
import type { Weights } from "../nn/apply.ts";
import type { Network } from "../nn/network.ts";
import { checkNormalization } from "../nn/preprocess.ts";
import { ProgramBuilder, type StatefulProgram } from "../nn/program.ts";
import type { Weight } from "../nn/weight.ts";
import { iota } from "../tensor/create.ts";
import { withMemory } from "../tensor/reclaim.ts";
import type { Runtime } from "../tensor/runtime.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { record } from "../tensor/tracing.ts";
import { Variable } from "../tensor/variable.ts";
import { type Batch, type Field, formatField, type Schema } from "./batch.ts";
import { checkWeights } from "./columns.ts";
import { type Counts, MetricCounters } from "./counters.ts";
import type { Dataset } from "./dataset.ts";
import { countsOf } from "./loss.ts";
import { measureNames } from "./measures.ts";
import type { Metrics } from "./metric.ts";
import type { Optimizer } from "./optimizer.ts";
import { adam } from "./optimizers.ts";
import { type OutputSettings, type TrainedOutput, trainedOutputs } from "./outputs.ts";
import type { DataStream } from "./stream.ts";
import { lossOfBatch, lossWeightsOf, type Pass, trainingStep } from "./step.ts";
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
  /** Seed, seed, steps done: what random numbers are drawn from. */
  readonly #key: Variable;
  readonly #outputs: readonly TrainedOutput[];
  readonly #rate = new Variable("learningRate", [], "f32", () => new Float32Array(1));
  #writtenRate = NaN;
  #turn = 0;

  /** A trainer on a runtime; what does not fit together is an error before any work. */
  constructor(runtime: Runtime, options: TrainerOptions) {
    const { where, network, data, normalization, settings } = options;
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
    for (const [name, variable] of this.counters.variables) all.set(`trainer.${name}`, variable);
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

  /** Queues a training step with a learning rate. */
  async step(batch: Batch, rate: number): Promise<void> {
    const storages = await withMemory(this.#runtime, () => this.#place(batch));
    await this.stepOn(storages, batch.size, rate);
  }

  /** The same on a batch that is on the device: inputs, targets, weights of the examples. */
  async stepOn(storages: readonly Storage[], size: number, rate: number): Promise<void> {
    if (rate !== this.#writtenRate) {
      number().read(rate, "learningRate: the schedule");
      this.#rate.assign(Float32Array.of(rate));
      this.#writtenRate = rate;
    }
    await withMemory(this.#runtime, () => this.#program(size, true).run(storages));
  }

  /** The measures of the network on data; the counters are at zero before and after. */
  async measure(
    data: Dataset | DataStream,
    batchSize: number,
    signal: AbortSignal,
  ): Promise<Metrics> {
    for await (const batch of data.batches({ batchSize })) {
      signal.throwIfAborted();
      if (batch.size === 0) continue; // None of its examples could be read.
      await withMemory(
        this.#runtime,
        () => this.#program(batch.size, false).run(this.#place(batch)),
      );
      await this.throttle.step();
    }
    const { divergedAt: _, examples, ...metrics } = await this.read();
    this.counters.reset();
    if (examples === 0) throw new RangeError("expected data with at least one example, found none");
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
    for (const variable of [...this.variables.values(), this.#rate]) variable.release();
  }

  /** Writes a batch to the device. */
  #place(batch: Batch): readonly Storage[] {
    this.checkTargets(batch);
    const storages = this.#storages(batch.size);
    const arrays = [...batch.inputs, ...batch.targets, ...batch.weights ?? []];
    arrays.forEach((array, i) => this.#runtime.device.write(storages[i]!, array));
    return storages;
  }

  #program(size: number, training: boolean): StatefulProgram {
    // Layers may be frozen, by this model or another that shares them, at any time.
    const trained = training
      ? [...this.#weights.values()].map(({ frozen }) => frozen ? 0 : 1).join("")
      : "none";
    return this.#runtime.programs.get(
      this,
      `${size} ${trained}`,
      () => record(() => this.#build(size, training)),
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
      const { loss, weights } = this.#trace(size, true);
      loss(weights);
    });
  }

  /** The loss of a batch as a function of the weights, and what the program is made with. */
  #trace(size: number, training: boolean) {
    const { network, normalization, data } = this.#options;
    const builder = new ProgramBuilder();
    const place = ({ shape, dtype }: Field) => builder.input([size, ...shape], dtype);
    const [x, y] = [data.inputs.map(place), data.targets.map(place)];
    const examples = (data.weights ?? []).map(place);
    const key = builder.variable(this.#key);
    const done = key.slice([2], [1]).reshape([]).cast("f32");
    const weights = valuesOf(builder, this.#weights);
    const objective = { network, normalization, outputs: this.#outputs };
    const loss = lossOfBatch(objective, x, y, examples, training, key);
    return { builder, loss, weights, examples, key, done };
  }

  #build(size: number, training: boolean): StatefulProgram {
    const { builder, loss, weights, examples, key, done } = this.#trace(size, training);
    const [value, pass] = training ? this.#addStep(builder, loss, weights, done) : loss(weights);
    // The next step draws other random numbers.
    if (training) builder.update(this.#key, key.add(iota([3], 0).equal(2)));
    this.counters.count(builder, {
      size,
      step: done.add(1),
      loss: value,
      outputs: this.#outputs.map((output, i) => {
        const weights = lossWeightsOf(output, examples), targets = pass.targets[i]!;
        return {
          loss: pass.losses[i]!,
          predictions: pass.outputs[i]!,
          targets,
          weights: weights.examples,
          total: countsOf(targets, weights)?.cast("f32").sum(),
        };
      }),
    });
    try {
      return builder.build(this.#runtime);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      const message = `${error.message} (training with a batch of ${size})`;
      throw new DeviceError(message, { cause: error });
    }
  }

  /** Adds the step's updates to a program: running statistics, weights, the optimizer's memory. */
  #addStep(
    builder: ProgramBuilder,
    loss: ReturnType<typeof lossOfBatch>,
    weights: Weights,
    done: Tensor,
  ): readonly [Tensor, Pass] {
    const { network, where } = this.#options;
    checkTrainable(network, where);
    const trainable = new Map([...this.#weights].filter(([, weight]) => weight.trainable));
    const slots = [...this.#slots].map(([slot, variables]) =>
      [slot, new Map([...variables].filter(([name]) => trainable.has(name)))] as const
    );
    const memory = slots.map(([slot, list]) => [slot, valuesOf(builder, list)] as const);
    const step = trainingStep(
      (changing: Weights) => loss({ ...weights, ...changing }),
      valuesOf(builder, trainable),
      this.optimizer,
      { step: done, slots: Object.fromEntries(memory) },
      builder.variable(this.#rate),
    );
    for (const [name, value] of Object.entries(step.auxiliary.updates)) {
      builder.update(this.#weights.get(name)!, value);
    }
    for (const [name, weight] of trainable) {
      builder.update(weight, step.weights[name]!);
      for (const [slot, list] of slots) {
        builder.update(list.get(name)!, step.state.slots[slot]![name]!);
      }
    }
    return [step.loss, step.auxiliary];
  }
}

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
