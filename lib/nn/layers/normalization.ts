import { flag, number, positiveInteger, required } from "../../core/option_kinds.ts";
import type { Schema, Values } from "../../core/options.ts";
import {
  batchNorm as batchNormOf,
  groupNorm as groupNormOf,
  localResponseNorm as localResponseNormOf,
} from "../../tensor/functions/normalization.ts";
import {
  epsilonOption,
  type LocalResponseNormOptions,
  localResponseNormSchema,
} from "../../tensor/functions/settings.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { constant, zeros } from "../initializer.ts";
import { defineLayer, type Layer } from "../layer.ts";
import type { Shape } from "../../core/shape.ts";
import type { WeightType } from "../weight.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";

/** Settings of normalisation with a learnt factor and shift. */
export interface NormalizationOptions extends LayerOptions {
  /** Added to the variance; 1e-5 by default. */
  readonly epsilon?: number;
  /** Whether a factor (gamma) is learnt; true by default. */
  readonly scale?: boolean;
  /** Whether a shift (beta) is learnt; true by default. */
  readonly center?: boolean;
}

/** Settings of batchNorm. */
export interface BatchNormOptions extends NormalizationOptions {
  /** Share of the old value in the running statistics; 0.9 by default. */
  readonly momentum?: number;
}

const learnt = { scale: flag(true), center: flag(true) };
const groupNormSchema = {
  groups: required(positiveInteger()),
  epsilon: epsilonOption,
  ...learnt,
} satisfies Schema<Omit<NormalizationOptions, "name"> & { readonly groups: number }>;
const batchNormSchema = {
  epsilon: epsilonOption,
  momentum: number({ least: 0, most: 1 }, 0.9),
  ...learnt,
} satisfies Schema<Omit<BatchNormOptions, "name">>;

/** The number of channels: the last axis. */
function channelsOf(shape: Shape | undefined): number {
  const channels = shape?.at(-1);
  if (channels === undefined) throw new TypeError("expected at least one axis besides the batch");
  return channels;
}

/** What is learnt for each channel. */
function affineWeights(
  channels: number,
  { scale, center }: { readonly scale: boolean; readonly center: boolean },
): Record<string, WeightType> {
  const shape = [channels], order = "features";
  return {
    ...scale &&
      { gamma: { shape, initializer: constant(1), stored: { pytorch: "weight", order } } },
    ...center && { beta: { shape, initializer: zeros(), stored: { pytorch: "bias", order } } },
  };
}

const batchNormType = defineLayer<Values<typeof batchNormSchema>>({
  type: "batchNorm",
  schema: batchNormSchema,
  weights: (config, [shape]) => {
    const channels = channelsOf(shape);
    const statistic = (initial: number, pytorch: string, keras: string): WeightType => ({
      shape: [channels],
      initializer: constant(initial),
      trainable: false,
      stored: { pytorch, keras, order: "features" },
    });
    return {
      ...affineWeights(channels, config),
      runningMean: statistic(0, "running_mean", "moving_mean"),
      runningVariance: statistic(1, "running_var", "moving_variance"),
    };
  },
  call: ([x], weights, { epsilon, momentum }, context) => {
    const { runningMean, runningVariance, ...affine } = weights;
    const given = { ...affine, epsilon };
    if (!context.training) {
      return batchNormOf(x!, { ...given, mean: runningMean!, variance: runningVariance! });
    }
    const count = x!.size / x!.shape.at(-1)!;
    if (count < 2) {
      throw new RangeError(
        "batchNorm: expected more than one number a channel in training, found 1; use a larger batch",
      );
    }
    const axes = x!.shape.slice(0, -1).map((_, axis) => axis);
    const mean = x!.mean(axes), variance = x!.sub(mean).square().mean(axes);
    const moved = (old: Tensor, now: Tensor) => old.mul(momentum).add(now.mul(1 - momentum));
    context.update("runningMean", moved(runningMean!, mean));
    context.update("runningVariance", moved(runningVariance!, variance.mul(count / (count - 1))));
    return batchNormOf(x!, given);
  },
  pointwise: true,
  role: "normalization",
});

/**
 * Each channel (last axis) with mean 0 and variance 1, then a learnt factor and shift. In training,
 * mean and variance are the batch's, and running ones are kept (the variance unbiased, as in
 * PyTorch); at inference, the running ones are used. Weights: gamma, beta, runningMean and
 * runningVariance, [c] each. Source: Ioffe and Szegedy 2015, arXiv 1502.03167.
 */
export function batchNorm(given: BatchNormOptions = {}): Layer {
  return makeLayer(batchNormType, given);
}

const groupNormType = defineLayer<Values<typeof groupNormSchema>>({
  type: "groupNorm",
  schema: groupNormSchema,
  weights: (config, [shape]) => affineWeights(channelsOf(shape), config),
  call: ([x], affine, { groups, epsilon }) => groupNormOf(x!, groups, { ...affine, epsilon }),
  role: "normalization",
  words: ({ groups }) => `group norm, ${groups} groups`,
});

/**
 * Each of `groups` groups of neighbouring channels (last axis) with mean 0 and variance 1 over all
 * of an example's pixels, then a learnt factor and shift for each channel: the same in training and
 * at inference, whatever the batch. Weights: gamma and beta, [c] each.
 * Source: Wu and He 2018, arXiv 1803.08494.
 */
export function groupNorm(groups: number, given: NormalizationOptions = {}): Layer {
  return makeLayer(groupNormType, given, { groups });
}

const localResponseNormType = defineLayer<Values<typeof localResponseNormSchema>>({
  type: "localResponseNorm",
  schema: localResponseNormSchema,
  call: ([x], _, config) => localResponseNormOf(x!, config),
  pointwise: true,
  role: "normalization",
});

/** Division by the neighbouring channels' activity. Krizhevsky et al. 2012, section 3.3. */
export function localResponseNorm(given: LocalResponseNormOptions & LayerOptions = {}): Layer {
  return makeLayer(localResponseNormType, given);
}
