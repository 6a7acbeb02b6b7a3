/**
 * Drawings as PNG files of at most 256 colours: half as large, and the eye sees no difference.
 *
 * @module
 */
import { deflateSync } from "node:zlib";
import { pngFile } from "../plotly_svg/mod.ts";

/** How far off a channel may be, of 255: first as little as possible. */
const tolerances = [0, 1, 2, 3, 4, 6];

/** Colours of so few pixels lie at the edges of lines and letters, and may be off further. */
const few = 24, further = 6;

/** Beyond this an error can be seen; one pixel in a hundred may have it. */
const visible = 8;

/** How many colours a palette has at most. */
const most = 256;

/** How many pixels each colour has. */
type Counts = ReadonlyMap<number, number>;

/**
 * A picture of RGB pixels as a PNG file with a palette. The colours of most pixels stay as they are,
 * and those at the blurred edges of lines and letters become one that is hardly different. Undefined
 * where that is not possible: a photograph has too many colours.
 */
export function indexedPng(
  rgb: Uint8Array,
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> | undefined {
  const counts = new Map<number, number>();
  const colors = new Uint32Array(width * height);
  for (let i = 0; i < colors.length; i++) {
    const color = rgb[3 * i]! << 16 | rgb[3 * i + 1]! << 8 | rgb[3 * i + 2]!;
    colors[i] = color;
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  // The most frequent first; equally frequent ones in a fixed order.
  const known = [...counts].sort(([a, n], [b, m]) => m - n || a - b).map(([color]) => color);
  for (const tolerance of tolerances) {
    const chosen = reduced(known, counts, tolerance);
    if (chosen === undefined) continue;
    const palette = tolerance === 0 ? chosen : settled(chosen, counts);
    const index = new Map(known.map((color) => [color, nearest(color, palette)]));
    let off = 0;
    for (const [color, count] of counts) {
      if (distanceOf(color, palette[index.get(color)!]!) > visible) off += count;
    }
    return off > colors.length / 100 ? undefined : encode(colors, palette, index, width, height);
  }
  return undefined;
}

/** Colours of which none is near a more frequent one; undefined if they are too many. */
function reduced(known: readonly number[], counts: Counts, tolerance: number) {
  const colors: number[] = [];
  for (const color of known) {
    const allowed = counts.get(color)! <= few ? further * tolerance : tolerance;
    if (colors.some((other) => distanceOf(color, other) <= allowed)) continue;
    if (colors.length === most) return undefined;
    colors.push(color);
  }
  return colors;
}

/** Each colour of a palette moved to the mean of those it stands for, unless most are that colour. */
function settled(palette: readonly number[], counts: Counts): number[] {
  const sums = palette.map(() => [0, 0, 0, 0] as [number, number, number, number]);
  for (const [color, count] of counts) {
    const sum = sums[nearest(color, palette)]!;
    sum[0] += count * (color >> 16);
    sum[1] += count * (color >> 8 & 255);
    sum[2] += count * (color & 255);
    sum[3] += count;
  }
  return palette.map((color, i) => {
    const [red, green, blue, count] = sums[i]!;
    if (counts.get(color)! > count / 2) return color;
    return Math.round(red / count) << 16 | Math.round(green / count) << 8 |
      Math.round(blue / count);
  });
}

/** The place in a palette of the colour that differs least. */
function nearest(color: number, palette: readonly number[]): number {
  let best = 0, least = Infinity;
  for (let i = 0; i < palette.length && least > 0; i++) {
    const distance = distanceOf(color, palette[i]!);
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

/** The largest difference in a channel. */
function distanceOf(a: number, b: number): number {
  return Math.max(
    Math.abs((a >> 16) - (b >> 16)),
    Math.abs((a >> 8 & 255) - (b >> 8 & 255)),
    Math.abs((a & 255) - (b & 255)),
  );
}

function encode(
  pixels: Uint32Array,
  colors: readonly number[],
  index: ReadonlyMap<number, number>,
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rows[y * (width + 1) + 1 + x] = index.get(pixels[y * width + x]!)!;
    }
  }
  const palette = colors.flatMap((color) => [color >> 16, color >> 8 & 255, color & 255]);
  return pngFile(width, height, 3, [
    ["PLTE", Uint8Array.from(palette)],
    ["IDAT", deflateSync(rows, { level: 9 })],
  ]);
}
