import type { Normalization } from "../core/preprocessing.ts";
import { bytesPerElement, type DType } from "../core/dtype.ts";
import { DeviceError } from "../core/errors.ts";
import { keyOf } from "../core/random.ts";
import { formatShape, sameShape, type Shape, sizeOf } from "../core/shape.ts";
import type { Storage } from "../device/device.ts";
import { gradients } from "../graph/gradient.ts";
import type { Node } from "../graph/node.ts";
import { add, compare, convert, offset } from "../graph/ops/elementwise.ts";
import { iota, literal, randomUniform } from "../graph/ops/generate.ts";
import { reshape, slice } from "../graph/ops/layout.ts";
import type { Network } from "../nn/network.ts";
import { Preprocessor } from "../nn/preprocess.ts";
import { ProgramBuilder, type StatefulProgram } from "../nn/program.ts";
import type { Weight } from "../nn/weight.ts";
import type { Runtime } from "../tensor/runtime.ts";
import { Tensor } from "../tensor/tensor.ts";
import { record } from "../tensor/tracing.ts";
import { Variable } from "../tensor/variable.ts";
import type { Batch, Field } from "./batch.ts";
import type { Loss } from "./loss.ts";
import { type Counts, MetricCounters } from "./metrics.ts";
import { clipByNorm, type Optimizer } from "./optimizer.ts";
import { checkLabels, type TargetForm, targetForm } from "./targets.ts";

/** What a trainer needs to know. */
export interface TrainerOptions {
  /** The method that asks for it, for errors. */
  readonly where: string;
  readonly network: Network;
  readonly inputs: readonly Field[];
  readonly targets: readonly Field[];
  readonly normalization: Normalization | undefined;
  /** One loss for each output; their sum is made small. */
  readonly losses: readonly Loss[];
  readonly optimizer: Optimizer;
  readonly topK: number;
  /** Seeds dropout. */
  readonly seed: number;
}

/** Input buffers taken in turn, so that a batch can be written while the last ones are used. */
const rotation = 3;

/**
 * Runs training steps and evaluations of a network, each batch as one program: forward pass, loss,
 * gradients, update of the weights and of the metric counters. Nothing is read back in a step.
 */
export class Trainer {
  readonly counters: MetricCounters;
  readonly #options: TrainerOptions;
  readonly #runtime: Runtime;
  readonly #weights: readonly Weight[];
  readonly #inputs = new Map<string, Storage[][]>();
  readonly #slots: ReadonlyMap<Weight, readonly Variable[]>;
  readonly #preprocessor: Preprocessor;
  /** Key, key, steps done: what random numbers are drawn from. */
  readonly #state: Variable;
  readonly #targets: readonly TargetForm[];
  readonly #rate = new Variable("learningRate", [], "f32", () => new Float32Array(1));
  #writtenRate: number | undefined;
  #turn = 0;

