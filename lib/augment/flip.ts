/**
 * Reflections.
 *
 * @module
 */
import { options, type Schema } from "../core/options.ts";
import { mirrorImage } from "../vision/crop.ts";
import { type ByteImage, channelsOf } from "../vision/image.ts";
import { probability, type StepOptions } from "./settings.ts";
import { defineStep } from "./step.ts";

/** An image with top and bottom exchanged; `mirrorImage` exchanges left and right. */
export function flipVertical(image: ByteImage): ByteImage {
  const length = channelsOf(image, "flipVertical") * image.width;
  const { width, height, data } = image, result = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    result.set(data.subarray(y * length, (y + 1) * length), (height - 1 - y) * length);
  }
  return { width, height, data: result };
}

const flipSchema = { probability: probability(0.5) } satisfies Schema<StepOptions>;

/** Exchanges left and right, every other time by default. */
export const randomHorizontalFlip = defineStep({
  read: (where, given) => options(where, given, flipSchema),
  apply: mirrorImage,
});

/** Exchanges top and bottom, every other time by default. */
export const randomVerticalFlip = defineStep({
  read: (where, given) => options(where, given, flipSchema),
  apply: flipVertical,
});
