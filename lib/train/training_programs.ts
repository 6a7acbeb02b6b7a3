import { DeviceError } from "../core/errors.ts";
import type { Normalization } from "../core/preprocessing.ts";
import { within } from "../graph/node.ts";
import type { Weights } from "../nn/apply.ts";
import type { Network } from "../nn/network.ts";
import { type PlannedProgram, ProgramBuilder, type StatefulProgram } from "../nn/program.ts";
import type { Weight } from "../nn/weight.ts";
import type { Group } from "../parallel/group.ts";
import { iota } from "../tensor/create.ts";
import type { Runtime } from "../tensor/runtime.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { record } from "../tensor/tracing.ts";
import type { Tree } from "../tensor/tree.ts";
import type { Variable } from "../tensor/variable.ts";
import type { Accumulation } from "./accumulation.ts";
import type { AveragedWeights } from "./averaged_weights.ts";
import type { Field, Schema } from "./batch.ts";
import type { MetricCounters } from "./counters.ts";
import { countsOf } from "./loss.ts";
import type { Optimizer } from "./optimizer.ts";
import type { OutputSettings, TrainedOutput } from "./outputs.ts";
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

/** What the programs of a trainer are made of, and the variables that they change. */
export interface ProgramParts {
  readonly options: TrainerOptions;
  readonly outputs: readonly TrainedOutput[];
  readonly optimizer: Optimizer;
  readonly accumulation: Accumulation | undefined;
  readonly counters: MetricCounters;
  readonly weights: ReadonlyMap<string, Weight>;
  /** What the optimizer remembers: for each slot, numbers for each weight by name. */
  readonly slots: ReadonlyMap<string, ReadonlyMap<string, Variable>>;
  /** Seed, seed, batches trained on: what random numbers are drawn from. */
  readonly key: Variable;
  readonly rate: Variable;
  /** Of a batch that several processes have shares of: this one's examples, and all. */
  readonly shares: Variable;
}

/** What a program does: train on a batch, update by what several have yielded, or measure one. */
export type Work = "step" | "update" | "measure";

/** Writes the programs of a trainer: forward pass, loss, gradients, updates and counts, batch by batch. */
export class TrainingPrograms {
  readonly #parts: ProgramParts;

  /** The programs that are made of such parts. */
  constructor(parts: ProgramParts) {
    this.#parts = parts;
  }

  /** A program for batches of so many examples, or with 0 that of an update by several. */
  build(runtime: Runtime, size: number, work: Work, part?: BatchShare): StatefulProgram {
    const compose = () =>
      work === "update" ? this.#composeUpdate() : this.#compose(size, work, part);
    try {
      return record(() => compose().build(runtime));
    } catch (error) {
      if (!(error instanceof DeviceError) || work === "update") throw error;
      const message = `${error.message} (training with a batch of ${size})`;
      throw new DeviceError(message, { cause: error });
    }
  }

  /** The program of a step on so many examples, before it is loaded. */
  planStep(runtime: Runtime, size: number): PlannedProgram {
    return record(() => this.#compose(size, "step").plan(runtime));
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
    const { network, normalization, data } = this.#parts.options;
    const builder = new ProgramBuilder();
    const place = ({ shape, dtype }: Field) => builder.input([size, ...shape], dtype);
    const [x, y] = [data.inputs.map(place), data.targets.map(place)];
    const examples = (data.weights ?? []).map(place);
    const key = builder.variable(this.#parts.key);
    const done = within(
      { part: "update" },
      () =>
        this.#parts.accumulation?.updates(builder) ?? key.slice([2], [1]).reshape([]).cast("f32"),
    );
    const training = work === "step",
      averages = training ? undefined : this.#parts.options.averages;
    const weights = valuesOf(builder, averages?.values ?? this.#parts.weights);
    const objective = { network, normalization, outputs: this.#parts.outputs };
    const { group } = this.#parts.options;
    const whole = part && sharedBatch(group!, builder.variable(this.#parts.shares), part);
    const loss = lossOfBatch(objective, x, y, examples, training, key, whole);
    return { builder, loss, weights, examples, key, done, whole };
  }

  #compose(size: number, work: Exclude<Work, "update">, part?: BatchShare): ProgramBuilder {
    const { builder, loss, weights, examples, key, done, whole } = this.#trace(size, work, part);
    const totalOf = (output: number, { targets }: Pass) =>
      countsOf(targets[output]!, lossWeightsOf(this.#parts.outputs[output]!, examples))
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
        this.#parts.key,
        within({ part: "update" }, () => key.add(iota([3], 0).equal(2))),
      );
    }
    within({ part: "measures" }, () =>
      this.#parts.counters.count(builder, {
        size,
        step: done.add(1),
        loss: value,
        ...whole && { reduce: whole.sumLate },
        outputs: this.#parts.outputs.map((output, i) => ({
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
  #composeUpdate(): ProgramBuilder {
    const builder = new ProgramBuilder(), accumulation = this.#parts.accumulation!;
    const { trainable, state, use } = this.#updating(builder, accumulation.updates(builder));
    const { group } = this.#parts.options;
    const gradients = accumulation.take(
      builder,
      Object.keys(trainable),
      group && ((sum) => group.sumTensor(sum, true)),
    );
    use(
      this.#parts.optimizer.step(trainable, gradients, state, builder.variable(this.#parts.rate)),
      {},
    );
    return builder;
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
    if (this.#parts.accumulation !== undefined) {
      const [value, pass] = this.#parts.accumulation
        .add(builder, changing, trainable, totalOf, shareOf);
      this.#keepStatistics(builder, meanOfShares(pass.updates, whole));
      return [value, pass];
    }
    const rate = builder.variable(this.#parts.rate);
    const ofShare = (weights: Weights): readonly [Tensor, readonly [Tensor, Pass]] => {
      const [value, pass] = changing(weights);
      if (whole === undefined) return [value, [value, pass]];
      const parts = pass.losses.map((loss, i) =>
        loss.mul(this.#parts.outputs[i]!.lossWeight ?? 1).mul(shareOf(i, pass))
      );
      return [parts.reduce((a, b) => a.add(b)), [value, pass]];
    };
    const reduce = whole && ((gradients: Weights) => summedLate(gradients, whole));
    const step = within(
      { part: "update" },
      () => trainingStep(ofShare, trainable, this.#parts.optimizer, state, rate, reduce),
    );
    const [value, pass] = step.auxiliary, updates = meanOfShares(pass.updates, whole);
    this.#keepStatistics(builder, updates);
    use(step, updates);
    return [value, pass];
  }

  #keepStatistics(builder: ProgramBuilder, updates: Weights): void {
    for (const [name, value] of Object.entries(updates)) {
      builder.update(this.#parts.weights.get(name)!, value);
    }
  }

  /**
   * What an update in a program changes, and what then has it changed: weights, the optimizer's memory,
   * averages of the weights, which also follow the new `statistics`.
   */
  #updating(builder: ProgramBuilder, done: Tensor) {
    const { network, where, averages } = this.#parts.options;
    checkTrainable(network, where);
    const trained = new Map([...this.#parts.weights].filter(([, weight]) => weight.trainable));
    const slots = [...this.#parts.slots].map(([slot, variables]) =>
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
