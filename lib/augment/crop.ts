/**
 * The steps that bring images to a size: random crops, the crop of the middle, resizing.
 *
 * @module
 */
import { integer, oneOf, required } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { heightAndWidth, type ImageSize, imageSize } from "../core/preprocessing.ts";
import type { Random } from "../core/random.ts";
import { centerCrop as cropCenter, cropImage } from "../vision/crop.ts";
import { type ResizeFilter, resizeImage, resizeShorterSide } from "../vision/resize_image.ts";
import { checkPadding, paddedWindow, type PadOptions, padSchema, type Window } from "./padding.ts";
import { fillOf, type Interval, interval } from "./settings.ts";
import { defineStep, type ImageShape } from "./step.ts";

/** Settings of the step "randomCrop". */
export interface RandomCropOptions extends PadOptions {
  /** The size of the crop: a side, or a height and a width; that of the image by default. */
  readonly size?: ImageSize;
  /** Pixels that are added at each side before; 0 by default. */
  readonly padding?: number;
  /** How often it is taken; it must be always, since it may change the size. */
  readonly probability?: 1;
}

/** The shorter side of images that crops of a size are cut out of: 256 for 224, as is usual. */
const wholeFor = (size: ImageSize) => Math.round(Math.max(...heightAndWidth(size)) * 256 / 224);

/** The probability of steps after which an image may have another size. */
const always = oneOf([1], 1);

const randomCropSchema = {
  size: imageSize,
  padding: integer({ least: 0 }, 0),
  ...padSchema,
  probability: always,
} satisfies Schema<RandomCropOptions>;

/** A crop at a random place (Krizhevsky 2012; with padding, He 2016), as torchvision's `RandomCrop`. */
export const randomCrop = defineStep({
  read: (where, given) => options(where, given, randomCropSchema),
  shape([height, width, channels], { size, padding, mode, fill }, where): ImageShape {
    fillOf(fill, channels, where);
    checkPadding(height, width, padding, mode, where);
    const [rows, columns] = size === undefined ? [height, width] : heightAndWidth(size);
    if (rows > height + 2 * padding || columns > width + 2 * padding) {
      const padded = padding === 0 ? "" : ` with a padding of ${padding} at each side`;
      throw new RangeError(
        `${where}: size: expected a crop within the image of ${width} x ${height} pixels${padded}, ` +
          `found ${columns} x ${rows}; resize the images before, or give more padding`,
      );
    }
    return [rows, columns, channels];
  },
  wants: ({ size, padding }) => size === undefined || padding > 0 ? "final" : wholeFor(size),
  apply(image, { size, padding, mode, fill }, random) {
    const [height, width] = size === undefined ? [image.height, image.width] : heightAndWidth(size);
    const top = random.integer(image.height + 2 * padding - height + 1) - padding;
    const left = random.integer(image.width + 2 * padding - width + 1) - padding;
    const channels = image.data.length / (image.width * image.height);
    const colors = fillOf(fill, channels, "randomCrop");
    return paddedWindow(image, { top, left, height, width }, mode, colors);
  },
});

/** Settings of the step "centerCrop". */
export interface CenterCropOptions {
  /** The size of the crop: a side, or a height and a width. */
  readonly size: ImageSize;
  /** How often it is taken: always. */
  readonly probability?: 1;
}

const centerCropSchema = {
  size: required(imageSize),
  probability: always,
} satisfies Schema<CenterCropOptions>;

/** The crop of the middle. */
export const centerCrop = defineStep({
  read: (where, given) => options(where, given, centerCropSchema),
  shape([height, width, channels], { size }, where): ImageShape {
    const [rows, columns] = heightAndWidth(size);
    if (rows <= height && columns <= width) return [rows, columns, channels];
    throw new RangeError(
      `${where}: size: expected a crop within the image of ${width} x ${height} pixels, found ` +
        `${columns} x ${rows}; resize the images before`,
    );
  },
  wants: () => "final",
  apply: (image, { size }) => cropCenter(image, size),
});

