/**
 * Reading Plotly's JSON, in which anything may be missing or of another type.
 *
 * @module
 */

/** An object of Plotly's JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** As much of a figure as a picture needs. */
export interface FigureJson {
  /** The traces. */
  readonly data: readonly Json[];
  /** Titles, axes, notes and the rest. */
  readonly layout?: Json;
  /** The steps of a figure that moves. */
  readonly frames?: readonly FrameJson[];
}

/** A step of a figure that moves: what changes in its traces and its layout. */
export interface FrameJson {
  /** What stands above this step. */
  readonly name: string;
  /** The traces of this step. */
  readonly data: readonly Json[];
  /** Which traces of the figure these are, by number; the first ones if left out. */
  readonly traces?: unknown;
  /** What changes in the layout. */
  readonly layout?: Json;
}

/** Whether a value is an object in braces. */
export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !isList(value);
}

/** Whether a value is a list: an array or an array of numbers. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** What stands at a path such as "line.color"; undefined if nothing does. */
function dig(value: unknown, path: string): unknown {
  for (const key of path.split(".")) {
    if (!isJson(value)) return undefined;
    value = value[key];
  }
  return value;
}

/** The object at a path; an empty one if there is none. */
export function jsonAt(value: unknown, path: string): Json {
  const found = dig(value, path);
  return isJson(found) ? found : {};
}

/** The finite number at a path, or another. */
export function numberAt(value: unknown, path: string, otherwise: number): number {
  const found = dig(value, path);
  return typeof found === "number" && Number.isFinite(found) ? found : otherwise;
}

/** The text at a path, or another. */
export function textAt(value: unknown, path: string, otherwise: string): string {
  const found = dig(value, path);
  return typeof found === "string" ? found : otherwise;
}

/** How opaque something is, where it says so. */
export function opacityOf({ opacity }: Json): number | undefined {
  return typeof opacity === "number" ? opacity : undefined;
}

/** The list at a path; undefined if there is none. */
export function listAt(value: unknown, path: string): ArrayLike<unknown> | undefined {
  const found = dig(value, path);
  return isList(found) ? found : undefined;
}

/** The objects of the list at a path. */
export function jsonsAt(value: unknown, path: string): Json[] {
  return Array.from(listAt(value, path) ?? []).filter(isJson);
}

/** Two numbers at a path, such as a range; undefined if they are not there. */
export function pairAt(value: unknown, path: string): [number, number] | undefined {
  const found = listAt(value, path);
  const pair = [found?.[0], found?.[1]].map(Number);
  return found?.length === 2 && found[0] !== null && found[1] !== null &&
      pair.every(Number.isFinite)
    ? pair as [number, number]
    : undefined;
}

/** A title, which may be a text or an object with one. */
export function titleOf(value: Json): string {
  return typeof value.title === "string" ? value.title : textAt(value, "title.text", "");
}

/** The numbers of a list; NaN for what is none. */
export function numbersOf(list: ArrayLike<unknown>): number[] {
  return Array.from(list, (value) => typeof value === "number" ? value : NaN);
}

/** Numbers in rows. */
export type Table = readonly (readonly number[])[];

/** A table of numbers, row by row. */
export function matrixOf(value: unknown): number[][] {
  return isList(value) ? Array.from(value, (row) => isList(row) ? numbersOf(row) : []) : [];
}

/** The value for one point: an item of a list, or the value itself for all. */
export function each(value: unknown, i: number): unknown {
  return isList(value) ? value[i] : value;
}

/**
 * `extra` laid over `base`, object by object; lists are replaced, and what is undefined counts as not
 * there. A text for a title is short for an object with that text.
 */
export function mergeJson(base: Json, extra: Json): Json {
  const result: Record<string, unknown> = { ...base };
  for (const [key, given] of Object.entries(extra)) {
    if (given === undefined) continue;
    const old = result[key];
    const value = key === "title" && typeof given === "string" ? { text: given } : given;
    result[key] = isJson(old) && isJson(value) ? mergeJson(old, value) : value;
  }
  return result;
}

/** The smallest and the largest finite number; undefined if there is none. */
export function extentOf(values: Iterable<number>): [number, number] | undefined {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/**
 * A copy that JSON can write: typed arrays become lists, what is no number becomes null, and members
 * that are undefined are left out.
 */
export function plainJson(value: unknown): unknown {
  if (isList(value)) return Array.from(value, plainJson);
  if (isJson(value)) {
    const given = Object.entries(value).filter(([, part]) => part !== undefined);
    return Object.fromEntries(given.map(([key, part]) => [key, plainJson(part)]));
  }
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}
