import type { Weights } from "../nn/apply.ts";
import type { ProgramBuilder } from "../nn/program.ts";
import type { Weight } from "../nn/weight.ts";
import { where } from "../tensor/combine.ts";
import { iota, zeros } from "../tensor/create.ts";
import { valueAndGradient } from "../tensor/gradient.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Variable } from "../tensor/variable.ts";
import type { TrainedOutput } from "./outputs.ts";
import type { Pass } from "./step.ts";

/** What is differentiated, and beside it the loss and what the pass has given. */
type Summed = readonly [Tensor, readonly [Tensor, Pass]];

/**
 * The gradients of the batches since the last update, summed up on the device, so that several batches
 * make one step: that of the batch which they are together. Each counts by what is in it: by its
 * examples, or by their weights and those of their classes.
 */
export class Accumulation {
  /** The outputs whose losses are means over the same, by their places. */
  readonly #groups: readonly (readonly number[])[];
  /** For each of these, the sums for each weight by name. */
  readonly #sums: readonly ReadonlyMap<string, Variable>[];
  /** For each of these, what all examples since the last update count together. */
  readonly #totals: Variable;
  /** Updates done, an i32: random numbers count batches. */
  readonly #updates = new Variable("updates", [], "i32");
  readonly #outputs: readonly TrainedOutput[];

  /** Sums for the weights of a network, all at zero. */
  constructor(weights: ReadonlyMap<string, Weight>, outputs: readonly TrainedOutput[]) {
    this.#outputs = outputs;
    const alike = outputs.flatMap(({ isWeighted }, i) => isWeighted ? [] : [i]);
    const others = outputs.flatMap(({ isWeighted }, i) => isWeighted ? [[i]] : []);
    this.#groups = [...alike.length > 0 ? [alike] : [], ...others];
    const learnable = [...weights].filter(([, weight]) => weight.learnable);
    this.#sums = this.#groups.map((_, group) =>
      new Map(learnable.map(([name, { shape }]) => [
        name,
        new Variable(`gradients.${group}.${name}`, shape, "f32"),
      ]))
    );
    this.#totals = new Variable("totals", [this.#groups.length], "f32");
  }

  /** What belongs to a checkpoint, by name. */
  get variables(): ReadonlyMap<string, Variable> {
    const sums = this.#sums.flatMap((sums) => [...sums.values()]);
    return new Map([...sums, this.#totals, this.#updates].map((one) => [one.name, one]));
  }

  /** Updates done, in a program. */
  updates(builder: ProgramBuilder): Tensor {
    return builder.variable(this.#updates).cast("f32");
  }

  /**
   * Has a batch's gradients for some of the weights summed up in a program. `totalOf` says what the
   * batch counts for an output, and `shareOf` which part of it this process has.
   */
  add(
    builder: ProgramBuilder,
    loss: (changing: Weights) => readonly [Tensor, Pass],
    trainable: Weights,
    totalOf: (output: number, pass: Pass) => Tensor,
    shareOf: (output: number, pass: Pass) => Tensor | 1 = () => 1,
  ): readonly [Tensor, Pass] {
    let passed: readonly [Tensor, Pass] | undefined;
    const totals: Tensor[] = [];
    this.#groups.forEach((group, k) => {
      const { gradient, auxiliary: [value, pass] } = valueAndGradient(
        (changing: Weights): Summed => {
          const [value, pass] = loss(changing);
          const all = group.map((i) => pass.losses[i]!.mul(this.#outputs[i]!.lossWeight ?? 1))
            .reduce((a, b) => a.add(b));
          const share = shareOf(group[0]!, pass), part = share === 1 ? all : all.mul(share);
          return [part, [value, pass]];
        },
      )(trainable);
      passed ??= [value, pass];
      const total = totalOf(group[0]!, pass);
      totals.push(total);
      for (const [name, slope] of Object.entries(gradient)) {
        const sum = this.#sums[k]!.get(name)!;
        builder.update(sum, builder.variable(sum).add(slope.mul(total)));
      }
    });
    const index = iota([totals.length], 0);
    const added = totals.map((total, k) => where(index.equal(k), total, 0))
      .reduce((a, b) => a.add(b));
    builder.update(this.#totals, builder.variable(this.#totals).add(added));
    return passed!;
  }

  /**
   * The gradients of all batches since the last update, in a program that forgets them; `reduce` gives the
   * sums of all processes.
   */
  take(
    builder: ProgramBuilder,
    trainable: Iterable<string>,
    reduce: (sum: Tensor) => Tensor = (sum) => sum,
  ): Weights {
    const totals = builder.variable(this.#totals);
    const means = this.#sums.map((sums, k) => {
      const total = totals.slice([k], [1]).reshape([]), divisor = where(total.equal(0), 1, total);
      return (name: string) => reduce(builder.variable(sums.get(name)!)).div(divisor);
    });
    const gradients = Array.from(
      trainable,
      (name) => [name, means.map((mean) => mean(name)).reduce((a, b) => a.add(b))] as const,
    );
    for (const sum of [...this.#sums.flatMap((sums) => [...sums.values()]), this.#totals]) {
      builder.update(sum, zeros(sum.shape));
    }
    builder.update(this.#updates, builder.variable(this.#updates).add(1));
    return Object.fromEntries(gradients);
  }
}
