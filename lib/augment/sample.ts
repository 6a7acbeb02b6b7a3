import type { ByteImage } from "../vision/image.ts";
import { paint } from "./padding.ts";
import type { Interpolation } from "./settings.ts";

const { fround } = Math;

/**
 * An image of the same size whose every pixel is looked up in `image` at a place of `grid`: x and y
 * for each pixel, -1 and 1 at the outer edges of the image, as PyTorch's `grid_sample` has it
 * (`align_corners=False`). Beyond the edges lies black. With `fill`, a pixel that is partly outside
 * has so much of it, as in torchvision: what was found, that much faded to black already, is mixed
 * with `fill` by the part of it that was inside.
 */
export function sampleImage(
  image: ByteImage,
  grid: Float32Array,
  interpolation: Interpolation,
  fill: readonly number[] | undefined,
): ByteImage {
  const { width, height } = image;
  // Clamped bytes round to the nearest, of two the even one, as PyTorch does.
  const result = new Uint8ClampedArray(image.data.length);
  if (interpolation === "nearest") sampleNearest(image, grid, result, fill);
  else sampleBilinear(image, grid, result, fill);
  return { width, height, data: new Uint8Array(result.buffer) };
}

/** The place of a pixel in f32, as PyTorch computes it, so that ties fall alike. */
const pixel = (place: number, half: number) => fround(fround(fround(place + 1) * half) - 0.5);

/** The nearest integer, of two the even one. */
export function roundHalfToEven(x: number): number {
  const down = Math.floor(x), part = x - down;
  return part < 0.5 || part === 0.5 && down % 2 === 0 ? down : down + 1;
}

function sampleNearest(
  { data, width, height }: ByteImage,
  grid: Float32Array,
  result: Uint8ClampedArray,
  fill: readonly number[] | undefined,
): void {
  const channels = data.length / (width * height), halfWidth = width / 2, halfHeight = height / 2;
  if (fill) paint(result, fill);
  for (let i = 0, to = 0; i < grid.length; i += 2, to += channels) {
    const x = roundHalfToEven(pixel(grid[i]!, halfWidth)),
      y = roundHalfToEven(pixel(grid[i + 1]!, halfHeight));
    if (!(x >= 0 && x < width && y >= 0 && y < height)) continue;
    const from = (y * width + x) * channels;
    result[to] = data[from]!;
    if (channels === 1) continue;
    result[to + 1] = data[from + 1]!;
    result[to + 2] = data[from + 2]!;
  }
}

function sampleBilinear(
  { data, width, height }: ByteImage,
  grid: Float32Array,
  result: Uint8ClampedArray,
  fill: readonly number[] | undefined,
): void {
  const channels = data.length / (width * height), halfWidth = width / 2, halfHeight = height / 2;
  const row = width * channels;
  for (let i = 0, to = 0; i < grid.length; i += 2, to += channels) {
    const x = pixel(grid[i]!, halfWidth), y = pixel(grid[i + 1]!, halfHeight);
    const left = Math.floor(x), top = Math.floor(y), east = x - left, south = y - top;
    const inLeft = left >= 0 && left < width ? fround(1 - east) : 0;
    const inRight = left >= -1 && left < width - 1 ? east : 0;
    const inTop = top >= 0 && top < height ? fround(1 - south) : 0;
    const inBottom = top >= -1 && top < height - 1 ? south : 0;
    const nw = fround(inTop * inLeft), ne = fround(inTop * inRight);
    const sw = fround(inBottom * inLeft), se = fround(inBottom * inRight);
    const inside = fround(fround(fround(nw + ne) + sw) + se);
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      if (inside > 0) {
        const from = top * row + left * channels + c;
        if (nw > 0) sum = fround(nw * data[from]!);
        if (ne > 0) sum = fround(sum + ne * data[from + channels]!);
        if (sw > 0) sum = fround(sum + sw * data[from + row]!);
        if (se > 0) sum = fround(sum + se * data[from + row + channels]!);
      }
      result[to + c] = fill ? fround(fround(fround(sum - fill[c]!) * inside) + fill[c]!) : sum;
    }
  }
}
