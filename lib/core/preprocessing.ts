import { checkedBy, oneOf, positiveInteger } from "./option_kinds.ts";
import type { Schema } from "./options.ts";

/**
 * Constants of each channel, or one for all, in units of pixel / 255. The device computes
 * `(x / 255 - mean) / standardDeviation` on uint8 images.
 */
export interface Normalization {
  /** The mean of each channel, from 0 to 1. */
  readonly mean: readonly number[];
  /** The standard deviation of each channel, above 0. */
  readonly standardDeviation: readonly number[];
}

/** The side of a square, or a height and a width, in pixels. */
export type ImageSize = number | readonly [height: number, width: number];

/**
 * How sizes that fall between two pixels are rounded. "torchvision": the longer side down, the place of
 * the middle to the nearest, of two the even one. "nearest", as other tools have it: the longer side to
 * the nearest, of two the even one, and the place of the middle down. It moves one image in a hundred.
 */
export type SizeRounding = "torchvision" | "nearest";

/** How images are prepared for a network. */
export interface Preprocessing {
  /**
   * The shorter side after scaling; or a height and a width that images are stretched to, whatever
   * their proportions. By default they are scaled so that they just cover the crop; without a crop
   * they are taken as they are.
   */
  readonly resize?: ImageSize;
  /** What is cut out of the middle: a square, or a height and a width. */
  readonly crop?: ImageSize;
  /** How sizes between two pixels are rounded; "torchvision" by default. */
  readonly rounding?: SizeRounding;
  /** Order of the channels that the weights expect. */
  readonly channels: "rgb" | "bgr" | "gray";
  /** Constants of each channel, in the order of `channels`. */
  readonly normalization: Normalization;
}

/** A preprocessing that makes square images, as the networks of the zoo take. */
export interface SquarePreprocessing extends Preprocessing {
  /** The shorter side after scaling, in pixels. */
  readonly resize?: number;
  /** The side of the square that is cut out, in pixels. */
  readonly crop?: number;
}

/** The side of images that are brought to one size, where none is given: detail enough for small networks. */
export const usualSize = 64;

/** The height and the width of a size. */
export const heightAndWidth = (size: ImageSize): readonly [height: number, width: number] =>
  typeof size === "number" ? [size, size] : size;

/** A size as an option. */
export const imageSize = checkedBy<ImageSize>((value, where) => {
  const isPair = (list: unknown): list is readonly unknown[] =>
    Array.isArray(list) && list.length === 2;
  if (!isPair(value)) return positiveInteger().read(value, where);
  return [positiveInteger().read(value[0], where), positiveInteger().read(value[1], where)];
});

/** How sizes are rounded, as an option. */
export const roundingOption = oneOf(["torchvision", "nearest"]);

/** The options of a preprocessing but the normalization, as far as they are known. */
export const preprocessingSchema = {
  resize: imageSize,
  crop: imageSize,
  rounding: roundingOption,
  channels: oneOf(["rgb", "bgr", "gray"]),
} satisfies Schema<Partial<Omit<Preprocessing, "normalization">>>;