  /** A trainer on a runtime; what does not fit together is an error before any work. */
  constructor(runtime: Runtime, options: TrainerOptions) {
    this.#targets = checkFields(options);
    this.#runtime = runtime;
    this.#options = options;
    const classes = options.network.outputShape.at(-1) ?? 1;
    this.counters = new MetricCounters(Math.min(options.topK, classes));
    this.#preprocessor = new Preprocessor(
      options.normalization,
      options.inputs[0]!.shape.at(-1) ?? 1,
    );
    this.#weights = options.network.weights;
    this.#slots = new Map(
      this.#weights.filter((weight) => weight.learnable).map((weight) => [
        weight,
        options.optimizer.slots.map((slot) =>
          new Variable(
            `${weight.name}.${slot}`,
            weight.shape,
            "f32",
            () => new Float32Array(weight.size),
          )
        ),
      ]),
    );
    const [low, high] = keyOf(options.seed);
    this.#state = new Variable("random", [3], "i32", () => Int32Array.of(low, high, 0));
  }

  /** Whether top-1 and top-k are counted: the first target is a class number. */
  get hasLabels(): boolean {
    return this.#targets[0]!.isLabel;
  }

  /** What belongs to a checkpoint besides the weights, by name. */
  get variables(): ReadonlyMap<string, Variable> {
    const slots = [...this.#options.network.namedWeights].flatMap(([name, weight]) =>
      (this.#slots.get(weight) ?? []).map((slot, i) =>
        [`optimizer.${this.#options.optimizer.slots[i]}.${name}`, slot] as const
      )
    );
    return new Map([
      ...slots,
      ["trainer.random", this.#state],
      ["trainer.metrics", this.counters.variable],
    ]);
  }

  /** The learning rate at an epoch (with a fraction). */
  rate(epoch: number): number {
    return this.#options.optimizer.schedule.rate(epoch);
  }

  /** Queues a training step with a learning rate. */
  step(batch: Batch, rate: number): void {
    if (rate !== this.#writtenRate) {
      this.#rate.assign(Float32Array.of(rate));
      this.#writtenRate = rate;
    }
    this.#run(batch, true);
  }

  /** Queues the evaluation of a batch: only the counters change. */
  evaluate(batch: Batch): void {
    this.#run(batch, false);
  }

  /** What has been counted since the counters were reset, after everything queued. */
  read(): Promise<Counts> {
    return this.counters.read(this.hasLabels);
  }

  /** Gives device memory back; the weights stay. */
  release(): void {
    this.#runtime.programs.release(this);
    for (const sets of this.#inputs.values()) {
      for (const set of sets) for (const storage of set) storage.release();
    }
    this.#inputs.clear();
    for (const variable of [...this.variables.values(), this.#rate]) variable.release();
  }

  #run(batch: Batch, training: boolean): void {
    const program = this.#program(batch.size, training);
    this.#targets.forEach(({ classes }, i) => {
      if (classes !== undefined) checkLabels(batch.targets[i]!, classes);
    });
    const data = [...batch.inputs, ...batch.targets];
    const storages = this.#storages(batch.size);
    data.forEach((array, i) => this.#runtime.device.write(storages[i]!, array));
    program.run(storages);
  }

  #program(size: number, training: boolean): StatefulProgram {
    // Layers may be frozen, by this model or another that shares them, at any time.
    const trained = training ? this.#weights.map(({ frozen }) => frozen ? 0 : 1).join("") : "none";
    return this.#runtime.programs.get(
      this,
      `${size} ${trained}`,
      () => record(() => this.#build(size, training)),
    );
  }

  #storages(size: number): Storage[] {
    const { inputs, targets } = this.#options;
    const key = String(size);
    let sets = this.#inputs.get(key);
    if (sets === undefined) {
      sets = Array.from(
        { length: rotation },
        () =>
          [...inputs, ...targets].map(({ shape, dtype }) =>
            this.#runtime.allocate(size * sizeOf(shape) * bytesPerElement[dtype])
          ),
      );
      this.#inputs.set(key, sets);
    }
    return sets[this.#turn++ % rotation]!;
  }

  #build(size: number, training: boolean): StatefulProgram {
    const { network, inputs, targets, losses, optimizer } = this.#options;
    const builder = new ProgramBuilder();
    const leaves = [...inputs, ...targets].map(({ shape, dtype }) =>
      builder.input([size, ...shape], dtype)
    );
    const labels = leaves.slice(inputs.length);
    const state = builder.variable(this.#state);
    const step = new Tensor(offset(convert(reshape(slice(state, [2], [1]), []), "f32"), 1));
    const outputs = network.forward(
      leaves.slice(0, inputs.length).map((x, i) =>
        new Tensor(i === 0 ? this.#preprocessor.apply(builder, x) : convert(x, "f32"))
      ),
      {
        training,
        weight: (weight) => new Tensor(builder.variable(weight)),
        random: (shape, stream) => new Tensor(randomUniform(state, shape, stream)),
        update: (weight, value) => builder.update(weight, value.node),
      },
    );
    const prepared = this.#targets.map((form, i) => form.prepare(new Tensor(labels[i]!)));
    const loss = outputs.map((output, i) => losses[i]!.compute(output, prepared[i]!))
      .reduce((a, b) => a.add(b));
    if (training) {
      checkTrainable(network, this.#options.where);
      this.#addUpdates(builder, network, loss, optimizer, step);
      // The next step draws other random numbers.
      builder.update(this.#state, add(state, thirdOne()));
    }
    const [logits, label] = this.hasLabels ? [outputs[0], new Tensor(labels[0]!).cast("i32")] : [];
    this.counters.count(builder, loss, size, step, logits, label);
    try {
      return builder.build(this.#runtime);
    } catch (error) {
      if (error instanceof DeviceError) {
        throw new DeviceError(`${error.message} (training with a batch of ${size})`, {
          cause: error,
        });
      }
      throw error;
    }
  }

  #addUpdates(
    builder: ProgramBuilder,
    network: Network,
    loss: Tensor,
    optimizer: Optimizer,
    step: Tensor,
  ): void {
    const weights = network.weights.filter((weight) => weight.trainable);
    const nodes = weights.map((weight) => builder.variable(weight));
    let slopes = gradients(loss.node, nodes).map((node) => new Tensor(node));
    if (optimizer.clipNorm !== undefined) slopes = clipByNorm(slopes, optimizer.clipNorm);
    const rate = new Tensor(builder.variable(this.#rate));
    weights.forEach((weight, i) => {
      const slots = this.#slots.get(weight)!;
      const updated = optimizer.update(
        new Tensor(nodes[i]!),
        slopes[i]!,
        slots.map((slot) => new Tensor(builder.variable(slot))),
        rate,
        step,
      );
      builder.update(weight, updated.weight.node);
      slots.forEach((slot, j) => builder.update(slot, updated.slots[j]!.node));
    });
  }
}

/** Checks that there is something to train. */
export function checkTrainable(network: Network, where: string): void {
  if (network.weights.some((weight) => weight.trainable)) return;
  throw new TypeError(`${where}: the model has no weights that may change; unfreeze() some`);
}

/** [0, 0, 1] as i32. */
function thirdOne(): Node {
  return compare("equal", iota([3], 0), literal(2, [3], "i32"));
}

/** Checks that a data set's fields fit a network's inputs and outputs. */
function checkFields({ where, network, inputs, targets, losses }: TrainerOptions): TargetForm[] {
  const describe = (fields: readonly { shape: Shape; dtype?: DType }[]) =>
    fields.map(({ shape, dtype }) => `${dtype ?? ""}${formatShape(shape)}`).join(", ");
  const fits = inputs.length === network.inputs.length &&
    inputs.every(({ shape }, i) => sameShape(shape, network.inputs[i]!.shape));
  if (!fits) {
    throw new TypeError(
      `${where}: expected examples of shape ${
        describe(network.inputs)
      } as the model's input, found ${describe(inputs)} in the data`,
    );
  }
  if (targets.length !== network.outputs.length) {
    throw new TypeError(
      `${where}: expected one target for each of the ${network.outputs.length} outputs, found ${targets.length}`,
    );
  }
  return network.outputs.map((output, i) => {
    const at = targets.length === 1 ? where : `${where}: output ${i}`;
    return targetForm(losses[i]!, targets[i]!, output.shape, output.layer?.type.type, at);
  });
}
