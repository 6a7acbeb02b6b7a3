import type { FunctionBuilder, Integer, Local } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";
import { mergedAxes, type RowAxis, type SumAxis } from "./axes.ts";

/** Rows in lines of evenly spaced ones: a convolution's rows of pixels. */
interface Lines {
  /** The axes of lines, outermost first; none if all rows are taken together. */
  readonly outer: readonly RowAxis[];
  /** The axes of the rows in a line. */
  readonly inner: readonly RowAxis[];
}

/**
 * Splits rows into lines where they are not evenly spaced all together, and a line fills its tiles,
 * of at most `most` rows, well.
 */
export function linesOf(rows: readonly RowAxis[], most: number): Lines {
  const merged = mergedAxes(rows, "a", "result");
  const line = merged.at(-1)?.count ?? 1;
  const fills = Math.floor(line / Math.ceil(line / most)) >= 4;
  return merged.length > 1 && fills
    ? { outer: merged.slice(0, -1), inner: merged.slice(-1) }
    : { outer: [], inner: rows };
}

/**
 * Which taps of a window's outermost axis meet the image: tap t of output line y reads line
 * offset + y * stride + t * dilation of the frame, where the image is from `top` on, `height` high.
 */
export interface WindowLines {
  readonly offset: number;
  readonly stride: number;
  readonly dilation: number;
  readonly top: number;
  readonly height: number;
}

/** The taps of an output line that meet the image; one that does not, if there is none. */
function tapsOf({ offset, stride, dilation, top, height }: WindowLines, taps: number, y: number) {
  const start = top - offset - y * stride;
  const first = Math.min(taps - 1, Math.max(0, Math.ceil(start / dilation)));
  const end = Math.min(taps, Math.floor((start + height - 1) / dilation) + 1);
  return { first, count: Math.max(1, end - first) };
}

/** The window, if leaving out the zeros above and below the image saves over 3 % of the work. */
export function skippable(
  window: WindowLines | undefined,
  rows: readonly RowAxis[],
  lines: Lines,
  [tapAxis]: readonly SumAxis[],
): WindowLines | undefined {
  const y = rows.at(-2);
  if (window === undefined || y === undefined || tapAxis === undefined) return undefined;
  if (lines.outer.length === 0 || lines.inner[0]!.count !== rows.at(-1)!.count) return undefined;
  let kept = 0;
  for (let line = 0; line < y.count; line++) kept += tapsOf(window, tapAxis.count, line).count;
  return kept < 0.97 * y.count * tapAxis.count ? window : undefined;
}

/** `tapsOf` at run time: the first tap and how many, for output line `y`. */
export function emitTaps(
  f: FunctionBuilder,
  { offset, stride, dilation, top, height }: WindowLines,
  taps: number,
  y: Integer,
): { first: Local<"i32">; count: Local<"i32"> } {
  const start = f.local(i32.sub(top - offset, i32.mul(y, stride)));
  const clamp = (value: Integer, most: number) =>
    i32.select(i32.gtS(value, 0), i32.minU(i32.divU(value, dilation), most), 0);
  const first = f.local(clamp(i32.add(start, dilation - 1), taps - 1));
  const end = f.local(clamp(i32.add(start, height - 1 + dilation), taps));
  const count = i32.sub(end, first);
  return { first, count: f.local(i32.select(i32.gtS(count, 1), count, 1)) };
}
