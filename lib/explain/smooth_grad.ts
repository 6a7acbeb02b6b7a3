import { integer, number, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { Random } from "../core/random.ts";
import { concatenate } from "../tensor/combine.ts";
import { tensor } from "../tensor/create.ts";
import { jit } from "../tensor/jit.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import { type TargetOptions, targetSchema } from "./explain_options.ts";
import { imagesFor, targetsFor } from "./images.ts";
import { slopes, strongestChannel } from "./saliency.ts";

/** Settings of {@linkcode smoothGrad}. */
export interface SmoothGradOptions extends TargetOptions {
  /** Noisy versions of each image; 32 by default. */
  readonly samples?: number;
  /** The noise's standard deviation, as a share of the image's range; 0.15 by default. */
  readonly noise?: number;
  /** Seeds the noise; 0 by default. */
  readonly seed?: number;
}

const schema = {
  ...targetSchema,
  samples: positiveInteger(32),
  noise: number({ least: 0 }, 0.15),
  seed: integer({}, 0),
} satisfies Schema<SmoothGradOptions>;

/**
 * {@linkcode saliency} without its own noise: of the mean gradient of many versions of an image, each
 * with other noise added. [n, h, w], nothing negative.
 *
 * Source: Smilkov et al. 2017, arXiv 1706.03825.
 *
 * @throws {TypeError} and {RangeError} as {@linkcode saliency}
 */
export async function smoothGrad(
  model: Model,
  images: Tensor,
  given: SmoothGradOptions = {},
): Promise<Tensor> {
  const where = "smoothGrad", settings = options(where, given, schema);
  const { x, shaped } = await imagesFor(where, model, images);
  const target = await targetsFor(where, model, x, settings);
  const { samples, noise, seed, signal } = settings;
  const runs = Math.ceil(samples / settings.batchSize), size = Math.ceil(samples / runs);
  const part = jit((x: Tensor, target: Tensor, added: Tensor, counts: Tensor) => {
    const spread = x.max().sub(x.min()).mul(noise);
    const found = slopes(model, x.add(added.mul(spread)), target.broadcastTo([size]), settings);
    return found.mul(counts).sum(0, true);
  });
  const results: Tensor[] = [], random = new Random(seed);
  for (let i = 0; i < x.shape[0]!; i++) {
    const image = x.slice([i], [1]), label = target.slice([i], [1]);
    let sum: Tensor | undefined;
    for (let run = 0; run < runs; run++) {
      signal?.throwIfAborted();
      const drawn = new Float32Array(size * image.size).map(() => random.normal(0, 1));
      const counts = Float32Array.from(
        { length: size },
        (_, j) => run * size + j < samples ? 1 / samples : 0,
      );
      const found = part(
        image,
        label,
        tensor(drawn, { shape: [size, ...model.inputShape] }),
        tensor(counts, { shape: [size, 1, 1, 1] }),
      );
      sum = sum === undefined ? found : sum.add(found);
      await sum.data();
    }
    results.push(strongestChannel(sum!));
  }
  return shaped(concatenate(results));
}
