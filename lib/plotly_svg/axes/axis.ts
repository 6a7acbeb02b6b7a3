import type { Json } from "../json.ts";

/** An axis while a figure is drawn: a scale from the values of the data to pixels. */
export interface Axis {
  /** Plotly's name: "x", "y", "x2" … */
  readonly id: string;
  readonly letter: "x" | "y";
  /** What the layout says of it. */
  readonly layout: Json;
  /** What holds where the layout says nothing, by its traces. */
  readonly usual: Json;
  readonly type: "linear" | "log" | "category";
  /** The names along a category axis; each stands at its index. */
  readonly categories: readonly string[];
  /** Where within the plot it lies, 0..1 from the left or from below. */
  domain: readonly [number, number];
  /** The values at its start and its end; powers of ten on a logarithmic one. */
  range: readonly [number, number];
  /** The pixels at its start and its end. */
  pixels: readonly [number, number];
}

/** What holds for an axis of which nothing is said. */
export const plainAxis = {
  usual: {},
  type: "linear",
  categories: [],
  domain: [0, 1],
  range: [0, 1],
} as const;

/** The axes of a figure by name. */
export type Axes = ReadonlyMap<string, Axis>;

/** A setting of an axis: as the layout has it, or as is usual for its traces. */
export function settingOf({ layout, usual }: Axis, key: string): unknown {
  return layout[key] ?? usual[key];
}

/** A value as a number that grows evenly along the axis; NaN where it has no place. */
export function linear(axis: Axis, value: unknown): number {
  if (axis.type === "category") {
    const index = axis.categories.indexOf(String(value));
    return index >= 0 ? index : typeof value === "number" ? value : NaN;
  }
  const number = typeof value === "number"
    ? value
    : typeof value === "string" && value.trim() !== ""
    ? Number(value)
    : NaN;
  if (axis.type === "log") return number > 0 ? Math.log10(number) : NaN;
  return Number.isFinite(number) ? number : NaN;
}

/** The pixel of a number that grows evenly along the axis. */
export function pixelOf(axis: Axis, position: number): number {
  const [low, high] = axis.range, [start, end] = axis.pixels;
  return start + (position - low) / (high - low) * (end - start);
}

/** How long an axis is, in pixels. */
export function lengthOf(axis: Axis): number {
  return Math.abs(axis.pixels[1] - axis.pixels[0]);
}
