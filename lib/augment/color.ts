/**
 * Brightness, contrast and saturation as blends of an image with black, with its mean grey and with
 * its grey image; byte for byte as torchvision's `adjust_…` on bytes: in f32, cut off at 0 and 255,
 * rounded down. (PIL, which torchvision uses for its images, differs by a level here and there.)
 *
 * @module
 */
import { number } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { type ByteImage, channelsOf } from "../vision/image.ts";
import { lookUp, tableOf } from "./look_up.ts";
import { probability, type StepOptions } from "./settings.ts";
import { defineStep } from "./step.ts";

const { fround } = Math;
const [red, green, blue] = [fround(0.2989), fround(0.587), fround(0.114)];

/** The luma of a colour in f32 (ITU-R BT.601), each sum rounded once. */
const luma = (r: number, g: number, b: number) =>
  fround(fround(fround(r * red) + g * green) + b * blue);

const factor = number({ least: 0 });
const clip = (value: number) => value < 0 ? 0 : value > 255 ? 255 : value;

/** A number times `ratio` and `other` times the rest of 1. */
const blend = (value: number, other: number, ratio: number, rest: number) =>
  clip(fround(fround(value * ratio) + other * rest));

/**
 * An image of other brightness: 0 gives black, 1 the image itself, 2 twice as much light.
 *
 * @throws {RangeError} for a factor below 0
 */
export function adjustBrightness(image: ByteImage, brightness: number): ByteImage {
  channelsOf(image, "adjustBrightness");
  const ratio = fround(factor.read(brightness, "adjustBrightness: factor"));
  return lookUp(image, tableOf((x) => clip(fround(x * ratio))));
}

/**
 * An image of other contrast: 0 gives its mean grey, 1 the image itself.
 *
 * @throws {RangeError} for a factor below 0
 */
export function adjustContrast(image: ByteImage, contrast: number): ByteImage {
  const channels = channelsOf(image, "adjustContrast"), { data } = image;
  factor.read(contrast, "adjustContrast: factor");
  let sum = 0;
  for (let i = 0; i < data.length; i += channels) {
    sum += channels === 1 ? data[i]! : Math.floor(luma(data[i]!, data[i + 1]!, data[i + 2]!));
  }
  const mean = fround(sum / (data.length / channels));
  const [ratio, rest] = [fround(contrast), fround(1 - contrast)];
  return lookUp(image, tableOf((x) => blend(x, mean, ratio, rest)));
}

/**
 * An image of other saturation: 0 gives grey, 1 the image itself, 2 twice the distance from grey. A
 * grey image stays as it is.
 *
 * @throws {RangeError} for a factor below 0
 */
export function adjustSaturation(image: ByteImage, saturation: number): ByteImage {
  const channels = channelsOf(image, "adjustSaturation"), { width, height, data } = image;
  factor.read(saturation, "adjustSaturation: factor");
  if (channels === 1) return image;
  const [ratio, rest] = [fround(saturation), fround(1 - saturation)];
  const result = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const [r, g, b] = [data[i]!, data[i + 1]!, data[i + 2]!], grey = Math.floor(luma(r, g, b));
    result[i] = blend(r, grey, ratio, rest);
    result[i + 1] = blend(g, grey, ratio, rest);
    result[i + 2] = blend(b, grey, ratio, rest);
  }
  return { width, height, data: result };
}

/** A colour image without its colour: three equal channels. */
export function toGray(image: ByteImage): ByteImage {
  const channels = channelsOf(image, "toGray"), { width, height, data } = image;
  if (channels === 1) return image;
  const result = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    result[i] = result[i + 1] = result[i + 2] = luma(data[i]!, data[i + 1]!, data[i + 2]!);
  }
  return { width, height, data: result };
}

const grayscaleSchema = { probability: probability(0.1) } satisfies Schema<StepOptions>;

/** Takes the colour away, one time in ten by default, as torchvision's `RandomGrayscale`. */
export const randomGrayscale = defineStep({
  read: (where, given) => options(where, given, grayscaleSchema),
  apply: toGray,
});
