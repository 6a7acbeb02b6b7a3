import type { Shape } from "../core/shape.ts";
import type { Size2d } from "../tensor/functions/geometry.ts";
import type { LocalResponseNormOptions } from "../tensor/functions/normalization.ts";
import type { ZeroPadding } from "../tensor/functions/padding.ts";
import type { Layer } from "./layer.ts";
import { activationLayer } from "./layers/activation.ts";
import {
  conv2d,
  type Conv2dOptions,
  convTranspose2d,
  type ConvTranspose2dOptions,
} from "./layers/conv2d.ts";
import { dense, type KernelOptions } from "./layers/dense.ts";
import { dropout } from "./layers/dropout.ts";
import { batchNorm, type BatchNormOptions, localResponseNorm } from "./layers/normalization.ts";
import type { LayerOptions } from "./layers/options.ts";
import {
  averagePool2d,
  type AveragePool2dOptions,
  globalAveragePool2d,
  globalMaxPool2d,
  maxPool2d,
  type MaxPool2dOptions,
} from "./layers/pool.ts";
import { flatten, reshape, zeroPadding2d } from "./layers/shape.ts";

/**
 * The layers as methods, for a Sequential model (which grows by each) and for symbolic values (of
 * which each yields another). Shapes leave out the batch axis; images are [height, width, channels].
 */
export abstract class LayerMethods<Result> {
  /** Applies a layer; applied more than once, it shares its weights. */
  abstract apply(layer: Layer): Result;

  /**
   * Every output from every input: [..., n] to [..., units].
   * Weights: kernel [n, units] and bias [units].
   */
  dense(units: number, options: KernelOptions = {}): Result {
    return this.apply(dense(units, options));
  }

  /**
   * `filters` kernels of `kernelSize` slide over images [h, w, c]. Weights: kernel [kernel height,
   * kernel width, c / groups, filters] and bias [filters].
   */
  conv2d(filters: number, kernelSize: Size2d, options: Conv2dOptions = {}): Result {
    return this.apply(conv2d(filters, kernelSize, options));
  }

  /**
   * Transposed convolution: spreads every pixel over a window, the shape inverse of conv2d.
   * Weights: kernel [kernel height, kernel width, filters / groups, c] and bias [filters].
   */
  convTranspose2d(
    filters: number,
    kernelSize: Size2d,
    options: ConvTranspose2dOptions = {},
  ): Result {
    return this.apply(convTranspose2d(filters, kernelSize, options));
  }

  /** The largest number of each window of images. */
  maxPool2d(window: Size2d, options: MaxPool2dOptions = {}): Result {
    return this.apply(maxPool2d(window, options));
  }

  /** The mean of each window of images. */
  averagePool2d(window: Size2d, options: AveragePool2dOptions = {}): Result {
    return this.apply(averagePool2d(window, options));
  }

  /** The mean of each channel: [h, w, c] to [c]. */
  globalAveragePool2d(options: LayerOptions = {}): Result {
    return this.apply(globalAveragePool2d(options));
  }

  /** The maximum of each channel: [h, w, c] to [c]. */
  globalMaxPool2d(options: LayerOptions = {}): Result {
    return this.apply(globalMaxPool2d(options));
  }

  /** All axes become one. */
  flatten(options: LayerOptions = {}): Result {
    return this.apply(flatten(options));
  }

  /** Another shape with as many numbers; one size may be -1. */
  reshape(shape: Shape, options: LayerOptions = {}): Result {
    return this.apply(reshape(shape, options));
  }

  /** A frame of zeros around images. */
  zeroPadding2d(padding: ZeroPadding, options: LayerOptions = {}): Result {
    return this.apply(zeroPadding2d(padding, options));
  }

  /**
   * Each channel (last axis) with mean 0 and variance 1, then a learnt factor and shift. Weights:
   * gamma, beta, runningMean and runningVariance, [c] each. Ioffe and Szegedy 2015, arXiv 1502.03167.
   */
  batchNorm(options: BatchNormOptions = {}): Result {
    return this.apply(batchNorm(options));
  }

  /** Division by the neighbouring channels' activity. Krizhevsky et al. 2012, section 3.3. */
  localResponseNorm(options: LocalResponseNormOptions & LayerOptions = {}): Result {
    return this.apply(localResponseNorm(options));
  }

  /** Drops numbers with probability `rate` in training. Srivastava et al. 2014. */
  dropout(rate: number, options: LayerOptions = {}): Result {
    return this.apply(dropout(rate, options));
  }

  /** e^x over its sum along the last axis. Losses take logits: leave it out before them. */
  softmax(options: LayerOptions = {}): Result {
    return this.apply(activationLayer("softmax", options));
  }

  /** 1 where x is at least 0, else 0: a hard limiter. Nothing is learnt through it. */
  step(options: LayerOptions = {}): Result {
    return this.apply(activationLayer("step", options));
  }

  /** x itself. */
  linear(options: LayerOptions = {}): Result {
    return this.apply(activationLayer("linear", options));
  }

  /** 1 / (1 + e^-x). */
  sigmoid(options: LayerOptions = {}): Result {
    return this.apply(activationLayer("sigmoid", options));
  }

  /** The hyperbolic tangent. */
  tanh(options: LayerOptions = {}): Result {
    return this.apply(activationLayer("tanh", options));
  }

  /** max(x, 0). */
  relu(options: LayerOptions = {}): Result {
    return this.apply(activationLayer("relu", options));
  }

  /** min(max(x, 0), 6). */
  relu6(options: LayerOptions = {}): Result {
    return this.apply(activationLayer("relu6", options));
  }

  /** x where it is positive, else x times `negativeSlope` (0.01). */
  leakyRelu(options: LayerOptions & { readonly negativeSlope?: number } = {}): Result {
    const { negativeSlope = 0.01 } = options;
    return this.apply(activationLayer("leakyRelu", options, { negativeSlope }));
  }

  /** x where it is positive, else `alpha` (1) times (e^x - 1). */
  elu(options: LayerOptions & { readonly alpha?: number } = {}): Result {
    const { alpha = 1 } = options;
    return this.apply(activationLayer("elu", options, { alpha }));
  }

  /** log(1 + e^x). */
  softplus(options: LayerOptions = {}): Result {
    return this.apply(activationLayer("softplus", options));
  }

  /** x times the normal distribution function of x; `approximate` (false) uses tanh. */
  gelu(options: LayerOptions & { readonly approximate?: boolean } = {}): Result {
    const { approximate = false } = options;
    return this.apply(activationLayer("gelu", options, { approximate }));
  }

  /** x times its logistic function (swish). */
  silu(options: LayerOptions = {}): Result {
    return this.apply(activationLayer("silu", options));
  }

  /** relu6(x + 3) / 6. */
  hardSigmoid(options: LayerOptions = {}): Result {
    return this.apply(activationLayer("hardSigmoid", options));
  }
}
