/**
 * Resizing with antialiasing, byte for byte as Pillow does it: a separable convolution, along the
 * rows first, whose filter grows with the reduction, in integers of 22 fractional bits, rounded to a
 * byte after each direction. (Networks notice: the weights were trained on images made this way.)
 *
 * @module
 */
import { describeValue } from "../core/errors.ts";
import { integer, oneOf } from "../core/option_kinds.ts";
import type { SizeRounding } from "../core/preprocessing.ts";
import { type ByteImage, channelsOf } from "./image.ts";

/** How pixels between pixels are found. */
export type ResizeFilter = "bilinear" | "bicubic";

/** The option of a filter. */
export const filterOption = oneOf(["bilinear", "bicubic"], "bilinear");

/** The half width of each filter, in pixels of the smaller image, and its curve. */
const filters: Record<ResizeFilter, { support: number; at: (x: number) => number }> = {
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, at: (x) => keys(Math.abs(x)) },
};

/** The cubic convolution of Keys, "Cubic convolution interpolation", 1981, with a = -1/2. */
function keys(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

/** Fractional bits of a coefficient: with 8 of a pixel and 2 to spare they fill an int32. */
const bits = 22;

/** For each pixel of the result, the first source pixel, how many, and their coefficients. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly stride: number;
  readonly coefficients: Int32Array;
}

/** The taps that bring `from` pixels to `to`. */
function tapsOf(from: number, to: number, filter: ResizeFilter): Taps {
  const { support, at } = filters[filter];
  const scale = from / to;
  const stretch = Math.max(1, scale); // an enlargement is no place for antialiasing
  const reach = support * stretch;
  const stride = Math.ceil(reach) * 2 + 1;
  const first = new Int32Array(to), count = new Int32Array(to);
  const coefficients = new Int32Array(to * stride);
  const weights = new Float64Array(stride);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(center - reach + 0.5));
    const high = Math.min(from, Math.trunc(center + reach + 0.5));
    let sum = 0;
    for (let j = low; j < high; j++) {
      sum += weights[j - low] = at((j - center + 0.5) * (1 / stretch));
    }
    for (let j = 0; j < high - low; j++) {
      const weight = weights[j]! / sum;
      coefficients[i * stride + j] = Math.trunc(weight * 2 ** bits + (weight < 0 ? -0.5 : 0.5));
    }
    [first[i], count[i]] = [low, high - low];
  }
  return { first, count, stride, coefficients };
}

const clip = (sum: number) => sum < 0 ? 0 : Math.min(255, sum >> bits);

/** Filters along each of `height` rows from row `top` of the image on. */
function alongRows(
  { data, width: rowPixels }: ByteImage,
  channels: 1 | 3,
  top: number,
  height: number,
  width: number,
  taps: Taps,
) {
  const result = new Uint8Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    const row = (top + y) * rowPixels * channels, to = y * width * channels;
    if (channels === 3) filterColors(data, row, result, to, width, taps);
    else filterGrays(data, row, result, to, width, taps);
  }
  return result;
}

/** Filters a row of colours, `width` pixels of the result. */
function filterColors(
  data: Uint8Array,
  row: number,
  result: Uint8Array,
  to: number,
  width: number,
  taps: Taps,
): void {
  for (let x = 0; x < width; x++) {
    const start = x * taps.stride, end = start + taps.count[x]!;
    let r = 1 << (bits - 1), g = r, b = r;
    for (let k = start, at = row + taps.first[x]! * 3; k < end; k++, at += 3) {
      const coefficient = taps.coefficients[k]!;
      r = (r + Math.imul(data[at]!, coefficient)) | 0;
      g = (g + Math.imul(data[at + 1]!, coefficient)) | 0;
      b = (b + Math.imul(data[at + 2]!, coefficient)) | 0;
    }
    result[to++] = clip(r);
    result[to++] = clip(g);
    result[to++] = clip(b);
  }
}

