import { describeValue, outOfRange, wrongType } from "../../core/errors.ts";
import { callback, checkedBy, flag, integer, required, text } from "../../core/option_kinds.ts";
import { options, type Schema, type Values } from "../../core/options.ts";
import {
  type AxesOptions,
  axesSchema,
  type ColorScale,
  colorScale,
  range,
} from "./plot_options.ts";
import {
  checkLength,
  checkMatrix,
  evenly,
  extentOf,
  type Matrix,
  mostPoints,
  type Numbers,
  numbers,
  spread,
} from "./numbers.ts";

/** Heights over a plane: on the points of a grid, or as a function. */
export type Landscape = LandscapeGrid | LandscapeFunction;

/** Heights on the points of a grid. */
export interface LandscapeGrid {
  /** Where the columns are, rising. */
  readonly x: Numbers;
  /** Where the rows are, rising. */
  readonly y: Numbers;
  /** The heights, a row for each y. */
  readonly z: Matrix;
}

/** Heights as a function, and where it is looked at. */
export interface LandscapeFunction {
  /** The height at a point. */
  readonly f: (x: number, y: number) => number;
  /** From where to where x goes. */
  readonly x: readonly [number, number];
  /** From where to where y goes. */
  readonly y: readonly [number, number];
  /** Points on a side of the grid; 60 by default. */
  readonly resolution?: number;
}

/** Points on the way down. */
export type Path = readonly (readonly [number, number])[];

/** A path with a name in the legend. */
export interface NamedPath {
  /** The name. */
  readonly name?: string;
  /** The points. */
  readonly points: Path;
  /** A CSS colour. */
  readonly color?: string;
}

/** Settings of landscapes. */
export interface LandscapeOptions extends AxesOptions {
  /** Points on the way down, or several named paths. */
  readonly path?: Path | NamedPath | readonly (Path | NamedPath)[];
  /** What the heights are. */
  readonly zLabel?: string;
  /** Heights outside are cut off: what is far up says little about what is below. */
  readonly zRange?: readonly [number, number];
  /** Whether the logarithm to the base 10 is shown, for heights over many magnitudes. */
  readonly log?: boolean;
  /** The colours; "Viridis" by default. */
  readonly colorScale?: ColorScale;
  /** Whether there is a colour bar; `true` by default. */
  readonly colorBar?: boolean;
}

