import { describeValue, outOfRange, wrongType } from "../../core/errors.ts";
import { checkedBy } from "../../core/option_kinds.ts";

/** Numbers in a row: an array or a typed array. */
export type Numbers = ArrayLike<number>;

/** Rows of numbers, all of one length. */
export type Matrix = readonly ArrayLike<number>[];

/** More points than this in a series are thinned. */
export const mostPoints = 5000;

/** More cells than this on a side of a heat map are averaged down. */
export const mostCells = 1000;

/** A number with separators, as the notes have it. */
export const count = (n: number): string => n.toLocaleString("en");

/** Whether a value is a list of numbers (an empty list is one). */
export function isNumbers(value: unknown): value is Numbers {
  if (typeof value !== "object" || value === null) return false;
  const { length } = value as Numbers;
  if (typeof length !== "number") return false;
  return length === 0 || ArrayBuffer.isView(value) || typeof (value as Numbers)[0] === "number";
}

/** Whether a value is a tensor, whose numbers are not here yet. */
export const isTensor = (value: unknown): boolean =>
  (value as object | undefined)?.constructor?.name === "Tensor";

/** What was found in the place of numbers; of a tensor also how to read them. */
export const describeNumbers = (value: unknown): string =>
  describeValue(value) + (isTensor(value) ? "; read it first: await tensor.array()" : "");

/** Checks that a value is a list of numbers, at least one. */
export function checkNumbers(values: unknown, where: string): Numbers {
  if (!isNumbers(values)) throw wrongType(where, "a list of numbers", describeNumbers(values));
  if (values.length === 0) throw outOfRange(where, "at least one number", "none");
  if (ArrayBuffer.isView(values) && typeof values[0] === "number") return values;
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] === "number") continue;
    throw wrongType(`${where}[${i}]`, "a number", describeValue(values[i]));
  }
  return values;
}

/** The kind of a list of numbers. */
export const numbers = checkedBy(checkNumbers);

/** Checks that a list has as many elements as another. */
export function checkLength(values: ArrayLike<unknown>, n: number, of: string, where: string) {
  if (values.length === n) return;
  throw wrongType(where, `${n} ${n === 1 ? "element" : "elements"} as ${of} has`, values.length);
}

/** Checks that a value is rows of numbers, all of one length. */
export function checkMatrix(matrix: unknown, where: string): Matrix {
  const rows = matrix as Matrix;
  if (!Array.isArray(matrix) || matrix.length === 0) {
    throw wrongType(where, "rows of numbers", describeNumbers(matrix));
  }
  rows.forEach((row, i) => {
    checkNumbers(row, `${where}[${i}]`);
    checkLength(row, rows[0]!.length, `row 0`, `${where}[${i}]`);
  });
  return rows;
}

/** The smallest and the greatest finite number; undefined if there is none. */
export function extent(values: Numbers): [number, number] | undefined {
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < low && value !== -Infinity) low = value;
    if (value > high && value !== Infinity) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/** The extent of several lists together. */
export function extentOf(lists: readonly Numbers[]): [number, number] | undefined {
  return extent(lists.flatMap((list) => extent(list) ?? []));
}

/**
 * A rounding to so many digits that neighbours stay apart: notebooks are read by people, and digits
 * that nobody sees make them large. Numbers that are not finite become null, which draws a gap.
 */
export function rounding(values: Numbers, digits = 6): (x: number) => number | null {
  const [low, high] = extent(values) ?? [0, 0];
  const size = Math.max(Math.abs(low), Math.abs(high)), span = high - low;
  const more = span > 0 ? Math.ceil(Math.log10(size / span)) : 0;
  const precision = Math.min(15, digits + Math.max(0, more));
  return (x) =>
    Number.isInteger(x) ? x : Number.isFinite(x) ? Number(x.toPrecision(precision)) : null;
}

/** Numbers as they go into a figure. */
export function rounded(values: Numbers, digits = 6): (number | null)[] {
  return Array.from(values, rounding(values, digits));
}

/** Rows of numbers as they go into a figure; with fewer digits where there are many. */
export function roundedRows(rows: Matrix): (number | null)[][] {
  const digits = rows.length * rows[0]!.length > 10000 ? 4 : 6;
  const round = rounding(extentOf(rows) ?? [0], digits);
  return rows.map((row) => Array.from(row, round));
}

/** So many numbers over a length, as far from each other, both ends among them. */
export function spread(from: number, length: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => from + length * i / (n - 1));
}

/** Evenly chosen indices: `most` of `n`, the first and the last among them. */
export function evenly(n: number, most: number): number[] {
  if (n <= most) return Array.from({ length: n }, (_, i) => i);
  return Array.from(
    { length: most },
    (_, i) => Math.round(most === 1 ? 0 : i * (n - 1) / (most - 1)),
  );
}

/** A table of so many rows and columns. */
export function tableOf<T>(rows: number, columns: number, at: (row: number, column: number) => T) {
  return Array.from(
    { length: rows },
    (_, row) => Array.from({ length: columns }, (_, column) => at(row, column)),
  );
}

/** Whether numbers never fall. */
export function isSorted(values: Numbers): boolean {
  for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) return false;
  return true;
}

/**
 * Indices that keep the look of a line: the lowest and the highest point of each of `most / 2` runs,
 * so that no peak is lost. A run with no finite number leaves a gap.
 */
export function peaks(y: Numbers, most = mostPoints): number[] {
  const runs = most / 2, chosen: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = Math.floor(run * y.length / runs), end = Math.floor((run + 1) * y.length / runs);
    let low = -1, high = -1;
    for (let i = start; i < end; i++) {
      const value = y[i]!;
      if (value - value !== 0) continue; // not finite
      if (low < 0 || value < y[low]!) low = i;
      if (high < 0 || value > y[high]!) high = i;
    }
    if (low < 0) chosen.push(start);
    else if (low === high) chosen.push(low);
    else chosen.push(Math.min(low, high), Math.max(low, high));
  }
  return chosen;
}
