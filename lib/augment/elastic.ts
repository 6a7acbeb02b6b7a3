/**
 * Elastic deformation.
 *
 * @module
 */
import { number } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { type ByteImage, channelsOf } from "../vision/image.ts";
import { smoothed } from "./blur.ts";
import { sampleImage } from "./sample.ts";
import { fillFits, type SampleOptions, sampleSchema } from "./sample_options.ts";
import { fillOf, probability, type StepOptions } from "./settings.ts";
import { defineStep } from "./step.ts";

/** Settings of {@linkcode elastic}. */
export interface ElasticOptions extends SampleOptions {
  /** How far pixels move: noise of ±1 moves them by ±alpha / 2 before it is smoothed; 50 by default. */
  readonly alpha?: number;
  /** The standard deviation of the Gaussian that smooths the noise, in pixels; 5 by default. */
  readonly sigma?: number;
}

const elasticSchema = {
  alpha: number({ least: 0 }, 50),
  sigma: number({ least: 0 }, 5),
  ...sampleSchema("bilinear"),
} satisfies Schema<ElasticOptions>;

/**
 * An image bent as rubber: each pixel is moved by smoothed noise (Simard, Steinkraus and Platt, "Best
 * practices for convolutional neural networks", ICDAR 2003), as torchvision's `ElasticTransform` does
 * it, bilinear by default. `noise` holds numbers from -1 to 1: for each pixel the one for x, then for
 * each the one for y.
 *
 * @throws {RangeError} for noise of another length
 */
export function elastic(
  image: ByteImage,
  noise: Float32Array,
  given: ElasticOptions = {},
): ByteImage {
  const { alpha, sigma, interpolation, fill } = options("elastic", given, elasticSchema);
  const channels = channelsOf(image, "elastic"), { width, height } = image;
  const pixels = width * height;
  if (noise.length !== 2 * pixels) {
    throw new RangeError(
      `elastic: noise: expected ${2 * pixels} numbers, two for each pixel, found ${noise.length}`,
    );
  }
  const colors = fill === undefined ? undefined : fillOf(fill, channels, "elastic");
  // The Gaussian reaches four deviations to each side, as torchvision's does.
  const size = Math.floor(8 * sigma + 1), odd = size % 2 === 0 ? size + 1 : size;
  const field = (part: Float32Array) =>
    sigma === 0 ? part : smoothed(part, [height, width, 1], odd, sigma);
  const dx = field(noise.subarray(0, pixels)), dy = field(noise.subarray(pixels));
  const grid = new Float32Array(2 * pixels);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      grid[2 * i] = (2 * x + 1 - width + alpha * dx[i]!) / width;
      grid[2 * i + 1] = (2 * y + 1 - height + alpha * dy[i]!) / height;
    }
  }
  return sampleImage(image, grid, interpolation, colors);
}

/** Settings of the step "elastic". */
export interface RandomElasticOptions extends ElasticOptions, StepOptions {}

const randomElasticSchema = {
  ...elasticSchema,
  probability: probability(),
} satisfies Schema<RandomElasticOptions>;

/** An elastic deformation by noise drawn at random. */
export const randomElastic = defineStep({
  read: (where, given) => options(where, given, randomElasticSchema),
  shape: (shape, settings, where) => fillFits(shape, settings, where),
  apply(image, { probability: _, ...settings }, random) {
    const noise = new Float32Array(2 * image.width * image.height);
    random.fillUniform(noise, -1, 1);
    return elastic(image, noise, settings);
  },
});
