/**
 * The axes of a figure: which there are, of which kind, and from where to where they go.
 *
 * @module
 */
import { isList, type Json, jsonAt, listAt, pairAt, textAt } from "../json.ts";
import { autoRange } from "./auto_range.ts";
import { type Axes, type Axis, lengthOf, linear, settingOf } from "./axis.ts";
import { type DrawnTraces, pointCount, valuesOf } from "../traces/trace.ts";

/** Where the layout keeps an axis: "xaxis2" for "x2". */
const layoutKey = (id: string): string => `${id[0]}axis${id.slice(1)}`;

/** The traces of a figure that lie on two axes. */
export const flatTypes = new Set(["scatter", "scattergl", "bar", "heatmap", "contour", "image"]);

/** Whether a value reads as a number. */
const isNumeric = (value: unknown) =>
  typeof value === "number" || (typeof value === "string" && value.trim() !== "" &&
    Number.isFinite(Number(value)));

/** The axes of a figure by name, without their ranges. */
export function findAxes(layout: Json, data: readonly Json[]): Map<string, Axis> {
  const flat = data.filter((json) => flatTypes.has(String(json.type)));
  const ids = new Set<string>();
  for (const json of flat) {
    ids.add(textAt(json, "xaxis", "x"));
    ids.add(textAt(json, "yaxis", "y"));
  }
  // Axes with no trace still hold images, shapes and notes.
  if (data.length === flat.length) {
    for (const key of Object.keys(layout)) {
      const [, letter, number] = /^([xy])axis(\d*)$/.exec(key) ?? [];
      if (letter !== undefined) ids.add(letter + number);
    }
    if (data.length === 0) ids.add("x").add("y");
  }
  return new Map(Array.from(ids, (id) => [id, axisOf(id, layout, flat)]));
}

function axisOf(id: string, layout: Json, data: readonly Json[]): Axis {
  const own = jsonAt(layout, layoutKey(id));
  const letter = id[0] as "x" | "y";
  const traces = data.filter((json) => textAt(json, `${letter}axis`, letter) === id);
  const lists = traces.map((json) => json.type === "image" ? undefined : listAt(json, letter));
  const values = lists.flatMap((list) => list === undefined ? [] : Array.from(list));
  const known = values.filter((value) => value !== null && value !== undefined);
  const named = own.type === "category" ||
    own.type === undefined && known.length > 0 &&
      known.filter(isNumeric).length < known.length / 2;
  const type = named ? "category" : own.type === "log" ? "log" : "linear";
  const hasImage = traces.some(({ type }) => type === "image");
  // Cells hide the grid, so that ticks have marks of their own.
  const hasCells = hasImage || traces.some(({ type }) => type === "heatmap" || type === "contour");
  return {
    id,
    letter,
    layout: own,
    // Axes of images go down from the top, and a pixel is a square.
    usual: {
      ...hasCells ? { ticks: "outside" } : {},
      ...hasImage ? { constrain: "domain" } : {},
      ...hasImage && letter === "y"
        ? { autorange: "reversed", scaleanchor: textAt(traces[0], "xaxis", "x") }
        : {},
    },
    type,
    categories: named ? categoriesOf(own, traces, letter) : [],
    domain: pairAt(own, "domain") ?? [0, 1],
    range: [0, 1],
    pixels: [0, 1],
  };
}

/** The names on a category axis, in the order in which they come. */
function categoriesOf(own: Json, traces: readonly Json[], letter: "x" | "y"): string[] {
  const names = new Set<string>();
  for (const name of Array.from(listAt(own, "categoryarray") ?? [])) names.add(String(name));
  for (const json of traces) {
    const n = json.type === "heatmap" || json.type === "contour" ? 0 : pointCount(json);
    for (const value of Array.from(valuesOf(json, letter, n))) {
      if (value !== null && value !== undefined) names.add(String(value));
    }
  }
  return [...names];
}

/** Sets the range of every axis: the one it has in the layout, or one that holds its traces. */
export function setRanges(axes: Axes, traces: DrawnTraces, layout: Json): void {
  for (const axis of axes.values()) {
    const own = axis.layout;
    const given = listAt(own, "range");
    const [from, to] = isList(given) ? [given[0], given[1]] : [undefined, undefined];
    const auto = autoRange(axis, traces.filter((trace) => trace[axis.letter] === axis), layout);
    const ends = [from, to].map((end) =>
      typeof end === "string" && axis.type === "category" ? linear(axis, end) : end
    );
    const autorange = settingOf(axis, "autorange");
    const [low, high] = autorange === "reversed" ? [auto[1], auto[0]] : auto;
    const pick = (end: unknown, otherwise: number) =>
      typeof end === "number" && Number.isFinite(end) ? end : otherwise;
    const range: [number, number] = autorange === true || given === undefined
      ? [low, high]
      : [pick(ends[0], low), pick(ends[1], high)];
    axis.range = range[0] === range[1] ? [range[0] - 1, range[1] + 1] : range;
  }
  for (const axis of axes.values()) {
    const { matches } = axis.layout;
    const other = typeof matches === "string" ? axes.get(matches) : undefined;
    if (other !== undefined) axis.range = other.range;
  }
}

/** Gives axes that are tied by `scaleanchor` the same length for a unit. */
export function tieScales(axes: Axes): void {
  for (const axis of axes.values()) {
    const other = axes.get(String(settingOf(axis, "scaleanchor")));
    if (other === undefined || other === axis) continue;
    const ratio = typeof axis.layout.scaleratio === "number" ? axis.layout.scaleratio : 1;
    const unit = (a: Axis) => lengthOf(a) / Math.abs(a.range[1] - a.range[0]);
    const [own, wanted] = [unit(axis), unit(other) * ratio];
    if (own > wanted) shrink(axis, wanted / own);
    else if (own < wanted) shrink(other, own / wanted);
  }
}

/** Makes a unit shorter by a factor: with a shorter axis, or with a longer range. */
function shrink(axis: Axis, factor: number): void {
  if (factor > 1 - 1e-9) return;
  const stretch = ([a, b]: readonly [number, number], by: number, at = 0.5): [number, number] => {
    const middle = a + (b - a) * at;
    return [middle + (a - middle) * by, middle + (b - middle) * by];
  };
  if (settingOf(axis, "constrain") === "domain") {
    const toward = textAt(axis.layout, "constraintoward", "");
    const at = { left: 0, bottom: 0, right: 1, top: 1 }[toward] ?? 0.5;
    axis.pixels = stretch(axis.pixels, factor, at);
    axis.domain = stretch(axis.domain, factor, at);
  } else axis.range = stretch(axis.range, 1 / factor);
}
