import { checkNames } from "../../core/options.ts";
import { windowSum } from "../../graph/ops/window.ts";
import { checkTensor, type Tensor, unary } from "../tensor.ts";

/** Statistics and learnt numbers of batchNorm, [c] each. */
export interface BatchNormArguments {
  /** The learnt factor; 1 by default. */
  readonly gamma?: Tensor;
  /** The learnt shift; 0 by default. */
  readonly beta?: Tensor;
  /** Given with `variance` at inference; without, the batch's own are used. */
  readonly mean?: Tensor;
  /** Given with `mean` at inference. */
  readonly variance?: Tensor;
  /** Added to the variance; 1e-5 by default. */
  readonly epsilon?: number;
}

/**
 * Each channel (last axis) with mean 0 and variance 1 over all other axes, then times gamma plus
 * beta. Source: Ioffe and Szegedy 2015, arXiv 1502.03167.
 */
export function batchNorm(x: Tensor, options: BatchNormArguments = {}): Tensor {
  checkTensor(x, "batchNorm");
  checkNames("batchNorm", options, ["gamma", "beta", "mean", "variance", "epsilon"]);
  const { gamma, beta, mean, variance, epsilon = 1e-5 } = options;
  for (const [name, part] of Object.entries({ gamma, beta, mean, variance })) {
    if (part !== undefined) checkTensor(part, `batchNorm: ${name}`);
  }
  if ((mean === undefined) !== (variance === undefined)) {
    throw new TypeError("batchNorm: expected mean and variance together, or neither");
  }
  return mean === undefined || variance === undefined
    ? batchNormTraining(x, gamma, beta, epsilon).result
    : batchNormInference(x, gamma, beta, mean, variance, epsilon);
}

/** Batch normalisation in training: the result, and the batch's mean and (biased) variance [c]. */
export interface BatchStatistics {
  readonly result: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** Normalises each channel by the batch's own statistics. */
export function batchNormTraining(
  x: Tensor,
  gamma: Tensor | undefined,
  beta: Tensor | undefined,
  epsilon: number,
): BatchStatistics {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const mean = x.mean(axes);
  const centred = x.sub(mean);
  const variance = centred.square().mean(axes);
  const normal = centred.mul(variance.add(epsilon).rsqrt());
  const scaled = gamma === undefined ? normal : normal.mul(gamma);
  return { result: beta === undefined ? scaled : scaled.add(beta), mean, variance };
}

/** Normalises each channel by a known mean and variance: one multiply-add a number. */
export function batchNormInference(
  x: Tensor,
  gamma: Tensor | undefined,
  beta: Tensor | undefined,
  mean: Tensor,
  variance: Tensor,
  epsilon: number,
): Tensor {
  const deviation = variance.add(epsilon).rsqrt();
  const factor = gamma === undefined ? deviation : gamma.mul(deviation);
  const shift = mean.mul(factor);
  const scaled = x.mul(factor);
  return beta === undefined ? scaled.sub(shift) : scaled.add(beta.sub(shift));
}

/** Settings of local response normalisation, with the defaults of PyTorch. */
export interface LocalResponseNormOptions {
  /** Neighbouring channels that are summed; 5 by default. */
  readonly size?: number;
  /** Factor of the mean square; 1e-4 by default (divided by `size`, as in Caffe and PyTorch). */
  readonly alpha?: number;
  /** The exponent; 0.75 by default. */
  readonly beta?: number;
  /** What is added before the power; 1 by default (AlexNet's paper uses 2). */
  readonly k?: number;
}

/**
 * Divides each number by (k + alpha / size * the sum of squares of `size` neighbouring channels) ^ beta.
 * Source: Krizhevsky et al. 2012, section 3.3.
 */
export function localResponseNorm(x: Tensor, options: LocalResponseNormOptions = {}): Tensor {
  checkTensor(x, "localResponseNorm");
  checkNames("localResponseNorm", options, ["size", "alpha", "beta", "k"]);
  const { size = 5, alpha = 1e-4, beta = 0.75, k = 1 } = options;
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(
      `localResponseNorm: size: expected an integer of at least 1, found ${size}`,
    );
  }
  const base = channelWindowSum(x.square(), size).mul(alpha / size).add(k);
  return x.div(base.log().mul(beta).exp());
}

/** Sums along the channels: for each channel, its window of neighbours. */
export function channelWindowSum(x: Tensor, size: number): Tensor {
  const before = Math.floor(size / 2);
  // One image a pixel, with the channels as rows: then a window over rows runs over channels.
  const rows = x.reshape([-1, x.shape.at(-1)!, 1, 1]);
  const sums = unary((node) =>
    windowSum(node, {
      window: [size, 1],
      stride: [1, 1],
      padding: [before, size - 1 - before, 0, 0],
    }), rows);
  return sums.reshape(x.shape);
}
