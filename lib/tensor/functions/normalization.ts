import { describeValue } from "../../core/errors.ts";
import { options, type Schema } from "../../core/options.ts";
import { formatShape } from "../../core/shape.ts";
import { windowSum } from "../../graph/ops/window.ts";
import { checkTensor, type Tensor, unary } from "../tensor.ts";
import { withGradient } from "../with_gradient.ts";
import {
  epsilonOption,
  type LocalResponseNormOptions,
  localResponseNormSchema,
  tensorOption,
} from "./settings.ts";

/** The learnt numbers of a normalisation, [c] each. */
export interface AffineArguments {
  /** The learnt factor; 1 by default. */
  readonly gamma?: Tensor;
  /** The learnt shift; 0 by default. */
  readonly beta?: Tensor;
  /** Added to the variance; 1e-5 by default. */
  readonly epsilon?: number;
}

const affineSchema = {
  gamma: tensorOption,
  beta: tensorOption,
  epsilon: epsilonOption,
} satisfies Schema<AffineArguments>;

/** Statistics and learnt numbers of batchNorm, [c] each. */
export interface BatchNormArguments extends AffineArguments {
  /** Given with `variance` at inference; without, the batch's own are used. */
  readonly mean?: Tensor;
  /** Given with `mean` at inference. */
  readonly variance?: Tensor;
}

const batchNormSchema = {
  ...affineSchema,
  mean: tensorOption,
  variance: tensorOption,
} satisfies Schema<BatchNormArguments>;

/**
 * Each channel (last axis) with mean 0 and variance 1 over all other axes, then times gamma plus
 * beta. Source: Ioffe and Szegedy 2015, arXiv 1502.03167.
 */
export function batchNorm(x: Tensor, given: BatchNormArguments = {}): Tensor {
  checkTensor(x, "batchNorm");
  const { gamma, beta, mean, variance, epsilon } = options("batchNorm", given, batchNormSchema);
  if (mean === undefined && variance === undefined) {
    return byOwnStatistics(x, gamma, beta, epsilon);
  }
  if (mean === undefined || variance === undefined) {
    throw new TypeError("batchNorm: expected mean and variance together, or neither");
  }
  // By known statistics it is one multiply-add a number.
  const deviation = variance.add(epsilon).rsqrt();
  const factor = gamma === undefined ? deviation : gamma.mul(deviation);
  const shift = mean.mul(factor);
  const scaled = x.mul(factor);
  return beta === undefined ? scaled.sub(shift) : scaled.add(beta.sub(shift));
}

/**
 * Batch norm by the batch's statistics. Its gradients need two sums over the images, of the gradient
 * and of its products with the centred numbers; differentiation by parts would take four, and another
 * pass for each of them that needs one before it.
 */
function byOwnStatistics(
  x: Tensor,
  gamma: Tensor | undefined,
  beta: Tensor | undefined,
  epsilon: number,
): Tensor {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis), centred = x.sub(x.mean(axes));
  const deviation = centred.square().mean(axes).add(epsilon).rsqrt();
  const factor = gamma === undefined ? deviation : gamma.mul(deviation);
  const learnt = [gamma, beta].filter((weight) => weight !== undefined);
  return withGradient((_x: Tensor, ..._learnt: Tensor[]) => {
    const scaled = centred.mul(factor);
    return beta === undefined ? scaled : scaled.add(beta);
  }, (g) => {
    const product = g.mul(centred), tilt = product.mean(axes).mul(deviation).mul(deviation);
    return [
      g.sub(g.mean(axes)).sub(centred.mul(tilt)).mul(factor),
      ...gamma === undefined ? [] : [product.sum(axes).mul(deviation)],
      ...beta === undefined ? [] : [g.sum(axes)],
    ];
  })(x, ...learnt);
}

/**
 * Each group of neighbouring channels (last axis) of each example with mean 0 and variance 1, over
 * the group's channels and all axes between; then each channel times gamma plus beta. One group is
 * layer normalisation of whole images, a group for each channel is instance normalisation.
 * Source: Wu and He 2018, arXiv 1803.08494.
 *
 * ```ts
 * import { groupNorm, tensor } from "@striate/striate";
 * const pixel = tensor([[[[1, 3, 10, 30]]]]);
 * console.log(await groupNorm(pixel, 2).round().flatten().array()); // [-1, 1, -1, 1]
 * ```
 *
 * @throws {RangeError} if the groups do not divide the channels
 */
