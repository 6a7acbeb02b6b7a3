/**
 * The running mean and variance of each channel, which training counts and inference uses.
 *
 * @module
 */
import { full } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { constant } from "../initializer.ts";
import type { CallContext } from "../layer.ts";
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
 * @throws {RangeError} if there is one number a channel, which has no variance
 */
export function count(
  layer: string,
  x: Tensor,
  { runningMean, runningVariance }: Statistics<Tensor>,
  momentum: number,
  context: CallContext,
): { readonly mean: Tensor; readonly variance: Tensor } {
  const count = x.size / x.shape.at(-1)!;
  if (count < 2) {
    throw new RangeError(
      `${layer}: expected more than one number a channel in training, found 1; use a larger batch`,
    );
  }
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const mean = x.mean(axes), variance = x.sub(mean).square().mean(axes);
  const share = context.momentum ?? momentum;
  const rest = typeof share === "number" ? 1 - share : full([], 1).sub(share);
  const moved = (old: Tensor, now: Tensor) => old.mul(share).add(now.mul(rest));
  context.update("runningMean", moved(runningMean, mean));
  context.update("runningVariance", moved(runningVariance, variance.mul(count / (count - 1))));
  return { mean, variance };
}
