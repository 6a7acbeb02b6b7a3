import {
  batchNormInference,
  batchNormTraining,
  localResponseNorm as normalizeResponse,
  type LocalResponseNormOptions,
} from "../../tensor/functions/normalization.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { constant, zeros } from "../initializer.ts";
import { defineLayer, Layer } from "../layer.ts";
import { checkOptions, type LayerOptions } from "./options.ts";

/** Settings of batchNorm. */
export interface BatchNormOptions extends LayerOptions {
  /** Added to the variance; 1e-5 by default. */
  readonly epsilon?: number;
  /** Share of the old value in the running statistics; 0.9 by default. */
  readonly momentum?: number;
  /** Whether a factor (gamma) is learnt; true by default. */
  readonly scale?: boolean;
  /** Whether a shift (beta) is learnt; true by default. */
  readonly center?: boolean;
}

interface BatchNormConfig extends Readonly<Record<string, unknown>> {
  readonly epsilon: number;
  readonly momentum: number;
  readonly scale: boolean;
  readonly center: boolean;
}

/**
 * Each channel with mean 0 and variance 1, then a learnt factor and shift. In training, mean and
 * variance are the batch's, and running ones are kept (the variance unbiased, as in PyTorch); at
 * inference, the running ones are used.
 */
export const batchNormType = defineLayer<BatchNormConfig>({
  type: "batchNorm",
  weights: ({ scale, center }, [shape]) => {
    if (shape!.length === 0) throw new TypeError("expected at least one axis besides the batch");
    const channels = [shape!.at(-1)!];
    return {
      ...scale ? { gamma: { shape: channels, initializer: constant(1) } } : {},
      ...center ? { beta: { shape: channels, initializer: zeros() } } : {},
      runningMean: { shape: channels, initializer: zeros(), trainable: false },
      runningVariance: { shape: channels, initializer: constant(1), trainable: false },
    };
  },
  call: ([x], { gamma, beta, runningMean, runningVariance }, { epsilon, momentum }, context) => {
    if (!context.training) {
      return batchNormInference(x!, gamma, beta, runningMean!, runningVariance!, epsilon);
    }
    const count = x!.shape.slice(0, -1).reduce((product, d) => product * d, 1);
    if (count < 2) {
      throw new RangeError(
        "batchNorm: expected more than one number a channel in training, found 1; use a larger batch",
      );
    }
    const { result, mean, variance } = batchNormTraining(x!, gamma, beta, epsilon);
    const unbiased = variance.mul(count / (count - 1));
    const moved = (old: Tensor, now: Tensor) => old.mul(momentum).add(now.mul(1 - momentum));
    context.update("runningMean", moved(runningMean!, mean));
    context.update("runningVariance", moved(runningVariance!, unbiased));
    return result;
  },
});

/** Division by a power of the neighbouring channels' squares. */
export const localResponseNormType = defineLayer<
  Readonly<Record<string, unknown>> & LocalResponseNormOptions
>({
  type: "localResponseNorm",
  call: ([x], _, config) => normalizeResponse(x!, config),
});

/** Batch normalisation: see {@linkcode LayerMethods.batchNorm}. */
export function batchNorm(options: BatchNormOptions = {}): Layer {
  checkOptions("batchNorm", options, ["epsilon", "momentum", "scale", "center"]);
  const { epsilon = 1e-5, momentum = 0.9, scale = true, center = true } = options;
  if (!(epsilon > 0)) throw new RangeError(`batchNorm: epsilon: expected > 0, found ${epsilon}`);
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new RangeError(`batchNorm: momentum: expected 0 to 1, found ${momentum}`);
  }
  return new Layer(batchNormType, { epsilon, momentum, scale, center }, options.name);
}

/** Local response normalisation: see {@linkcode LayerMethods.localResponseNorm}. */
export function localResponseNorm(options: LocalResponseNormOptions & LayerOptions = {}): Layer {
  const config = checkOptions("localResponseNorm", options, ["size", "alpha", "beta", "k"]);
  return new Layer(localResponseNormType, config, options.name);
}
