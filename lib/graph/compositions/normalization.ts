import type { Node } from "../node.ts";
import {
  add,
  divide,
  exp,
  log,
  multiply,
  offset,
  rsqrt,
  scale,
  subtract,
} from "../ops/elementwise.ts";
import { reduceSum } from "../ops/reduce.ts";
import { channelWindowSum } from "./pool.ts";

/** Batch normalisation in training: the result, and the batch's mean and (biased) variance [c]. */
export interface BatchStatistics {
  readonly result: Node;
  readonly mean: Node;
  readonly variance: Node;
}

/**
 * Normalises each channel (the last axis) over all other axes, then scales and shifts.
 * Source: Ioffe and Szegedy 2015, arXiv 1502.03167.
 */
export function batchNormTraining(
  x: Node,
  gamma: Node | undefined,
  beta: Node | undefined,
  epsilon: number,
): BatchStatistics {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  const mean = scale(reduceSum(x, axes), 1 / count);
  const centred = subtract(x, mean);
  const variance = scale(reduceSum(multiply(centred, centred), axes), 1 / count);
  const normal = multiply(centred, rsqrt(offset(variance, epsilon)));
  return { result: affine(normal, gamma, beta), mean, variance };
}

/** Normalises each channel by a known mean and variance: one multiply-add a number. */
export function batchNormInference(
  x: Node,
  gamma: Node | undefined,
  beta: Node | undefined,
  mean: Node,
  variance: Node,
  epsilon: number,
): Node {
  const deviation = rsqrt(offset(variance, epsilon));
  const factor = gamma === undefined ? deviation : multiply(gamma, deviation);
  const shift = multiply(mean, factor);
  const scaled = multiply(x, factor);
  return beta === undefined ? subtract(scaled, shift) : add(scaled, subtract(beta, shift));
}

function affine(x: Node, gamma: Node | undefined, beta: Node | undefined): Node {
  const scaled = gamma === undefined ? x : multiply(x, gamma);
  return beta === undefined ? scaled : add(scaled, beta);
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
export function localResponseNorm(
  x: Node,
  { size = 5, alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseNormOptions = {},
): Node {
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(
      `localResponseNorm: size: expected an integer of at least 1, found ${size}`,
    );
  }
  const sums = channelWindowSum(multiply(x, x), size);
  const base = offset(scale(sums, alpha / size), k);
  return divide(x, exp(scale(log(base), beta)));
}
