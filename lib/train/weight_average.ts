import { flag, integer, number, positiveInteger, required } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { where } from "../tensor/combine.ts";
import { full } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * A rule by which the weights of many steps become one average, for `fit`. `ema()` and `swa()` make
 * such; one of one's own is an object like theirs: the mean of the weights after all steps, say.
 *
 * ```ts
 * import { digits, lenet5, type WeightAverage } from "@striate/striate";
 * const polyak: WeightAverage = {
 *   name: "polyak",
 *   after: "step",
 *   update: (average, weight, count) => average.add(weight.sub(average).div(count.add(1))),
 *   statistics: "average",
 * };
 * await lenet5().fit(digits({ train: 320 }).train, { average: polyak });
 * ```
 */
export interface WeightAverage {
  /** What it is called, by which a checkpoint knows it. */
  readonly name: string;
  /** What it was made with, as plain data: a run goes on from a checkpoint with the same alone. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** When weights join: after each step, within its program; or after an epoch. */
  readonly after: "step" | "epoch";
  /** Whether the weights after an epoch (counted from 1) join; without, those of all do. */
  isDue?(epoch: number): boolean;
  /**
   * The average after a weight has joined, of the same shape. `count` is how many joined before, an f32
   * scalar: where it is 0, `average` means nothing.
   */
  update(average: Tensor, weight: Tensor, count: Tensor): Tensor;
  /**
   * What becomes of running statistics: they are averaged like weights, or counted anew over the
   * training data with the averaged weights.
   */
  readonly statistics: "average" | "renew";
}

/** From `a` to `b` by a share (a scalar): exactly `a` at 0 and `b` at 1. */
function between(a: Tensor, b: Tensor, share: Tensor): Tensor {
  const way = b.sub(a);
  return where(share.less(0.5), a.add(way.mul(share)), b.sub(way.mul(full([], 1).sub(share))));
}

/** Settings of `ema`. */
export interface EmaOptions {
  /**
   * Whether the decay rises to its value, so that the first weights are soon forgotten: after `k` steps
   * it is at most 1 - (1 + (k - 1) / gamma) ^ -power. False by default.
   */
  readonly warmUp?: boolean;
  /** How long the warm-up is, in steps; 1 by default. */
  readonly gamma?: number;
  /** How fast the decay rises: 2/3 (the default) for runs of a million steps, 3/4 for shorter ones. */
  readonly power?: number;
}

const emaSchema = {
  warmUp: flag(false),
  gamma: number({ above: 0 }),
  power: number({ above: 0 }),
} satisfies Schema<EmaOptions>;

/**
 * The exponential moving average of the weights: after each step, average * decay + weight * (1 - decay),
 * from the weights after the first step on. As in Keras (`use_ema`), PyTorch (`AveragedModel` with
 * `get_ema_multi_avg_fn` and `use_buffers=True`) and timm (`ModelEmaV3`, whose `use_warmup` is
 * `warmUp`). Running statistics are averaged likewise.
 *
 * ```ts
 * import { digits, ema, sequential } from "@striate/striate";
 * const { train, test } = digits({ train: 320, test: 40 });
 * const net = sequential([28, 28, 1]).flatten().dense(10);
 * await net.fit(train, { epochs: 2, validation: test, average: ema(0.99) });
 * ```
 *
 * @throws {RangeError} for a decay that is not from 0 to below 1
 */
export function ema(decay = 0.999, given: EmaOptions = {}): WeightAverage {
  number({ least: 0, below: 1 }).read(decay, "ema: decay");
  const { warmUp, gamma, power } = options("ema", given, emaSchema);
  if (!warmUp && (gamma ?? power) !== undefined) {
    throw new TypeError("ema: gamma and power shape the warm-up; give warmUp: true as well");
  }
  const g = gamma ?? 1, p = power ?? 2 / 3;
  const decayAfter = (count: Tensor) => {
    const rising = full([], 1).sub(count.div(g).add(1).pow(-p));
    return warmUp ? rising.minimum(decay) : where(count.equal(0), 0, decay);
  };
  return {
    name: "ema",
    settings: { decay, ...warmUp && { warmUp, gamma: g, power: p } },
    after: "step",
    update: (average, weight, count) => between(weight, average, decayAfter(count)),
    statistics: "average",
  };
}

/** Settings of `swa`. */
export interface SwaOptions {
  /** The epoch (counted from 1) whose end gives the first weights. */
  readonly start: number;
  /** Epochs from one to the next: the length of a cycle of the learning rate; 1 by default. */
  readonly every?: number;
}

const swaSchema = {
  start: required(integer({ least: 1 })),
  every: positiveInteger(1),
} satisfies Schema<SwaOptions>;

/**
 * Stochastic weight averaging: the mean of the weights after epoch `start` and after every `every`th
 * epoch from there, all counting the same; until then the weights are the last ones. Running statistics
 * are counted anew with the averaged weights, by a pass over the training data at the end, and before
 * each validation from `start` on. As `torch.optim.swa_utils` has it (`AveragedModel`, `update_bn`).
 * The learning rate is to stay high, or to go in cycles, from `start` on.
 * Source: Izmailov et al. 2018, arXiv 1803.05407.
 *
 * ```ts
 * import { digits, sequential, swa } from "@striate/striate";
 * const { train } = digits({ train: 320 });
 * const net = sequential([28, 28, 1]).flatten().dense(16).batchNorm().relu().dense(10);
 * await net.fit(train, { epochs: 4, average: swa({ start: 3 }) });
 * ```
 */
export function swa(given: SwaOptions): WeightAverage {
  const { start, every } = options("swa", given, swaSchema);
  return {
    name: "swa",
    settings: { start, every },
    after: "epoch",
    isDue: (epoch) => epoch >= start && (epoch - start) % every === 0,
    update: (average, weight, count) => average.add(weight.sub(average).div(count.add(1))),
    statistics: "renew",
  };
}
