import type { TensorData } from "../core/dtype.ts";
import { DivergenceError } from "../core/errors.ts";
import { integer, number } from "../core/option_kinds.ts";
import { pick, type Schema, type Values } from "../core/options.ts";
import type { Normalization } from "../core/preprocessing.ts";
import type { Network } from "../nn/network.ts";
import type { Runtime } from "../tensor/runtime.ts";
import type { Variable } from "../tensor/variable.ts";
import type { Batch } from "./batch.ts";
import { Dataset } from "./dataset.ts";
import { LearningRateCurve } from "./learning_rate_curve.ts";
import type { OutputSettings } from "./outputs.ts";
import type { DataStream } from "./stream.ts";
import { Trainer } from "./trainer.ts";
import { checkTrainable } from "./training_programs.ts";
import { type FitOptions, fitSchema } from "./training_options.ts";

/** Settings of {@linkcode Model.findLearningRate}; those of `fit` are as there. */
export interface LearningRateFinderOptions extends
  Pick<
    FitOptions,
    | "batchSize"
    | "accumulate"
    | "optimizer"
    | "loss"
    | "lossWeights"
    | "classWeights"
    | "shuffle"
    | "seed"
    | "signal"
  > {
  /** The rate of the first step; 1e-7 by default. */
  readonly from?: number;
  /** The rate of the last step; 10 by default. */
  readonly to?: number;
  /** Steps, each with a rate larger by the same factor; 100 by default, at least 10. */
  readonly steps?: number;
  /** Share of the old value in the smoothed loss; 0.9 by default (fastai's 0.98 lags behind 100 steps). */
  readonly smoothing?: number;
  /** It ends where the smoothed loss is this many times the smallest one so far; 4 by default. */
  readonly divergence?: number;
}

/** The options of `findLearningRate`. */
export const finderSchema = {
  from: number({ above: 0 }, 1e-7),
  to: number({ above: 0 }, 10),
  steps: integer({ least: 10 }, 100),
  smoothing: number({ least: 0, below: 1 }, 0.9),
  divergence: number({ above: 1 }, 4),
  ...pick(
    fitSchema,
    "batchSize",
    "accumulate",
    "optimizer",
    "loss",
    "lossWeights",
    "classWeights",
    "shuffle",
    "seed",
    "signal",
  ),
} satisfies Schema<LearningRateFinderOptions>;

/** What `findLearningRate` is asked for. */
interface FinderTask {
  readonly network: Network;
  readonly data: Dataset | DataStream;
  readonly normalization: Normalization | undefined;
  readonly settings:
    & Omit<Values<typeof finderSchema>, "classWeights" | "signal">
    & Pick<OutputSettings, "classWeights">;
  readonly signal: AbortSignal;
}

const where = "findLearningRate";

/** Trains a network with growing rates and puts it back; see `Model.findLearningRate`. */
export async function findLearningRate(
  runtime: Runtime,
  { network, data, normalization, settings, signal }: FinderTask,
): Promise<LearningRateCurve> {
  const { from, to, steps, smoothing, divergence, accumulate } = settings;
  if (!(to > from)) {
    throw new RangeError(`${where}: to: expected more than from ${from}, found ${to}`);
  }
  checkTrainable(network, where);
  const accumulation = accumulate > 1
    ? (await import("./accumulation.ts")).Accumulation
    : undefined;
  const trainer = new Trainer(runtime, {
    where,
    network,
    data,
    normalization,
    settings,
    accumulation,
  });
  const before = new Map<Variable, TensorData>();
  for (const weight of network.weights) before.set(weight, await weight.read());
  const rates: number[] = [], losses: number[] = [], rawLosses: number[] = [];
  let mean = 0, least = Infinity, batches = 0, stopped: LearningRateCurve["stopped"];
  try {
    for await (const batch of endless(data, settings)) {
      if (signal.aborted) stopped = "aborted";
      if (rates.length === steps || stopped !== undefined) break;
      const rate = from * (to / from) ** (rates.length / (steps - 1));
      await trainer.step(batch, rate);
      if (++batches % accumulate !== 0) continue;
      const { loss, divergedAt } = await trainer.read();
      trainer.counters.reset();
      if (divergedAt !== undefined) {
        if (rates.length === 0) await failAtOnce(data, settings, batches);
        stopped = "diverged";
        break;
      }
      if (accumulation !== undefined) await trainer.update(rate);
      mean = smoothing * mean + (1 - smoothing) * loss;
      const smoothed = mean / (1 - smoothing ** (rates.length + 1));
      rates.push(rate);
      rawLosses.push(loss);
      losses.push(smoothed);
      least = Math.min(least, smoothed);
      if (smoothed > divergence * least) stopped = "diverged";
      await trainer.throttle.step();
    }
  } finally {
    for (const [weight, numbers] of before) {
      // Where the device is gone, nothing can be written there.
      weight.release();
      weight.assign(numbers);
    }
    trainer.release();
  }
  return new LearningRateCurve({ rates, losses, rawLosses, ...stopped && { stopped } });
}

/** Batches of one epoch after another, all of them full where the first is. */
async function* endless(
  data: Dataset | DataStream,
  { batchSize, shuffle, seed }: FinderTask["settings"],
): AsyncGenerator<Batch> {
  for (let epoch = 0, largest = 0;; epoch++) {
    const cut = { batchSize, epoch, seed };
    const batches = data instanceof Dataset
      ? data.batches({ ...cut, shuffle: shuffle ? seed : false, reuse: true })
      : data.batches(cut);
    for await (const batch of batches) {
      if (batch.size === 0 || batch.size < largest) continue;
      largest = batch.size;
      yield batch;
    }
    if (largest === 0) {
      throw new RangeError(`${where}: expected data with at least one example, found none`);
    }
  }
}

/** The error of a first step whose loss is not finite: of the data where they are to blame. */
async function failAtOnce(
  data: Dataset | DataStream,
  { batchSize, shuffle, seed }: FinderTask["settings"],
  batches: number,
): Promise<never> {
  const { checkFinite } = await import("./not_finite.ts");
  await checkFinite(data, { batchSize, seed, shuffle: shuffle ? seed : false }, where, batches);
  throw new DivergenceError(
    `${where}: the loss was not a finite number at step 1; no weight had changed by then and the data are finite, so look at the weights that the network has, the loss and the size of the inputs`,
    1,
  );
}
