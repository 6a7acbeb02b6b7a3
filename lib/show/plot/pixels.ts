import type { RgbImage } from "../../vision/image.ts";
import { extentOf } from "./numbers.ts";

/** Which numbers are black and white: of each image, of all together, or these two. */
export type PixelRange = "each" | "all" | readonly [number, number];

/** Numbers that make a picture, rows from the top: grey, or red, green and blue. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: ArrayLike<number>;
}

/** A picture as bytes. */
export interface Pixels extends Plane {
  readonly data: Uint8Array;
}

/** Numbers as bytes: the low end of the range black, the high end white. */
export function toPixels(planes: readonly Plane[], range: PixelRange | undefined): Pixels[] {
  const rangeOf = (lists: readonly ArrayLike<number>[]) => extentOf(lists) ?? [0, 0];
  const all = range === "each" ? undefined : rangeOf(planes.map(({ data }) => data));
  const unit = range === undefined && all![0] >= 0 && all![1] <= 1;
  const each = range === "each" || range === undefined && !unit;
  const common = unit ? [0, 1] as const : typeof range === "object" ? range : all!;
  return planes.map((plane) => {
    const [low, high] = each ? rangeOf([plane.data]) : common;
    const scale = high === low ? 0 : 255 / (high - low);
    // The clamped array rounds, cuts off what is outside, and has 0 for NaN.
    const data = new Uint8ClampedArray(plane.data.length);
    for (let i = 0; i < data.length; i++) data[i] = (plane.data[i]! - low) * scale;
    return { ...plane, data: new Uint8Array(data.buffer) };
  });
}

/** The mean of blocks of `factor` pixels a side: for pictures larger than any screen. */
export function shrink({ width, height, channels, data }: Pixels, factor: number): Pixels {
  const w = Math.max(1, Math.floor(width / factor)), h = Math.max(1, Math.floor(height / factor));
  const result = new Uint8Array(w * h * channels);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const rows = Math.min(factor, height - y * factor),
        cells = Math.min(factor, width - x * factor);
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let i = 0; i < rows; i++) {
          const row = (y * factor + i) * width + x * factor;
          for (let j = 0; j < cells; j++) sum += data[(row + j) * channels + c]!;
        }
        result[(y * w + x) * channels + c] = Math.round(sum / (rows * cells));
      }
    }
  }
  return { width: w, height: h, channels, data: result };
}

/** Puts a picture into a larger one, which has colours if the picture has some. */
export function paste(image: Pixels, sheet: Pixels, left: number, top: number): void {
  for (let y = 0; y < image.height; y++) {
    const from = y * image.width, to = (top + y) * sheet.width + left;
    if (image.channels === sheet.channels) {
      const row = image.data.subarray(from * image.channels, (from + image.width) * image.channels);
      sheet.data.set(row, to * sheet.channels);
      continue;
    }
    for (let x = 0; x < image.width; x++) {
      sheet.data.fill(image.data[from + x]!, (to + x) * 3, (to + x + 1) * 3);
    }
  }
}

/** An image with `factor` times as many pixels a side. */
export function enlarge({ width, height, data }: RgbImage, factor: number): RgbImage {
  const [w, h] = [width * factor, height * factor];
  const result = new Uint8Array(w * h * 3);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const from = (Math.floor(y / factor) * width + Math.floor(x / factor)) * 3;
      result.set(data.subarray(from, from + 3), (y * w + x) * 3);
    }
  }
  return { width: w, height: h, data: result };
}