/** Filters a row of greys. */
function filterGrays(
  data: Uint8Array,
  row: number,
  result: Uint8Array,
  to: number,
  width: number,
  taps: Taps,
): void {
  for (let x = 0; x < width; x++) {
    const start = x * taps.stride, end = start + taps.count[x]!;
    let sum = 1 << (bits - 1);
    for (let k = start, at = row + taps.first[x]!; k < end; k++, at++) {
      sum = (sum + Math.imul(data[at]!, taps.coefficients[k]!)) | 0;
    }
    result[to++] = clip(sum);
  }
}

/** Filters down the columns of rows of `length` bytes; row 0 of `data` is row `top` of the image. */
function downColumns(data: Uint8Array, top: number, height: number, length: number, taps: Taps) {
  const result = new Uint8Array(height * length);
  const sums = new Int32Array(length);
  for (let y = 0; y < height; y++) {
    sums.fill(1 << (bits - 1));
    const start = y * taps.stride;
    for (let k = 0; k < taps.count[y]!; k++) {
      const coefficient = taps.coefficients[start + k]!;
      const row = (taps.first[y]! + k - top) * length;
      for (let x = 0; x < length; x++) {
        sums[x] = (sums[x]! + Math.imul(data[row + x]!, coefficient)) | 0;
      }
    }
    for (let x = 0; x < length; x++) result[y * length + x] = clip(sums[x]!);
  }
  return result;
}

/**
 * An image brought to `height` x `width` pixels, with the bytes that Pillow's
 * `image.resize((width, height), BILINEAR or BICUBIC)` gives.
 *
 * ```ts
 * import { resizeImage } from "@striate/striate";
 * const image = { width: 2, height: 1, data: new Uint8Array([0, 0, 0, 255, 255, 255]) };
 * console.log(resizeImage(image, [1, 1]).data); // Uint8Array [ 128, 128, 128 ]
 * ```
 *
 * @throws {RangeError} for a size that is no positive integer
 */
export function resizeImage(
  image: ByteImage,
  size: readonly [height: number, width: number],
  filter: ResizeFilter = "bilinear",
): ByteImage {
  const channels = channelsOf(image, "resizeImage");
  if (!Array.isArray(size)) {
    throw new TypeError(
      `resizeImage: size: expected [height, width], found ${describeValue(size)}`,
    );
  }
  const [height, width] = size;
  filterOption.read(filter, "resizeImage: filter");
  for (const size of [height, width]) {
    integer({ least: 1, most: 65535 }).read(size, "resizeImage: size");
  }
  let { data } = image, top = 0;
  const columns = height === image.height ? undefined : tapsOf(image.height, height, filter);
  if (width !== image.width) {
    // Only the rows that the second direction reads.
    top = columns?.first[0] ?? 0;
    const last = columns ? columns.first[height - 1]! + columns.count[height - 1]! : image.height;
    data = alongRows(image, channels, top, last - top, width, tapsOf(image.width, width, filter));
  }
  if (columns) data = downColumns(data, top, height, width * channels, columns);
  return { width, height, data };
}

/**
 * An image whose shorter side is `size` pixels, with its proportions: the longer side is rounded
 * down, as torchvision's `Resize(size)` has it, or as `rounding` says.
 */
export function resizeShorterSide(
  image: ByteImage,
  size: number,
  filter: ResizeFilter = "bilinear",
  rounding: SizeRounding = "torchvision",
): ByteImage {
  channelsOf(image, "resizeShorterSide");
  return resizeToCover(image, [size, size], filter, rounding);
}

/** An image with its proportions, as large as just covers `height` x `width` pixels. */
export function resizeToCover(
  image: ByteImage,
  [height, width]: readonly [number, number],
  filter: ResizeFilter,
  rounding: SizeRounding = "torchvision",
): ByteImage {
  const round = rounding === "nearest" ? roundHalfToEven : Math.floor;
  const size: [number, number] = image.width * height >= image.height * width
    ? [height, round(height * image.width / image.height)]
    : [round(width * image.height / image.width), width];
  return resizeImage(image, size, filter);
}

/** The nearest integer, of two the even one, as Python's `round`. */
function roundHalfToEven(x: number): number {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + down % 2 : Math.round(x);
}
