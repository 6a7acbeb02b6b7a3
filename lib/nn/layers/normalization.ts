import { flag, number, positiveInteger, required } from "../../core/option_kinds.ts";
import type { Schema, Values } from "../../core/options.ts";
import { zeros } from "../../tensor/create.ts";
import {
  batchNorm as batchNormOf,
  groupNorm as groupNormOf,
  instanceNorm as instanceNormOf,
  layerNorm as layerNormOf,
  localResponseNorm as localResponseNormOf,
} from "../../tensor/functions/normalization.ts";
import {
  type LocalResponseNormOptions,
  localResponseNormSchema,
} from "../../tensor/functions/settings.ts";
import { defineLayer, type Layer } from "../layer.ts";
import {
  affineWeights,
  channelsOf,
  type NormalizationOptions,
  normalizationSchema,
} from "./affine.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";
import { count, statisticWeights } from "./statistics.ts";

export type { NormalizationOptions } from "./affine.ts";

/** Settings of batchNorm. */
export interface BatchNormOptions extends NormalizationOptions {
  /** Share of the old value in the running statistics; 0.9 by default. */
  readonly momentum?: number;
  /**
   * Whether several processes that train together normalise by the mean and variance of the whole batch,
   * as one process would; false by default: each by those of its share, as PyTorch and Keras do too.
   */
  readonly synchronized?: boolean;
}

const groupNormSchema = {
  groups: required(positiveInteger()),
  ...normalizationSchema,
} satisfies Schema<Omit<NormalizationOptions, "name"> & { readonly groups: number }>;
const batchNormSchema = {
  ...normalizationSchema,
  momentum: number({ least: 0, most: 1 }, 0.9),
  synchronized: flag(),
} satisfies Schema<Omit<BatchNormOptions, "name">>;

const batchNormType = defineLayer<Values<typeof batchNormSchema>>({
  type: "batchNorm",
  schema: batchNormSchema,
  weights: (config, [shape]) => {
    const channels = channelsOf(shape);
    return { ...affineWeights(channels, config), ...statisticWeights(channels) };
  },
  call: ([x], weights, { epsilon, momentum, synchronized }, context) => {
    const { runningMean, runningVariance, ...affine } = weights;
    const given = { ...affine, epsilon };
    if (!context.training) {
      return batchNormOf(x!, { ...given, mean: runningMean!, variance: runningVariance! });
    }
    const running = { runningMean: runningMean!, runningVariance: runningVariance! };
    const whole = synchronized ? context.whole : undefined;
    const { mean, variance } = count("batchNorm", x!, running, momentum, context, whole);
    if (whole === undefined) return batchNormOf(x!, given);
    // Centred first: the difference of two large numbers would be rounded.
    return batchNormOf(x!.sub(mean), { ...given, mean: zeros(mean.shape), variance });
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

const instanceNormType = defineLayer<Values<typeof normalizationSchema>>({
  type: "instanceNorm",
  schema: normalizationSchema,
  weights: (config, [shape]) => affineWeights(channelsOf(shape), config),
  call: ([x], affine, { epsilon }) => instanceNormOf(x!, { ...affine, epsilon }),
  role: "normalization",
});

/**
 * Each channel (last axis) of each example with mean 0 and variance 1 over its pixels, then a learnt
 * factor and shift: the same in training and at inference. Weights: gamma and beta, [c] each, which
 * PyTorch's InstanceNorm2d has with `affine=True` alone; `scale: false, center: false` leaves them out.
 * Source: Ulyanov et al. 2016, arXiv 1607.08022.
 */
export function instanceNorm(given: NormalizationOptions = {}): Layer {
  return makeLayer(instanceNormType, given);
}

const layerNormType = defineLayer<Values<typeof normalizationSchema>>({
  type: "layerNorm",
  schema: normalizationSchema,
  weights: (config, [shape]) => affineWeights(channelsOf(shape), config),
  call: ([x], affine, { epsilon }) => layerNormOf(x!, { ...affine, epsilon }),
  pointwise: true,
  role: "normalization",
});

/**
 * The channels (last axis) of each pixel with mean 0 and variance 1, then a learnt factor and shift for
 * each: Keras' LayerNormalization, PyTorch's LayerNorm(c). Weights: gamma and beta, [c] each.
 * Source: Ba et al. 2016, arXiv 1607.06450.
 */
export function layerNorm(given: NormalizationOptions = {}): Layer {
  return makeLayer(layerNormType, given);
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
