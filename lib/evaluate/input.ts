import type { Model } from "../train/model.ts";
import type { Preprocessing } from "../zoo/published.ts";

/**
 * The preprocessing of images for a model: where it names no crop, that is the model's input.
 *
 * @throws {RangeError} for a crop or channels that the model does not take
 */
export function preprocessingFor(
  model: Model,
  preprocessing: Preprocessing,
  where: string,
): Preprocessing & { readonly crop: number } {
  const [height, width, depth] = model.inputShape;
  const { crop = height!, channels } = preprocessing, channelCount = channels === "gray" ? 1 : 3;
  if (crop === height && crop === width && channelCount === depth) {
    return { ...preprocessing, crop };
  }
  throw new RangeError(
    `${where}: the preprocessing gives images of ${crop} x ${crop} x ${channelCount} (${channels}), but ` +
      `the model takes ${height} x ${width} x ${depth}; ` +
      (channelCount === depth
        ? `build it with inputShape: [${crop}, ${crop}, ${depth}]`
        : `use channels: ${depth === 1 ? '"gray"' : '"rgb" or "bgr"'}`),
  );
}
