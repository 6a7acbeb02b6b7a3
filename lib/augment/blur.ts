/**
 * Gaussian blur.
 *
 * @module
 */
import { checkedBy, integer, number, required } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { type ByteImage, channelsOf } from "../vision/image.ts";
import { reflected } from "./padding.ts";
import { type Interval, interval, probability, type StepOptions } from "./settings.ts";
import { defineStep } from "./step.ts";

/** The weights of a Gaussian of `size` pixels, whose sum is 1. */
function gaussian(size: number, sigma: number): Float64Array {
  const middle = (size - 1) / 2;
  const weights = Float64Array.from(
    { length: size },
    (_, i) => Math.exp(-(((i - middle) / sigma) ** 2) / 2),
  );
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

/**
 * Planes of numbers [height, width, channels] smoothed by a Gaussian of `size` x `size` pixels; what
 * lies beyond the edges is reflected, again and again where a plane is smaller than the Gaussian.
 */
export function smoothed(
  data: ArrayLike<number>,
  [height, width, channels]: readonly [number, number, number],
  size: number,
  sigma: number,
): Float64Array {
  const weights = gaussian(size, sigma), half = (size - 1) / 2, line = width * channels;
  const source = new Float64Array(data), result = new Float64Array(source.length);
  const row = new Float64Array(line), wide = new Float64Array((width + 2 * half) * channels);
  for (let y = 0; y < height; y++) {
    const place = (k: number) => reflected(y + k, height) * line;
    scale(row, source, place(0), weights[half]!);
    for (let k = 1; k <= half; k++) add(row, source, place(-k), place(k), weights[half + k]!);
    wide.set(row, half * channels);
    for (let x = 1; x <= half; x++) {
      const before = reflected(-x, width) * channels;
      const behind = reflected(width - 1 + x, width) * channels;
      for (let c = 0; c < channels; c++) {
        wide[(half - x) * channels + c] = row[before + c]!;
        wide[(half + width - 1 + x) * channels + c] = row[behind + c]!;
      }
    }
    const sums = result.subarray(y * line, (y + 1) * line);
    scale(sums, wide, half * channels, weights[half]!);
    for (let k = 1; k <= half; k++) {
      add(sums, wide, (half - k) * channels, (half + k) * channels, weights[half + k]!);
    }
  }
  return result;
}

/** The numbers from a place on, each times a weight. */
function scale(sums: Float64Array, source: Float64Array, from: number, weight: number): void {
  for (let i = 0; i < sums.length; i++) sums[i] = weight * source[from + i]!;
}

/** Adds the numbers from two places on, which have the same weight. */
function add(
  sums: Float64Array,
  source: Float64Array,
  one: number,
  other: number,
  weight: number,
): void {
  for (let i = 0; i < sums.length; i++) {
    sums[i]! += weight * (source[one + i]! + source[other + i]!);
  }
}

const sizeOption = checkedBy<number>((value, where) => {
  const size = integer({ least: 1 }).read(value, where);
  if (size % 2 === 1) return size;
  throw new RangeError(`${where}: expected an odd number of pixels, found ${size}`);
});
const sigmaOption = number({ above: 0 });

/**
 * An image blurred by a Gaussian of `kernelSize` x `kernelSize` pixels and a standard deviation of
 * `sigma` pixels, as torchvision's `gaussian_blur`.
 *
 * @throws {RangeError} for a kernel of even size, a sigma that is not above 0
 */
export function gaussianBlur(image: ByteImage, kernelSize: number, sigma: number): ByteImage {
  const channels = channelsOf(image, "gaussianBlur"), { width, height } = image;
  sizeOption.read(kernelSize, "gaussianBlur: kernelSize");
  sigmaOption.read(sigma, "gaussianBlur: sigma");
  const data = smoothed(image.data, [height, width, channels], kernelSize, sigma);
  // (Clamped bytes round to the nearest, of two the even one, as torchvision does.)
  return { width, height, data: new Uint8Array(Uint8ClampedArray.from(data).buffer) };
}

/** Settings of the step "gaussianBlur". */
export interface GaussianBlurOptions extends StepOptions {
  /** The side of the Gaussian in pixels, an odd number. */
  readonly kernelSize: number;
  /** Its standard deviation in pixels [least, most]; from 0.1 to 2 by default. */
  readonly sigma?: Interval;
}

const gaussianBlurSchema = {
  kernelSize: required(sizeOption),
  sigma: interval({ above: 0 }, [0.1, 2]),
  probability: probability(),
} satisfies Schema<GaussianBlurOptions>;

/** A blur of random strength, as torchvision's `GaussianBlur`. */
export const randomGaussianBlur = defineStep({
  read: (where, given) => options(where, given, gaussianBlurSchema),
  apply: (image, { kernelSize, sigma }, random) =>
    gaussianBlur(image, kernelSize, random.uniform(...sigma)),
});
