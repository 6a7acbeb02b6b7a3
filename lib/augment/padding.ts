/**
 * Padding, and windows that reach beyond an image.
 *
 * @module
 */
import { integer, oneOf } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { type ByteImage, channelsOf } from "../vision/image.ts";
import { type Fill, fill, fillOf } from "./settings.ts";

/**
 * What lies beyond the edge of an image: "constant" a colour, "edge" the last pixel again, "reflect"
 * the image mirrored at its last pixel (cb|abc|ba), "symmetric" mirrored behind it (ba|abc|cb).
 */
export type PaddingMode = "constant" | "edge" | "reflect" | "symmetric";

/** Settings of {@linkcode pad}. */
export interface PadOptions {
  /** What lies beyond the edge; "constant" by default. */
  readonly mode?: PaddingMode;
  /** The colour of "constant": a number from 0 to 255, or one for each channel; 0 by default. */
  readonly fill?: Fill;
}

/** The options of padding. */
export const padSchema = {
  mode: oneOf(["constant", "edge", "reflect", "symmetric"], "constant"),
  fill: fill(0),
} satisfies Schema<PadOptions>;

/** Checks that a padding finds the pixels that it mirrors. */
export function checkPadding(
  height: number,
  width: number,
  padding: number,
  mode: PaddingMode,
  where: string,
): void {
  const most = Math.min(height, width) - (mode === "reflect" ? 1 : 0);
  if (mode === "constant" || mode === "edge" || padding <= most) return;
  throw new RangeError(
    `${where}: expected a padding of at most ${most} for an image of ${width} x ${height} pixels ` +
      `that is mirrored at its edges ("${mode}"), found ${padding}`,
  );
}

/**
 * An image with `padding` more pixels at each side, as torchvision's `pad` has it.
 *
 * @throws {RangeError} for a padding that mirrors more pixels than there are
 */
export function pad(image: ByteImage, padding: number, given: PadOptions = {}): ByteImage {
  const { mode, fill } = options("pad", given, padSchema);
  const colors = fillOf(fill, channelsOf(image, "pad"), "pad");
  integer({ least: 0 }).read(padding, "pad: padding");
  checkPadding(image.height, image.width, padding, mode, "pad");
  const [height, width] = [image.height + 2 * padding, image.width + 2 * padding];
  return paddedWindow(image, { top: -padding, left: -padding, height, width }, mode, colors);
}

/** A rectangle of pixels. */
export interface Window {
  /** The first row; below 0 above the image. */
  readonly top: number;
  /** The first column; below 0 left of the image. */
  readonly left: number;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

/** A window of an image that may reach beyond its edges. */
export function paddedWindow(
  { data, height: rows, width: columns }: ByteImage,
  { top, left, height, width }: Window,
  mode: PaddingMode,
  colors: readonly number[],
): ByteImage {
  const channels = colors.length, result = new Uint8Array(height * width * channels);
  // The part of each row that lies within the image is copied as a whole.
  const first = Math.min(width, Math.max(0, -left));
  const last = Math.max(first, Math.min(width, columns - left));
  const isConstant = mode === "constant";
  if (isConstant && colors.some((color) => color !== 0)) paint(result, colors);
  for (let y = 0; y < height; y++) {
    const row = placeOf(top + y, rows, mode);
    if (row < 0) continue;
    const from = row * columns, to = y * width;
    result.set(
      data.subarray((from + left + first) * channels, (from + left + last) * channels),
      (to + first) * channels,
    );
    if (isConstant) continue;
    for (let x = 0; x < width; x++) {
      if (x === first && last > first) x = last;
      if (x === width) break;
      const place = placeOf(left + x, columns, mode);
      for (let c = 0; c < channels; c++) {
        result[(to + x) * channels + c] = data[(from + place) * channels + c]!;
      }
    }
  }
  return { width, height, data: result };
}

/** Which of `length` pixels stands at a place; -1 for none. */
function placeOf(place: number, length: number, mode: PaddingMode): number {
  if (place >= 0 && place < length) return place;
  if (mode === "constant") return -1;
  if (mode === "edge") return place < 0 ? 0 : length - 1;
  return mode === "reflect" ? reflected(place, length) : mirrored(place, length);
}

/** A place mirrored at the last pixels until it lies within `length`. */
export function reflected(place: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1), within = ((place % period) + period) % period;
  return within < length ? within : period - within;
}

/** A place mirrored behind the last pixels until it lies within `length`. */
function mirrored(place: number, length: number): number {
  const period = 2 * length, within = ((place % period) + period) % period;
  return within < length ? within : period - 1 - within;
}

/** Paints bytes in a colour. */
export function paint(data: Uint8Array | Uint8ClampedArray, colors: readonly number[]): void {
  if (colors.every((color) => color === colors[0])) data.fill(Math.round(colors[0]!));
  else data.forEach((_, i) => data[i] = Math.round(colors[i % colors.length]!));
}
