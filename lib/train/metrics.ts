import type { ProgramBuilder } from "../nn/program.ts";
import { where } from "../tensor/combine.ts";
import { full, iota, oneHot } from "../tensor/create.ts";
import { Tensor } from "../tensor/tensor.ts";
import { Variable } from "../tensor/variable.ts";

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
}

/** What has been counted since the last reset. */
export interface Counts extends Metrics {
  readonly examples: number;
  /** The first step (from 1) whose loss was not finite, if any. */
  readonly divergedAt: number | undefined;
}

const size = 5;
const [lossSum, exampleCount, top1Count, topKCount, firstBadStep] = [0, 1, 2, 3, 4];

/**
 * Counters that stay on the device: each step adds to them, and the host reads them now and then.
 * One vector: sum of losses, examples, right at once, right within k, first step that diverged.
 */
export class MetricCounters {
  readonly variable = new Variable("metrics", [size], "f32", () => new Float32Array(size));
  readonly k: number;

  /** Counters for top-1 and top-k. */
  constructor(k: number) {
    this.k = k;
  }

  /** Adds the counting of a batch to a program. `step` is the number of the step (f32, from 1). */
  count(
    builder: ProgramBuilder,
    loss: Tensor,
    batchSize: number,
    step: Tensor,
    logits?: Tensor,
    labels?: Tensor,
  ): void {
    const old = new Tensor(builder.variable(this.variable));
    const index = iota([size], 0);
    const at = (i: number, value: Tensor) => where(index.equal(i), value, 0);
    const parts = [
      at(lossSum!, loss.mul(batchSize)),
      at(exampleCount!, full([], batchSize)),
      at(firstBadStep!, firstBad(loss, step, old)),
    ];
    if (logits !== undefined && labels !== undefined) {
      const ahead = rankOf(logits, labels);
      const within = (k: number) => ahead.less(k).cast("f32").sum();
      parts.push(at(top1Count!, within(1)), at(topKCount!, within(this.k)));
    }
    builder.update(this.variable, old.add(parts.reduce((a, b) => a.add(b))).node);
  }

  /** Forgets what was counted. */
  reset(): void {
    this.variable.assign(new Float32Array(size));
  }

  /** What was counted. */
  async read(hasLabels: boolean): Promise<Counts> {
    const counts = await this.variable.read();
    const examples = counts[exampleCount!]!;
    const mean = (i: number) => counts[i]! / examples;
    return {
      loss: mean(lossSum!),
      ...hasLabels ? { top1: mean(top1Count!), ...named(this.k, mean(topKCount!)) } : {},
      examples,
      divergedAt: counts[firstBadStep!]! || undefined,
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
  const own = where(oneHot(labels, classes).equal(1), logits, 0).sum(1);
  const right = own.reshape([n, 1]), label = labels.reshape([n, 1]);
  const tie = logits.equal(right).mul(iota(logits.shape, 1).greaterEqual(label));
  const notAhead = logits.less(right).maximum(tie).cast("f32");
  return notAhead.sum(1).neg().add(classes);
}
