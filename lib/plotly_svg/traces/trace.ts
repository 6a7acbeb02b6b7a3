/**
 * The traces of a figure while it is drawn.
 *
 * @module
 */
import { isList, type Json, listAt, numberAt, numbersOf, type Table } from "../json.ts";
import { type Axis, linear } from "../axes/axis.ts";

/** A trace that may stand in the legend. */
export interface NamedTrace {
  readonly json: Json;
  readonly type: string;
  /** Its colour where it says none. */
  readonly color: string;
}

/** A trace on two axes. */
export interface DrawnTrace extends NamedTrace {
  readonly x: Axis;
  readonly y: Axis;
}

/** Traces on axes of one figure. */
export type DrawnTraces = readonly DrawnTrace[];

/** The values of a trace along x or y; counted from x0 in steps of dx if it lists none. */
export function valuesOf(json: Json, letter: "x" | "y", length: number): ArrayLike<unknown> {
  const list = listAt(json, letter);
  if (list !== undefined) return list;
  const from = numberAt(json, `${letter}0`, 0), step = numberAt(json, `d${letter}`, 1);
  return Array.from({ length }, (_, i) => from + i * step);
}

/** How many points a trace has. */
export function pointCount(json: Json): number {
  const x = listAt(json, "x"), y = listAt(json, "y");
  return x === undefined
    ? y?.length ?? 0
    : y === undefined
    ? x.length
    : Math.min(x.length, y.length);
}

/** The points of a trace as even positions along its axes; NaN where a value is missing. */
export function positions({ json, x, y }: DrawnTrace): [x: number, y: number][] {
  const n = pointCount(json);
  const xs = valuesOf(json, "x", n), ys = valuesOf(json, "y", n);
  return Array.from({ length: n }, (_, i) => [linear(x, xs[i]), linear(y, ys[i])]);
}

/** A table of numbers, and the pixels at which its columns and rows lie. */
export interface PlacedTable {
  readonly z: Table;
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

/** The edges of the cells of a table along an axis, as even positions. */
export function cellEdges(json: Json, axis: Axis, count: number): number[] {
  const given = Array.from(valuesOf(json, axis.letter, count), (value) => linear(axis, value));
  if (given.length > count) return given.slice(0, count + 1);
  if (given.length < 2) {
    const step = numberAt(json, `d${axis.letter}`, 1), at = given[0] ?? 0;
    return Array.from({ length: count + 1 }, (_, i) => at + (i - 0.5) * step);
  }
  const edges = given.slice(1).map((value, i) => (value + given[i]!) / 2);
  const last = given.length - 1;
  edges.unshift(2 * given[0]! - edges[0]!);
  edges.push(2 * given[last]! - edges.at(-1)!);
  return edges;
}

/** The centres of the cells of a table along an axis, as even positions. */
export function cellCenters(json: Json, axis: Axis, count: number): number[] {
  const given = Array.from(valuesOf(json, axis.letter, count), (value) => linear(axis, value));
  if (given.length === count + 1) return given.slice(1).map((v, i) => (v + given[i]!) / 2);
  return given.slice(0, count);
}

/** The size of the table of a trace. */
export function tableSize(json: Json): { rows: number; columns: number } {
  const z = listAt(json, "z");
  const widths = Array.from(z ?? [], (row) => isList(row) ? row.length : 0);
  return { rows: widths.length, columns: Math.max(0, ...widths) };
}

/** All numbers of the table of a trace. */
export function* tableNumbers(json: Json): Generator<number> {
  for (const row of Array.from(listAt(json, "z") ?? [])) {
    if (isList(row)) yield* numbersOf(row);
  }
}

/** Whether a word is in the mode of a scatter trace, which depends on its length if not given. */
export function hasMode(json: Json, word: "lines" | "markers" | "text"): boolean {
  const mode = typeof json.mode === "string"
    ? json.mode
    : pointCount(json) < 20
    ? "lines+markers"
    : "lines";
  return mode.split("+").includes(word);
}
