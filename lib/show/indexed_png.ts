/**
 * Drawings as PNG files of at most 256 colours: half as large, and the eye sees no difference.
 *
 * @module
 */
import { deflateSync } from "node:zlib";
import { pngFile } from "./png.ts";

/** How far off a channel may be, of 255: first as little as possible. */
const tolerances = [0, 1, 2, 3, 4, 6, 8, 12, 16];

/** How many colours a palette has at most. */
const most = 256;

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
    const palette = reduced(known, tolerance);
    if (palette !== undefined) return encode(colors, palette, width, height);
  }
  return undefined;
}

/** A few colours, and which of them stands for each. */
interface Palette {
  readonly colors: readonly number[];
  readonly index: ReadonlyMap<number, number>;
}

/** Colours that are near a more frequent one give way to it; undefined if too many are left. */
function reduced(known: readonly number[], tolerance: number): Palette | undefined {
  const colors: number[] = [], index = new Map<number, number>();
  for (const color of known) {
    let best = -1, least = tolerance + 1;
    for (let i = 0; i < colors.length && tolerance > 0; i++) {
      const distance = distanceOf(color, colors[i]!);
      if (distance < least) [best, least] = [i, distance];
    }
    if (best < 0) {
      if (colors.length === most) return undefined;
      best = colors.push(color) - 1;
    }
    index.set(color, best);
  }
  return { colors, index };
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
  { colors, index }: Palette,
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
