import { describeValue } from "../core/errors.ts";
import { flag, oneOf } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { tensor } from "./create.ts";
import { checkImages } from "./functions/settings.ts";
import type { Tensor } from "./tensor.ts";

/** Settings of {@linkcode resize2d}. */
export interface Resize2dOptions {
  /**
   * How pixels between pixels are found: the nearest one, a line between two ("bilinear", the
   * default) or a cubic curve through four in each direction.
   */
  readonly method?: "nearest" | "bilinear" | "bicubic";
  /** Whether the centres of the corner pixels stay where they are, instead of the corners; false. */
  readonly alignCorners?: boolean;
  /** Whether a reduction averages all pixels that it covers, as Pillow does; false by default. */
  readonly antialias?: boolean;
}

const schema = {
  method: oneOf(["nearest", "bilinear", "bicubic"], "bilinear"),
  alignCorners: flag(false),
  antialias: flag(false),
} satisfies Schema<Resize2dOptions>;

/** The half width of each filter in pixels, and its curve. */
const filters = {
  bilinear: { support: 1, at: (x: number) => Math.max(0, 1 - x) },
  bicubic: { support: 2, at: keys },
};

/** The cubic convolution of Keys 1981. PyTorch and Pillow differ in a, the slope at 1. */
function keys(x: number, a: number): number {
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/** How much each of `from` pixels in a line counts in each of `to`: a matrix [to, from]. */
function coefficients(from: number, to: number, options: Required<Resize2dOptions>): Tensor {
  const { method, alignCorners, antialias } = options;
  const scale = alignCorners ? (to > 1 ? (from - 1) / (to - 1) : 0) : from / to;
  const stretch = antialias ? Math.max(1, scale) : 1;
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const row = matrix.subarray(i * from, (i + 1) * from);
    const center = alignCorners ? i * scale : (i + 0.5) * scale - 0.5;
    const inside = (j: number) => Math.min(Math.max(j, 0), from - 1);
    if (method === "nearest") {
      row[inside(Math.floor(center + 0.5))] = 1; // half way, the later one
      continue;
    }
    const { support, at } = filters[method], reach = support * stretch;
    let sum = 0;
    for (let j = Math.ceil(center - reach); j <= center + reach; j++) {
      // Beyond the edge its pixel is repeated, but an average has nothing there.
      if (antialias && inside(j) !== j) continue;
      const weight = at(Math.abs(j - center) / stretch, antialias ? -0.5 : -0.75);
      row[inside(j)]! += weight;
      sum += weight;
    }
    for (let j = 0; j < from; j++) row[j]! /= sum;
  }
  return tensor(matrix, { shape: [to, from] });
}

/**
 * Images [n, h, w, c] brought to another height and width, with PyTorch's numbers
 * (`torch.nn.functional.interpolate`, whose "nearest-exact" is the nearest pixel here).
 *
 * ```ts
 * import { resize2d, tensor } from "@striate/striate";
 * const row = tensor([0, 4]).reshape([1, 1, 2, 1]);
 * console.log(await resize2d(row, [1, 4]).flatten().array()); // [0, 1, 3, 4]
 * ```
 *
 * @throws {TypeError} for what are no images, {RangeError} for a size that is no positive integer
 */
export function resize2d(
  x: Tensor,
  size: readonly [number, number],
  given: Resize2dOptions = {},
): Tensor {
  checkImages(x, "resize2d");
  if (
    !Array.isArray(size) || size.length !== 2 || !size.every((d) => Number.isInteger(d) && d > 0)
  ) {
    throw new RangeError(
      `resize2d: size: expected two integers of at least 1, found ${describeValue(size)}`,
    );
  }
  const settings = options("resize2d", given, schema);
  const [n, height, width, channels] = x.shape as [number, number, number, number];
  const matrix = (from: number, to: number) => coefficients(from, to, settings);
  let result = x;
  if (size[0] !== height) {
    result = matrix(height, size[0]).matmul(result.reshape([n, height, width * channels]));
  }
  if (size[1] !== width) {
    result = matrix(width, size[1]).matmul(result.reshape([n * size[0], width, channels]));
  }
  return result.reshape([n, ...size, channels]);
}