/** A path that was read. */
export interface Walk {
  readonly name?: string;
  readonly color: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** The schema of {@linkcode LandscapeOptions}, out of which paths come as a list. */
export const landscapeSchema = {
  ...axesSchema,
  path: checkedBy<readonly Walk[], readonly []>(readPaths, []),
  zLabel: text(),
  zRange: range,
  log: flag(false),
  colorScale: colorScale("Viridis"),
  colorBar: flag(true),
} satisfies Schema<Omit<LandscapeOptions, "path">> & { path: unknown };

/** A landscape that was read: heights as they are shown. */
export interface Terrain {
  readonly x: number[];
  readonly y: number[];
  readonly z: number[][];
  /** The least and the greatest height. */
  readonly range: readonly [number, number];
  /** What the heights are. */
  readonly label: string | undefined;
  /** The height at any point, as it is shown; NaN outside. */
  height(x: number, y: number): number;
}

/** Checks and reads a landscape. */
export function readLandscape(
  landscape: Landscape,
  { zRange: [low, high] = [-Infinity, Infinity], log, zLabel }: Values<typeof landscapeSchema>,
  where: string,
): Terrain {
  const { x, y, z, f } = gridOf(landscape, `${where}: landscape`);
  const shown = (height: number) => {
    const cut = Math.min(high, Math.max(low, height));
    return log ? (cut > 0 ? Math.log10(cut) : NaN) : cut;
  };
  const heights = z.map((row) => Array.from(row, shown));
  const range = extentOf(heights);
  if (range === undefined) {
    const what = log ? "positive finite heights for log" : "finite heights";
    throw outOfRange(where, what, "none");
  }
  const label = log ? `log<sub>10</sub>${zLabel === undefined ? "" : ` ${zLabel}`}` : zLabel;
  return {
    x,
    y,
    z: heights,
    range,
    label,
    height: f === undefined
      ? (px, py) => interpolate({ x, y, z: heights }, px, py)
      : (px, py) => shown(f(px, py)),
  };
}

const functionSchema = {
  f: required(callback<LandscapeFunction["f"]>()),
  x: required(range),
  y: required(range),
  resolution: integer({ least: 1, most: 1000 }, 60),
} satisfies Schema<LandscapeFunction>;

const gridSchema = {
  x: required(checkedBy(checkRising)),
  y: required(checkedBy(checkRising)),
  z: required(checkedBy(checkMatrix)),
} satisfies Schema<LandscapeGrid>;

function checkRising(given: unknown, where: string): Numbers {
  const values = numbers.read(given, where);
  const rises = Array.from(values).every((value, i) => i === 0 || value > values[i - 1]!);
  if (values.length > 1 && rises) return values;
  throw new RangeError(`${where}: expected at least two numbers that rise`);
}

function gridOf(
  landscape: Landscape,
  where: string,
): { x: number[]; y: number[]; z: Matrix; f?: LandscapeFunction["f"] } {
  if (typeof landscape !== "object" || landscape === null) {
    throw wrongType(where, "{ x, y, z } or { f, x, y }", describeValue(landscape));
  }
  if ("f" in landscape) return gridOfFunction(landscape, where);
  const { x, y, z } = options(where, landscape, gridSchema);
  checkLength(z, y.length, "y", `${where}: z`);
  checkLength(z[0]!, x.length, "x", `${where}: z[0]`);
  return { x: Array.from(x), y: Array.from(y), z };
}

function gridOfFunction(given: LandscapeFunction, where: string) {
  const { f, x: [left, right], y: [low, high], resolution } = options(where, given, functionSchema);
  const n = Math.max(2, resolution);
  const x = spread(left, right - left, n), y = spread(low, high - low, n);
  const z = y.map((py) => x.map((px) => f(px, py)));
  const bad: unknown = z.flat().find((height) => typeof height !== "number");
  if (bad === undefined) return { x, y, z, f };
  const hint = bad instanceof Promise ? "; compute the heights first and give { x, y, z }" : "";
  throw wrongType(`${where}: f`, "numbers", `${describeValue(bad)}${hint}`);
}

/** The place of a value between two of a rising list: the index of the lower, and how far on. */
function between(list: readonly number[], value: number): [number, number] | undefined {
  if (!(value >= list[0]! && value <= list.at(-1)!)) return undefined;
  let i = 0;
  while (i < list.length - 2 && value > list[i + 1]!) i++;
  return [i, (value - list[i]!) / (list[i + 1]! - list[i]!)];
}

function interpolate({ x, y, z }: Pick<Terrain, "x" | "y" | "z">, px: number, py: number): number {
  const across = between(x, px), up = between(y, py);
  if (across === undefined || up === undefined) return NaN;
  const [j, s] = across, [i, t] = up;
  const row = (i: number) => z[i]![j]! * (1 - s) + z[i]![j + 1]! * s;
  return row(i) * (1 - t) + row(i + 1) * t;
}

/** Colours of paths: seen on the scale and on white. */
const pathColors = ["#ff3b30", "#ff9f0a", "#ff7ad9", "#00d5ff"];

const isPoint = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((v) => typeof v === "number");

/** Checks and reads the paths: a list of points is one path, a list of anything else several. */
function readPaths(given: unknown, where: string): Walk[] {
  return !Array.isArray(given) || isPoint(given[0])
    ? [readPath(given, where, 0)]
    : given.map((one, i) => readPath(one, `${where}[${i}]`, i));
}

const pathSchema = {
  name: text(),
  points: required(checkedBy(checkPoints)),
  color: text(),
} satisfies Schema<NamedPath>;

function readPath(path: unknown, where: string, i: number): Walk {
  const bare = typeof path !== "object" || path === null || Array.isArray(path);
  const { points, color = pathColors[i % pathColors.length]!, ...name } = bare
    ? { points: checkPoints(path, where) } as NamedPath
    : options(where, path, pathSchema);
  const chosen = evenly(points.length, mostPoints).map((i) => points[i]!);
  return { ...name, color, x: chosen.map(([x]) => x), y: chosen.map(([, y]) => y) };
}

function checkPoints(points: unknown, where: string): Path {
  if (!Array.isArray(points) || points.length === 0) {
    throw wrongType(where, "points [x, y] or { name, points }", describeValue(points));
  }
  points.forEach((point, i) => {
    if (isPoint(point)) return;
    throw wrongType(`${where}[${i}]`, "a point [x, y]", describeValue(point));
  });
  return points;
}
