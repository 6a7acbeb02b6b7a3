import type { ProgramBuilder } from "../nn/program.ts";
import { where } from "../tensor/combine.ts";
import { full, iota, oneHot } from "../tensor/create.ts";
import { custom } from "../core/option_kinds.ts";
import { checkShape, formatShape, sameShape, type Shape, sizeOf } from "../core/shape.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";
import { Variable } from "../tensor/variable.ts";
import type { Pass } from "./step.ts";

/** Measures of a model on a data set: means over the examples. */
export interface Metrics {
  /** The mean loss. */
  readonly loss: number;
  /** Share of examples whose most probable class is right; only for class labels. */
  readonly top1?: number;
  /** Share of examples whose class is among the k most probable; only for class labels. */
  readonly topK?: number;
  /** Share of examples whose class is among the five most probable; only for class labels. */
  readonly top5?: number;
  /** Measures of one's own, by name; only where there are any. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/**
 * A measure of one's own: `count` gives what a batch adds to sums that begin at 0, on the device;
 * `result` makes the measure of the sums over all batches, on the host.
 *
 * ```ts
 * import { concatenate, full } from "@striate/striate";
 * import type { Metric } from "@striate/striate";
 * const meanError: Metric = {
 *   shape: [2], // the sum of the errors, the number of examples
 *   count: (predictions, targets) => {
 *     const error = predictions.sub(targets).abs();
 *     return concatenate([error.sum().reshape([1]), full([1], error.size)]);
 *   },
 *   result: ([sum, count]) => sum! / count!,
 * };
 * console.log(meanError.shape); // [2]
 * ```
 */
export interface Metric {
  /** The shape of the sums. */
  readonly shape: Shape;
  /**
   * What a batch adds: f32 of that shape. `predictions` are the model's (first) output; `targets` as
   * the loss gets them, for classes i32 [n].
   */
  count(predictions: Tensor, targets: Tensor): Tensor;
  /** The measure, of the sums in row-major order. */
  result(sums: Float32Array): number;
}

/** The option that metrics are given by. */
export const metricsOption = custom(
  "metrics { shape, count, result } by name",
  (value): value is Readonly<Record<string, Metric>> =>
    value instanceof Object &&
    Object.values(value).every((metric) =>
      Array.isArray(metric?.shape) && typeof metric.count === "function" &&
      typeof metric.result === "function"
    ),
);

/** What has been counted since the last reset. */
export interface Counts extends Metrics {
  readonly examples: number;
  /** The first step (from 1) whose loss was not finite, if any. */
  readonly divergedAt: number | undefined;
}

const size = 5;
const [lossSum, exampleCount, top1Count, topKCount, firstBadStep] = [0, 1, 2, 3, 4] as const;

/**
 * Counters that stay on the device: each step adds to them, and the host reads them now and then.
 * One vector: sum of losses, examples, right at once, right within k, first step that diverged; and
 * one variable for each metric of the user's own.
 */
export class MetricCounters {
  readonly #counts = new Variable("metrics", [size], "f32", () => new Float32Array(size));
  readonly #metrics: readonly { name: string; metric: Metric; sums: Variable }[];
  readonly k: number;

  /** Counters for top-1 and top-k, and for metrics by name. */
  constructor(k: number, metrics: Readonly<Record<string, Metric>> = {}) {
    this.k = k;
    this.#metrics = Object.entries(metrics).map(([name, metric]) => {
      const { shape } = metric;
      checkShape(shape, `metric "${name}"`);
      const zeros = () => new Float32Array(sizeOf(shape));
      return { name, metric, sums: new Variable(`metrics.${name}`, shape, "f32", zeros) };
    });
  }

  /** What holds the sums, by name. */
  get variables(): ReadonlyMap<string, Variable> {
    return new Map(
      [this.#counts, ...this.#metrics.map(({ sums }) => sums)].map((v) => [v.name, v]),
    );
  }

  /** Adds the counting of a batch to a program. `step` is the number of the step (f32, from 1). */
  count(
    builder: ProgramBuilder,
    loss: Tensor,
    batchSize: number,
    step: Tensor,
    { outputs: [predictions], targets: [targets] }: Pass,
    areLabels: boolean,
  ): void {
    const old = builder.variable(this.#counts);
    const index = iota([size], 0);
    const at = (i: number, value: Tensor) => where(index.equal(i), value, 0);
    const parts = [
      at(lossSum, loss.mul(batchSize)),
      at(exampleCount, full([], batchSize)),
      at(firstBadStep, firstBad(loss, step, old)),
    ];
    if (areLabels) {
      const ahead = rankOf(predictions!, targets!.cast("i32"));
      const within = (k: number) => ahead.less(k).cast("f32").sum();
      parts.push(at(top1Count, within(1)), at(topKCount, within(this.k)));
    }
    builder.update(this.#counts, old.add(parts.reduce((a, b) => a.add(b))));
    for (const { name, metric, sums } of this.#metrics) {
      const added = metric.count(predictions!.detach(), targets!);
      checkTensor(added, `metric "${name}"`);
      if (!sameShape(added.shape, metric.shape)) {
        throw new TypeError(
          `metric "${name}": expected count() to give ${formatShape(metric.shape)}, found ` +
            `${formatShape(added.shape)}`,
        );
      }
      builder.update(sums, builder.variable(sums).add(added.cast("f32")));
    }
  }

  /** Forgets what was counted. */
  reset(): void {
    for (const variable of this.variables.values()) {
      variable.assign(new Float32Array(variable.size));
    }
  }

  /** What was counted. */
  async read(hasLabels: boolean): Promise<Counts> {
    const counts = await this.#counts.read();
    const examples = counts[exampleCount]!;
    const mean = (i: number) => counts[i]! / examples;
    const metrics: Record<string, number> = {};
    for (const { name, metric, sums } of this.#metrics) {
      metrics[name] = metric.result(Float32Array.from(await sums.read()));
    }
    return {
      loss: mean(lossSum),
      ...hasLabels ? { top1: mean(top1Count), ...named(this.k, mean(topKCount)) } : {},
      ...this.#metrics.length > 0 ? { metrics } : {},
      examples,
      divergedAt: counts[firstBadStep]! || undefined,
    };
  }
}

const named = (k: number, value: number) =>
  k === 5 ? { topK: value, top5: value } : { topK: value };

/** The step, if its loss is not finite and none was before; to be added to the old number. */
function firstBad(loss: Tensor, step: Tensor, old: Tensor): Tensor {
  const bad = loss.isFinite().equal(0).cast("f32");
  const none = old.equal(0).cast("f32");
  return none.mul(bad.mul(step));
}

/**
 * For each example, how many classes the model holds for more probable than the right one (f32 [n]).
 * Of equal logits the class with the lower number counts as more probable, as argmax has it; a NaN
 * is never right.
 */
export function rankOf(logits: Tensor, labels: Tensor): Tensor {
  const [n, classes] = logits.shape as [number, number];
  const chosen = where(oneHot(labels, classes).equal(1), logits, 0).sum(1);
  const right = chosen.reshape([n, 1]), label = labels.reshape([n, 1]);
  const tie = logits.equal(right).mul(iota(logits.shape, 1).greaterEqual(label));
  const notAhead = logits.less(right).maximum(tie).cast("f32");
  return notAhead.sum(1).neg().add(classes);
}
