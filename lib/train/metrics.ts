import { sizeOf } from "../core/shape.ts";
import type { Node } from "../graph/node.ts";
import {
  add,
  compare,
  convert,
  isFiniteNode,
  maximum,
  multiply,
  negate,
  offset,
  scale,
  select,
} from "../graph/ops/elementwise.ts";
import { iota, literal } from "../graph/ops/generate.ts";
import { broadcastTo, reshape } from "../graph/ops/layout.ts";
import { reduceSum } from "../graph/ops/reduce.ts";
import { oneHot } from "../graph/compositions/loss.ts";
import type { ProgramBuilder } from "../nn/program.ts";
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
    loss: Node,
    batchSize: number,
    step: Node,
    logits?: Node,
    labels?: Node,
  ): void {
    const old = builder.variable(this.variable);
    const index = iota([size], 0);
    const at = (i: number, value: Node) =>
      select(compare("equal", index, literal(i, [size], "i32")), value, literal(0));
    const parts = [
      at(lossSum!, scale(loss, batchSize)),
      at(exampleCount!, literal(batchSize)),
      at(firstBadStep!, firstBad(loss, step, old)),
    ];
    if (logits !== undefined && labels !== undefined) {
      const ahead = rankOf(logits, labels);
      const within = (k: number) =>
        reduceSum(convert(compare("less", ahead, literal(k, ahead.shape)), "f32"));
      parts.push(at(top1Count!, within(1)), at(topKCount!, within(this.k)));
    }
    builder.update(this.variable, add(old, parts.reduce(add)));
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
function firstBad(loss: Node, step: Node, old: Node): Node {
  const bad = convert(compare("equal", isFiniteNode(loss), literal(0, [], "i32")), "f32");
  const none = convert(compare("equal", old, literal(0, old.shape)), "f32");
  return multiply(none, broadcastTo(multiply(bad, step), old.shape));
}

/**
 * For each example, how many classes the model holds for more probable than the right one (f32 [n]).
 * Of equal logits the class with the lower number counts as more probable, as argmax has it; a NaN
 * is never right.
 */
export function rankOf(logits: Node, labels: Node): Node {
  const [n, classes] = logits.shape as [number, number];
  const own = reduceSum(
    select(
      compare("equal", oneHot(labels, classes), literal(1, logits.shape)),
      logits,
      literal(0, logits.shape),
    ),
    [1],
  );
  const right = broadcastTo(reshape(own, [n, 1]), logits.shape);
  const label = broadcastTo(reshape(labels, [n, 1]), logits.shape);
  const behind = compare("less", logits, right);
  const tie = multiply(
    compare("equal", logits, right),
    compare("greaterOrEqual", iota(logits.shape, 1), label),
  );
  const notAhead = convert(maximum(behind, tie), "f32");
  return offset(negate(reduceSum(notAhead, [1])), sizeOf([classes]));
}
