/** A run with everything that a checkpoint must keep, for the tests of checkpoints. */
import { stack } from "../../lib/tensor/combine.ts";
import { full } from "../../lib/tensor/create.ts";
import type { FitOptions } from "../../lib/train/training_options.ts";
import type { Model } from "../../lib/train/model.ts";
import { adam } from "../../lib/train/optimizers.ts";
import { divideOnPlateau, warmUp } from "../../lib/train/learning_rate.ts";
import { corners } from "./helpers.ts";

export const [train, validation] = corners(120).split(90);

/** How it is trained. */
export const run = (): FitOptions => ({
  epochs: 8,
  batchSize: 8,
  seed: 5,
  validation,
  optimizer: adam({
    learningRate: warmUp(divideOnPlateau(0.02, { patience: 0, threshold: 0.3 }), { epochs: 2 }),
    clipNorm: 1,
    weightDecay: 0.001,
  }),
  earlyStopping: { patience: 2, minimumChange: 0.02, restoreBest: true },
  metrics: {
    meanSquare: {
      shape: [2],
      count: (predictions) => stack([predictions.square().sum(), full([], predictions.size)]),
      result: ([sum, count]) => sum! / count!,
    },
  },
});

/** Trains up to a step, as if the process had ended there. */
export async function interrupted(net: Model, directory: string, at: number, options: FitOptions) {
  const controller = new AbortController();
  return await net.fit(train, {
    ...options,
    checkpoint: { directory },
    signal: controller.signal,
    onStep: ({ step }) => step === at && controller.abort(),
  });
}
