import * as activation from "../graph/compositions/activation.ts";
import {
  convolutionGeometry,
  type ConvolutionOptions,
  type Padding,
  pairOf,
  resolvePadding,
  type Size2d,
} from "../graph/compositions/geometry.ts";
import * as losses from "../graph/compositions/loss.ts";
import * as normalization from "../graph/compositions/normalization.ts";
import * as pool from "../graph/compositions/pool.ts";
import { transposedConvolution } from "../graph/compositions/transposed.ts";
import { checkNames } from "../core/options.ts";
import { formatShape } from "../core/shape.ts";
import type { Node } from "../graph/node.ts";
import { conv2d as convolve } from "../graph/ops/conv2d.ts";
import { add as addNodes, compare, multiply, select } from "../graph/ops/elementwise.ts";
import { literal, randomUniform } from "../graph/ops/generate.ts";
import { pad } from "../graph/ops/layout.ts";
import { nextRandom, type RandomOptions, tensor } from "./create.ts";
import { checkTensor, Tensor, unary } from "./tensor.ts";

// The layers as functions of tensors, with their weights as arguments.

/** `x`, which must be a tensor. */
function checked(x: Tensor, where: string): Tensor {
  checkTensor(x, where);
  return x;
}

function images(x: Tensor, where: string): void {
  checkTensor(x, where);
  if (x.rank === 4) return;
  throw new TypeError(
    `${where}: expected images [n, height, width, channels], found ${formatShape(x.shape)}`,
  );
}

function withBias(x: Node, bias: Tensor | undefined, where: string): Node {
  if (bias === undefined) return x;
  checkTensor(bias, `${where}: bias`);
  return addNodes(x, bias.node);
}

const convolutionNames = ["stride", "padding", "dilation", "groups"];
const poolNames = ["stride", "padding", "ceilMode"];

/** x [..., n] times kernel [n, units], plus bias [units]. */
export function dense(x: Tensor, kernel: Tensor, bias?: Tensor): Tensor {
  const product = checked(x, "dense").matmul(kernel);
  return bias === undefined ? product : product.add(bias);
}

/**
 * Slides a kernel [kernel height, kernel width, c / groups, filters] over images [n, h, w, c], as
 * cross-correlation, and adds a bias [filters].
 *
 * ```ts
 * import { conv2d, ones } from "@striate/striate";
 * const y = conv2d(ones([1, 4, 4, 1]), ones([3, 3, 1, 1]));
 * console.log(await y.flatten().array()); // [9, 9, 9, 9]
 * ```
 *
 * @throws {TypeError} if the channels do not fit, {RangeError} if the kernel does not fit the images.
 */
export function conv2d(
  x: Tensor,
  kernel: Tensor,
  options: ConvolutionOptions & { readonly bias?: Tensor } = {},
): Tensor {
  images(x, "conv2d");
  checkTensor(kernel, "conv2d: kernel");
  checkNames("conv2d", options, [...convolutionNames, "bias"]);
  const size = x.shape.slice(1, 3) as [number, number];
  const geometry = convolutionGeometry(options, size, kernel.shape.slice(0, 2) as [number, number]);
  const result = convolve(x.node, kernel.node, geometry);
  return new Tensor(withBias(result, options.bias, "conv2d"), [x, kernel]);
}

/** Transposed convolution with a kernel [kernel height, kernel width, filters / groups, c]. */
export function convTranspose2d(
  x: Tensor,
  kernel: Tensor,
  options: ConvolutionOptions & { readonly bias?: Tensor; readonly outputPadding?: Size2d } = {},
): Tensor {
  images(x, "convTranspose2d");
  checkTensor(kernel, "convTranspose2d: kernel");
  checkNames("convTranspose2d", options, [...convolutionNames, "bias", "outputPadding"]);
  const extra = pairOf(options.outputPadding ?? 0, "convTranspose2d: outputPadding", 0);
  const result = transposedConvolution(x.node, kernel.node, options, extra);
  return new Tensor(withBias(result, options.bias, "convTranspose2d"), [x, kernel]);
}

/** The largest number of each window of images [n, h, w, c]. */
export function maxPool2d(x: Tensor, window: Size2d, options: pool.PoolOptions = {}): Tensor {
  images(x, "maxPool2d");
  checkNames("maxPool2d", options, poolNames);
  return unary((node) => pool.maxPool2d(node, window, options), x);
}

/** The mean of each window of images [n, h, w, c]. */
export function averagePool2d(
  x: Tensor,
  window: Size2d,
  options: pool.AveragePoolOptions = {},
): Tensor {
  images(x, "averagePool2d");
  checkNames("averagePool2d", options, [...poolNames, "countIncludePadding"]);
  return unary((node) => pool.averagePool2d(node, window, options), x);
}

/** The mean of each channel: [n, h, w, c] to [n, c]. */
export function globalAveragePool2d(x: Tensor): Tensor {
  images(x, "globalAveragePool2d");
  return unary(pool.globalAveragePool2d, x);
}

/** The maximum of each channel: [n, h, w, c] to [n, c]. */
export function globalMaxPool2d(x: Tensor): Tensor {
  images(x, "globalMaxPool2d");
  return unary(pool.globalMaxPool2d, x);
}

