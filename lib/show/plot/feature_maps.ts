import { describeValue, wrongType } from "../../core/errors.ts";
import { custom, instance, positiveInteger, required, text } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { formatShape } from "../../core/shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { Model } from "../../train/model.ts";
import type { Figure } from "../figure.ts";
import { PendingFigure } from "../pending_figure.ts";
import { mosaic, type PictureOptions, pictureSchema } from "./mosaic.ts";
import { count } from "./numbers.ts";
import { type PixelRange, type Plane, toPixels } from "./pixels.ts";

/** A model, an image and a layer: the maps are what the layer makes of the image. */
export interface FeatureMapsOf {
  /** The model. */
  readonly model: Model;
  /** The image as the model takes it: [h, w, c] or [1, h, w, c]. */
  readonly image: Tensor;
  /** The layer's name. */
  readonly layer: string;
}

/** Settings of {@linkcode featureMaps}. */
export interface FeatureMapsOptions extends PictureOptions {
  /** How many maps are drawn at most; 64 by default. */
  readonly count?: number;
  /** A label above each map; `true` for the channel's number. */
  readonly labels?: boolean | readonly string[];
  /** Which numbers are black and white: those of each map ("each", the default), of all, or these. */
  readonly range?: PixelRange;
}

const featureMapsSchema = {
  ...pictureSchema,
  labels: custom(
    "a list of labels, true or false",
    (value): value is boolean | readonly string[] =>
      typeof value === "boolean" || Array.isArray(value),
    false,
  ),
  count: positiveInteger(64),
} satisfies Schema<FeatureMapsOptions>;

const mapsSchema = {
  model: required(instance(Model)),
  image: required(instance(Tensor)),
  layer: required(text()),
} satisfies Schema<FeatureMapsOf>;

/**
 * What a layer makes of an image: a grey picture for each channel, of maps [h, w, c] or of a model's
 * layer.
 *
 * ```ts
 * import { ones, plot, sequential } from "@striate/striate";
 * const net = sequential([28, 28, 1]).conv2d(6, 5, { name: "conv1" }).relu();
 * const figure = await plot.featureMaps({ model: net, image: ones([28, 28, 1]), layer: "conv1" });
 * console.log(`${figure}`); // Figure: image
 * ```
 *
 * @throws {TypeError} if the maps are not of one image.
 * @throws {RangeError} for an unknown option or layer.
 */
export function featureMaps(
  maps: Tensor | FeatureMapsOf,
  given: FeatureMapsOptions = {},
): PendingFigure {
  return PendingFigure.of(drawFeatureMaps(maps, given));
}

async function drawFeatureMaps(
  maps: Tensor | FeatureMapsOf,
  given: FeatureMapsOptions,
): Promise<Figure> {
  const where = "plot.featureMaps";
  const { count: most, labels, range = "each", ...look } = options(where, given, featureMapsSchema);
  const found = maps instanceof Tensor ? maps : await mapsOf(maps, `${where}: maps`);
  const shape = found.shape.length === 4 && found.shape[0] === 1
    ? found.shape.slice(1)
    : found.shape;
  const [height, width, channels] = shape as [number, number, number];
  if (shape.length !== 3 || found.size === 0) {
    throw wrongType(
      `${where}: maps`,
      "shape [h, w, channels] or [1, h, w, channels]",
      formatShape(found.shape),
    );
  }
  const n = Math.min(channels, most);
  const data = await found.data();
  const planes = Array.from({ length: n }, (_, c): Plane => ({
    width,
    height,
    channels: 1,
    data: Float32Array.from({ length: height * width }, (_, i) => data[i * channels + c]!),
  }));
  if (typeof labels !== "boolean" && labels.length < n) {
    throw wrongType(`${where}: labels`, `${n}, one for each map`, labels.length);
  }
  return mosaic(toPixels(planes, range), {
    ...look,
    labels: labels === true ? planes.map((_, c) => `${c}`) : labels || undefined,
    note: n < channels ? `${count(n)} of ${count(channels)} channels` : undefined,
  });
}

async function mapsOf(maps: FeatureMapsOf, where: string): Promise<Tensor> {
  if (typeof maps !== "object" || maps === null) {
    throw wrongType(where, "a tensor or { model, image, layer }", describeValue(maps));
  }
  const { model, image, layer } = options(where, maps, mapsSchema);
  return await model.predict(oneImage(image, `${where}: image`), { outputs: [layer] });
}

/** An image with the axis of the batch in front. */
function oneImage(image: Tensor, where: string): Tensor {
  const { shape } = image;
  if (shape.length === 3) return image.reshape([1, ...shape]);
  if (shape.length === 4 && shape[0] === 1) return image;
  throw wrongType(where, "one image [h, w, c] or [1, h, w, c]", formatShape(shape));
}