export function groupNorm(x: Tensor, groups: number, given: AffineArguments = {}): Tensor {
  checkTensor(x, "groupNorm");
  const { gamma, beta, epsilon } = options("groupNorm", given, affineSchema);
  const [examples = 1] = x.shape, channels = x.shape.at(-1)!;
  if (x.rank < 2 || !Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new RangeError(
      `groupNorm: groups: expected a divisor of the channels of ${formatShape(x.shape)}, found ` +
        describeValue(groups),
    );
  }
  const parts = x.reshape([examples, -1, groups, channels / groups]);
  return affine(standardized(parts, [1, 3], epsilon).reshape(x.shape), gamma, beta);
}

/**
 * Each channel (last axis) of each example with mean 0 and variance 1 over all axes between; then
 * times gamma plus beta. Source: Ulyanov et al. 2016, arXiv 1607.08022.
 *
 * @throws {RangeError} if an example has one number a channel, of which nothing would be left
 */
export function instanceNorm(x: Tensor, given: AffineArguments = {}): Tensor {
  checkTensor(x, "instanceNorm");
  if (x.rank < 3) {
    throw new TypeError(
      `instanceNorm: expected an axis between examples and channels, found ${formatShape(x.shape)}`,
    );
  }
  if (x.shape.slice(1, -1).every((d) => d === 1)) {
    throw new RangeError(
      "instanceNorm: expected more than one number a channel in an example, found 1; use layerNorm or " +
        "larger images",
    );
  }
  return normalized(x, x.shape.slice(1, -1).map((_, i) => i + 1), given, "instanceNorm");
}

/**
 * The last axis with mean 0 and variance 1, then times gamma plus beta. Source: Ba et al. 2016, arXiv
 * 1607.06450.
 */
export function layerNorm(x: Tensor, given: AffineArguments = {}): Tensor {
  checkTensor(x, "layerNorm");
  return normalized(x, [-1], given, "layerNorm");
}

/** Mean 0 and variance 1 over some axes, then times gamma plus beta. */
function normalized(x: Tensor, axes: number[], given: AffineArguments, where: string): Tensor {
  const { gamma, beta, epsilon } = options(where, given, affineSchema);
  return affine(standardized(x, axes, epsilon), gamma, beta);
}

/** Mean 0 and variance 1 over some axes. Its gradient needs two sums over them. */
function standardized(x: Tensor, axes: number[], epsilon: number): Tensor {
  const centred = x.sub(x.mean(axes, true));
  const deviation = centred.square().mean(axes, true).add(epsilon).rsqrt();
  return withGradient((_x: Tensor) => centred.mul(deviation), (g) => {
    const tilt = g.mul(centred).mean(axes, true).mul(deviation).mul(deviation);
    return g.sub(g.mean(axes, true)).sub(centred.mul(tilt)).mul(deviation);
  })(x);
}

function affine(x: Tensor, gamma: Tensor | undefined, beta: Tensor | undefined): Tensor {
  const scaled = gamma === undefined ? x : x.mul(gamma);
  return beta === undefined ? scaled : scaled.add(beta);
}

/**
 * Divides each number by (k + alpha / size * the sum of squares of `size` neighbouring channels) ^ beta.
 * Source: Krizhevsky et al. 2012, section 3.3.
 */
export function localResponseNorm(x: Tensor, given: LocalResponseNormOptions = {}): Tensor {
  checkTensor(x, "localResponseNorm");
  const settings = options("localResponseNorm", given, localResponseNormSchema);
  const { size = 5, alpha = 1e-4, beta = 0.75, k = 1 } = settings;
  const base = channelWindowSum(x.square(), size).mul(alpha / size).add(k);
  return x.div(base.log().mul(beta).exp());
}

/** Sums along the channels: for each channel, its window of neighbours. */
function channelWindowSum(x: Tensor, size: number): Tensor {
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