/** Images in a frame of zeros. */
export function zeroPadding2d(x: Tensor, padding: Exclude<Padding, string>): Tensor {
  images(x, "zeroPadding2d");
  const [top, bottom, left, right] = resolvePadding(padding, [1, 1], [1, 1], [1, 1]);
  return unary((node) => pad(node, [0, top, left, 0], [0, bottom, right, 0]), x);
}

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

/** Each channel (last axis) with mean 0 and variance 1, then times gamma plus beta. */
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
  const result = mean === undefined || variance === undefined
    ? normalization.batchNormTraining(x.node, gamma?.node, beta?.node, epsilon).result
    : normalization.batchNormInference(
      x.node,
      gamma?.node,
      beta?.node,
      mean.node,
      variance.node,
      epsilon,
    );
  return new Tensor(result, [x]);
}

/** Division by a power of the neighbouring channels' squares. Krizhevsky et al. 2012, section 3.3. */
export function localResponseNorm(
  x: Tensor,
  options: normalization.LocalResponseNormOptions = {},
): Tensor {
  images(x, "localResponseNorm");
  checkNames("localResponseNorm", options, ["size", "alpha", "beta", "k"]);
  return unary((node) => normalization.localResponseNorm(node, options), x);
}

/** Drops numbers with probability `rate` (0 or more, less than 1); the others grow by 1 / (1 - rate). */
export function dropout(x: Tensor, rate: number, options: RandomOptions = {}): Tensor {
  checkTensor(x, "dropout");
  checkNames("dropout", options, ["seed"]);
  if (!(rate >= 0 && rate < 1)) {
    throw new RangeError(`dropout: rate: expected at least 0 and less than 1, found ${rate}`);
  }
  // The mask is drawn on the device, from a state that is data.
  const random = nextRandom(options);
  const state = tensor(Int32Array.of(random.word(), random.word(), 0));
  const noise = randomUniform(state.node, x.shape, 0);
  const kept = compare("greaterOrEqual", noise, literal(rate));
  const factor = select(kept, literal(1 / (1 - rate)), literal(0));
  return new Tensor(multiply(x.node, factor), [x]);
}

/** 1 where x is at least 0, else 0. */
export function step(x: Tensor): Tensor {
  return unary(activation.step, x);
}
/** x itself. */
export function linear(x: Tensor): Tensor {
  return checked(x, "linear");
}
/** 1 / (1 + e^-x). */
export function sigmoid(x: Tensor): Tensor {
  return checked(x, "sigmoid").sigmoid();
}
/** The hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return checked(x, "tanh").tanh();
}
/** max(x, 0). */
export function relu(x: Tensor): Tensor {
  return checked(x, "relu").relu();
}
/** min(max(x, 0), 6). */
export function relu6(x: Tensor): Tensor {
  return unary(activation.relu6, x);
}
/** x where it is positive, else x times `negativeSlope`. */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  return unary((node) => activation.leakyRelu(node, negativeSlope), x);
}
/** x where it is positive, else alpha (e^x - 1). */
export function elu(x: Tensor, alpha = 1): Tensor {
  return unary((node) => activation.elu(node, alpha), x);
}
/** log(1 + e^x). */
export function softplus(x: Tensor): Tensor {
  return unary(activation.softplus, x);
}
/** x times the normal distribution function of x; with `approximate`, by tanh. */
export function gelu(x: Tensor, approximate = false): Tensor {
  return unary((node) => activation.gelu(node, approximate), x);
}
/** x times its logistic function. */
export function silu(x: Tensor): Tensor {
  return unary(activation.silu, x);
}
/** relu6(x + 3) / 6. */
export function hardSigmoid(x: Tensor): Tensor {
  return unary(activation.hardSigmoid, x);
}
/** e^x over its sum along an axis. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return checked(x, "softmax").softmax(axis);
}
/** The logarithm of softmax. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return checked(x, "logSoftmax").logSoftmax(axis);
}

/** A loss of the graph for two tensors. */
function loss(
  name: string,
  op: (predictions: Node, targets: Node) => Node,
  predictions: Tensor,
  targets: Tensor,
): Tensor {
  for (const t of [predictions, targets]) checkTensor(t, name);
  return new Tensor(op(predictions.node, targets.node), [predictions, targets]);
}

/**
 * The mean of -log softmax(logits)[label], for logits [n, classes] and labels i32 [n] or
 * probabilities [n, classes]. A label that is no class counts as 0.
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  options: { readonly labelSmoothing?: number } = {},
): Tensor {
  checkNames("crossEntropy", options, ["labelSmoothing"]);
  const op = (p: Node, t: Node) => losses.crossEntropy(p, t, options.labelSmoothing);
  return loss("crossEntropy", op, logits, labels);
}
/** The mean binary cross-entropy of logits and labels (0 or 1) of one shape. */
export function binaryCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  return loss("binaryCrossEntropy", losses.binaryCrossEntropy, logits, labels);
}
/** The mean of the squared differences. */
export function meanSquaredError(predictions: Tensor, targets: Tensor): Tensor {
  return loss("meanSquaredError", losses.meanSquaredError, predictions, targets);
}
/** The mean of the absolute differences. */
export function meanAbsoluteError(predictions: Tensor, targets: Tensor): Tensor {
  return loss("meanAbsoluteError", losses.meanAbsoluteError, predictions, targets);
}
/** The mean of max(0, 1 - y x) for labels y of 1 or -1 (0 counts as -1). */
export function hinge(predictions: Tensor, labels: Tensor): Tensor {
  return loss("hinge", losses.hinge, predictions, labels);
}
