import { object } from "../core/option_kinds.ts";
import type { Model } from "../train/model.ts";
import { formatShape } from "../core/shape.ts";
import { heightAndWidth, type ImageSize, type Preprocessing } from "../core/preprocessing.ts";

/** The preprocessing of images, where one is given. */
export const preprocessingOption = object<Preprocessing>(
  "a preprocessing, as openNetwork gives it",
);

/**
 * The preprocessing of images for a model: the one given, or else the model's own; where it names no
 * crop, that is the model's input, and where the model knows no order of channels, that is RGB.
 *
 * @throws {RangeError} for a crop or channels that the model does not take
 * @throws {TypeError} for a model of other inputs than images, or no preprocessing where the model has no normalization
 */
export function preprocessingFor(
  model: Model,
  given: Preprocessing | undefined,
  where: string,
): Preprocessing & { readonly crop: ImageSize } {
  const { inputShape, normalization } = model, [height, width, depth] = inputShape;
  if (inputShape.length !== 3 || (depth !== 1 && depth !== 3)) {
    throw new TypeError(
      `${where}: expected a model of images with 1 or 3 channels, found one with an input of shape ` +
        formatShape(inputShape),
    );
  }
  const preprocessing = given ?? (normalization && {
    channels: depth === 1 ? "gray" as const : "rgb" as const,
    ...model.preprocessing,
    normalization,
  });
  if (preprocessing === undefined) {
    throw new TypeError(
      `${where}: expected a preprocessing, which tells how the model's images were prepared, found ` +
        "none; openNetwork gives that of a known network",
    );
  }
  const { crop = height === width ? height! : [height!, width!], channels } = preprocessing;
  const [rows, columns] = heightAndWidth(crop), channelCount = channels === "gray" ? 1 : 3;
  if (rows === height && columns === width && channelCount === depth) {
    return { ...preprocessing, crop };
  }
  throw new RangeError(
    `${where}: the preprocessing gives images of ${rows} x ${columns} x ${channelCount} (${channels}), ` +
      `but the model takes ${height} x ${width} x ${depth}; ` +
      (channelCount === depth
        ? `use crop: [${height}, ${width}], or build the model with inputShape: [${rows}, ${columns}, ${depth}]`
        : `use channels: ${depth === 1 ? '"gray"' : '"rgb" or "bgr"'}`),
  );
}
