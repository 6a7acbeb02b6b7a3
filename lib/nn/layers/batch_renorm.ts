import { describeValue } from "../../core/errors.ts";
import { checkedBy, number } from "../../core/option_kinds.ts";
import type { Schema, Values } from "../../core/options.ts";
import { ones } from "../../tensor/create.ts";
import { batchNorm } from "../../tensor/functions/normalization.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { zeros } from "../initializer.ts";
import { defineLayer, type Layer } from "../layer.ts";
import {
  affineWeights,
  channelsOf,
  type NormalizationOptions,
  normalizationSchema,
} from "./affine.ts";
import { makeLayer } from "./layer_options.ts";
import { count, statisticWeights } from "./statistics.ts";

/** The step of training at which a bound begins to open, and that from which it is open. */
export type RenormSteps = readonly [from: number, to: number];

/** Settings of batchRenorm; those by default are the paper's. */
export interface BatchRenormOptions extends NormalizationOptions {
  /** Share of the old value in the running statistics; 0.99 by default. */
  readonly momentum?: number;
  /** The largest r, at least 1, whose inverse is the smallest; 3 by default. */
  readonly rMax?: number;
  /** The largest d; 5 by default. */
  readonly dMax?: number;
  /** Steps in which the bound of r goes from 1 to rMax; [5000, 40000] by default. */
  readonly rSteps?: RenormSteps;
  /** Steps in which the bound of d goes from 0 to dMax; [5000, 25000] by default. */
  readonly dSteps?: RenormSteps;
}

const stepsOption = (fallback: RenormSteps) =>
  checkedBy<RenormSteps, RenormSteps>((value, where) => {
    if (
      Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger) &&
      value[0] >= 0 && value[1] >= value[0]
    ) {
      return [value[0], value[1]];
    }
    throw new RangeError(
      `${where}: expected two steps such as [5000, 40000], the first at least 0 and the second no ` +
        `less than that, found ${describeValue(value)}`,
    );
  }, fallback);

const schema = {
  ...normalizationSchema,
  momentum: number({ least: 0, most: 1 }, 0.99),
  rMax: number({ least: 1 }, 3),
  dMax: number({ least: 0 }, 5),
  rSteps: stepsOption([5000, 40000]),
  dSteps: stepsOption([5000, 25000]),
} satisfies Schema<Omit<BatchRenormOptions, "name">>;

/** How far a bound is open at a step, from 0 to 1. */
const opened = (step: Tensor, [from, to]: RenormSteps): Tensor =>
  from === to ? step.greaterEqual(from).cast("f32") : step.sub(from).div(to - from).clip(0, 1);

const type = defineLayer<Values<typeof schema>>({
  type: "batchRenorm",
  schema,
  weights: (config, [shape]) => {
    const channels = channelsOf(shape);
    return {
      ...affineWeights(channels, config),
      ...statisticWeights(channels),
      steps: { shape: [], initializer: zeros(), trainable: false },
    };
  },
  call: ([x], { runningMean, runningVariance, steps, gamma, beta }, config, context) => {
    const { epsilon, momentum, rMax, dMax, rSteps, dSteps } = config;
    const running = { runningMean: runningMean!, runningVariance: runningVariance! };
    if (!context.training) {
      const [mean, variance] = [running.runningMean, running.runningVariance];
      return batchNorm(x!, {
        ...gamma && { gamma },
        ...beta && { beta },
        epsilon,
        mean,
        variance,
      });
    }
    const { mean, variance } = count("batchRenorm", x!, running, momentum, context);
    if (context.momentum === undefined) context.update("steps", steps!.add(1));
    const deviation = running.runningVariance.add(epsilon).sqrt();
    const rBound = opened(steps!, rSteps).mul(rMax - 1).add(1);
    const dBound = opened(steps!, dSteps).mul(dMax);
    // No gradient goes through r and d: they are numbers that happen to fit the batch.
    const r = variance.add(epsilon).sqrt().div(deviation)
      .minimum(rBound).maximum(ones([]).div(rBound)).detach();
    const d = mean.sub(running.runningMean).div(deviation)
      .minimum(dBound).maximum(dBound.neg()).detach();
    // (normalised * r + d) * gamma + beta
    const shift = gamma === undefined ? d : d.mul(gamma);
    return batchNorm(x!, {
      gamma: gamma === undefined ? r : r.mul(gamma),
      beta: beta === undefined ? shift : shift.add(beta),
      epsilon,
    });
  },
  pointwise: true,
  role: "normalization",
});

/**
 * Batch renormalisation: batch norm whose result in training is corrected to what the running
 * statistics would give, by a factor r = σ(batch) / σ(running) and a shift
 * d = (μ(batch) - μ(running)) / σ(running) within bounds. So training and inference agree for batches of
 * two, or of one class. At first it is batch norm (r = 1, d = 0); over the first steps the bounds open.
 * Short training wants other steps than the paper's. Weights: gamma, beta, runningMean and
 * runningVariance, [c] each, and steps, the steps done. Source: Ioffe 2017, arXiv 1702.03275.
 *
 * ```ts
 * import { sequential } from "@striate/striate";
 * const net = sequential([32, 32, 3]).conv2d(16, 3, { bias: false })
 *   .batchRenorm({ rSteps: [100, 800], dSteps: [100, 500] }).relu();
 * console.log(net.weight("batchRenorm1.steps").shape); // []
 * ```
 */
export function batchRenorm(given: BatchRenormOptions = {}): Layer {
  return makeLayer(type, given);
}