/** Settings of the step "resize". */
export interface ResizeOptions {
  /** The shorter side, whose proportion to the longer stays; or a height and a width. */
  readonly size: ImageSize;
  /** How pixels between pixels are found; "bilinear" by default. */
  readonly filter?: ResizeFilter;
  /** How often it is taken: always. */
  readonly probability?: 1;
}

const resizeSchema = {
  size: required(imageSize),
  filter: oneOf(["bilinear", "bicubic"], "bilinear"),
  probability: always,
} satisfies Schema<ResizeOptions>;

/** Resizing with antialiasing, as {@linkcode resizeImage} does it. */
export const resize = defineStep({
  read: (where, given) => options(where, given, resizeSchema),
  shape([height, width, channels], { size }): ImageShape {
    if (typeof size !== "number") return [...size, channels];
    return width >= height
      ? [size, Math.floor(size * width / height), channels]
      : [Math.floor(size * height / width), size, channels];
  },
  wants: ({ size }) => Math.max(...heightAndWidth(size)),
  apply: (image, { size, filter }) =>
    typeof size === "number"
      ? resizeShorterSide(image, size, filter)
      : resizeImage(image, size, filter),
});

/** Settings of the step "randomResizedCrop". */
export interface RandomResizedCropOptions {
  /** The size that the crop is brought to: a side, or a height and a width. */
  readonly size: ImageSize;
  /** The share of the image's area that the crop has; from 0.08 to 1 by default. */
  readonly scale?: Interval;
  /** Its width by its height; from 3/4 to 4/3 by default. */
  readonly ratio?: Interval;
  /** How pixels between pixels are found; "bilinear" by default. */
  readonly filter?: ResizeFilter;
  /** How often it is taken: always. */
  readonly probability?: 1;
}

const randomResizedCropSchema = {
  ...resizeSchema,
  scale: interval({ above: 0, most: 1 }, [0.08, 1]),
  ratio: interval({ above: 0 }, [3 / 4, 4 / 3]),
} satisfies Schema<RandomResizedCropOptions>;

/**
 * A crop of a random area and proportion, resized: Szegedy 2015, as torchvision's
 * `RandomResizedCrop`.
 */
export const randomResizedCrop = defineStep({
  read: (where, given) => options(where, given, randomResizedCropSchema),
  shape: ([, , channels], { size }): ImageShape => [...heightAndWidth(size), channels],
  wants: ({ size }) => wholeFor(size),
  apply(image, { size, scale, ratio, filter }, random) {
    const window = randomWindow(image, scale, ratio, random);
    return resizeImage(cropImage(image, window), heightAndWidth(size), filter);
  },
});

/**
 * A window of an area and a proportion drawn at random: ten times one is drawn that may not fit, then
 * the largest in the middle whose proportion is allowed is taken. The logarithm of the proportion is
 * uniform.
 */
export function randomWindow(
  { height, width }: { readonly height: number; readonly width: number },
  scale: Interval,
  ratio: Interval,
  random: Random,
): Window {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = height * width * random.uniform(...scale);
    const proportion = Math.exp(random.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const columns = Math.round(Math.sqrt(area * proportion));
    const rows = Math.round(Math.sqrt(area / proportion));
    if (columns < 1 || columns > width || rows < 1 || rows > height) continue;
    const top = random.integer(height - rows + 1), left = random.integer(width - columns + 1);
    return { top, left, height: rows, width: columns };
  }
  const nearest = Math.min(ratio[1], Math.max(ratio[0], width / height));
  const columns = Math.max(1, Math.min(width, Math.round(height * nearest)));
  const rows = Math.max(1, Math.min(height, Math.round(width / nearest)));
  const [top, left] = [Math.floor((height - rows) / 2), Math.floor((width - columns) / 2)];
  return { top, left, height: rows, width: columns };
}
