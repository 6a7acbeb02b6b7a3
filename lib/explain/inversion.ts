import { required, text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import { mapsOf } from "./deconvnet.ts";
import {
  type FoundImage,
  searchImage,
  type SearchOptions,
  searchSchema,
  startOf,
} from "./image_search.ts";
import { imagesFor } from "./images.ts";

/** Settings of {@linkcode invertFeatures}. */
export interface InvertOptions extends SearchOptions {
  /** The layer whose numbers are to be met, by name. */
  readonly layer: string;
}

const schema = {
  ...searchSchema({
    jitter: 0,
    blur: 0,
    totalVariation: 0.5,
    decay: 0,
    basis: "fourier",
    steps: 200,
    learningRate: 0.02,
  }),
  layer: required(text()),
} satisfies Schema<InvertOptions>;

/**
 * What a layer keeps of images: other pictures, found from nothing, of which the layer yields nearly
 * the same numbers. The deeper the layer, the less they look like the images. `values` has the square
 * distance of the numbers before each step, as a share of their own square. By default 200 steps of 0.02
 * in waves, with a total variation of 0.5.
 *
 * ```ts
 * import { explain, ones, sequential } from "@striate/striate";
 * const net = sequential([8, 8, 1]).conv2d(4, 3, { name: "a" });
 * const { values } = await explain.invertFeatures(net, ones([8, 8, 1]), { layer: "a", steps: 50 });
 * console.log(values.at(-1)! < values[0]! / 10); // true
 * ```
 *
 * Source: Mahendran and Vedaldi 2014, arXiv 1412.0035.
 *
 * @throws {TypeError} for images that do not fit the model
 * @throws {RangeError} for a layer that there is not, or an unknown option
 */
export async function invertFeatures(
  model: Model,
  images: Tensor,
  given: InvertOptions,
): Promise<FoundImage> {
  const where = "invertFeatures", settings = options(where, given, schema);
  const { x, shaped } = await imagesFor(where, model, images);
  const wanted = mapsOf(model, x, settings.layer, settings), n = x.shape[0]!;
  const rows = (t: Tensor) => t.reshape([n, t.size / n]);
  const size = rows(wanted).square().sum(1).add(1e-12);
  const { image, values } = await searchImage({
    model,
    start: startOf(model, n, settings.seed, undefined, where),
    loss: (x) =>
      rows(mapsOf(model, x, settings.layer, settings).sub(wanted)).square().sum(1).div(size).mean(),
    scaled: false,
  }, settings);
  return { image: shaped(image), values };
}
