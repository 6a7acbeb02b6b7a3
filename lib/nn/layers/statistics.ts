/**
 * The running mean and variance of each channel, which training counts and inference uses.
 *
 * @module
 */
import { full } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { constant } from "../initializer.ts";
import type { CallContext, WholeBatch } from "../layer.ts";
import type { WeightType } from "../weight.ts";

/** Statistics of each channel, [c] each. */
export interface Statistics<T> {
  /** The mean. */
  readonly runningMean: T;
  /** The variance, unbiased. */
  readonly runningVariance: T;
}

/** The weights that hold them. */
export function statisticWeights(channels: number): Statistics<WeightType> {
  const statistic = (initial: number, pytorch: string, keras: string): WeightType => ({
    shape: [channels],
    initializer: constant(initial),
    trainable: false,
    stored: { pytorch, keras, order: "features" },
  });
  return {
    runningMean: statistic(0, "running_mean", "moving_mean"),
    runningVariance: statistic(1, "running_var", "moving_variance"),
  };
}

/**
 * Has a batch counted in the running statistics, and gives its own (the variance not unbiased).
 *
 * With `whole`, they are those of the batch that several processes have shares of.
 *
 * @throws {RangeError} if there is one number a channel, which has no variance
 */
export function count(
  layer: string,
  x: Tensor,
  { runningMean, runningVariance }: Statistics<Tensor>,
  momentum: number,
  context: CallContext,
  whole?: WholeBatch,
): { readonly mean: Tensor; readonly variance: Tensor } {
  const own = x.size / x.shape.at(-1)!, each = own / x.shape[0]!;
  if ((whole === undefined ? own : whole.of * each) < 2) {
    throw new RangeError(
      `${layer}: expected more than one number a channel in training, found 1; use a larger batch`,
    );
  }
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const count = whole?.examples.mul(each) ?? own;
  const meanOf = (x: Tensor) => whole?.sum(x.sum(axes)).div(count) ?? x.mean(axes);
  const mean = meanOf(x), variance = meanOf(x.sub(mean).square());
  const share = context.momentum ?? momentum;
  const rest = typeof share === "number" ? 1 - share : full([], 1).sub(share);
  const moved = (old: Tensor, now: Tensor) => old.mul(share).add(now.mul(rest));
  const bessel = typeof count === "number" ? count / (count - 1) : count.div(count.sub(1));
  context.update("runningMean", moved(runningMean, mean));
  context.update("runningVariance", moved(runningVariance, variance.mul(bessel)));
  return { mean, variance };
}
