import { checkNames, checkPositive } from "../../train/options.ts";
import {
  checkLength,
  checkMatrix,
  checkNumbers,
  describe,
  evenly,
  extentOf,
  type Matrix,
  mostPoints,
  type Numbers,
  spread,
} from "./numbers.ts";
import { axesNames, type AxesOptions, checkRange } from "./options.ts";
import type { ColorScale } from "./heatmap.ts";

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

/** The names of {@linkcode LandscapeOptions}. */
export const landscapeNames = [
  ...axesNames,
  "path",
  "zLabel",
  "zRange",
  "log",
  "colorScale",
  "colorBar",
] as const;

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
  { zRange, log = false, zLabel }: LandscapeOptions,
  where: string,
): Terrain {
  const { x, y, z, f } = gridOf(landscape, where);
  const [low, high] = zRange === undefined
    ? [-Infinity, Infinity]
    : checkRange(zRange, `${where}: zRange`);
  const shown = (height: number) => {
    const cut = Math.min(high, Math.max(low, height));
    return log ? (cut > 0 ? Math.log10(cut) : NaN) : cut;
  };
  const heights = z.map((row) => Array.from(row, shown));
  const range = extentOf(heights);
  if (range === undefined) {
    const what = log ? "positive finite heights for log" : "finite heights";
    throw new RangeError(`${where}: expected ${what}, found none`);
  }
  const label = log ? `log<sub>10</sub>${zLabel === undefined ? "" : ` ${zLabel}`}` : zLabel;
  return {
    x,
    y,
    z: heights,
    range,
    label,
    height: f === undefined
      ? (px, py) => interpolate(x, y, heights, px, py)
      : (px, py) => shown(f(px, py)),
  };
}

function gridOf(
  landscape: Landscape,
  where: string,
): { x: number[]; y: number[]; z: Matrix; f?: LandscapeFunction["f"] } {
  if (typeof landscape !== "object" || landscape === null) {
    throw new TypeError(
      `${where}: landscape: expected { x, y, z } or { f, x, y }, found ${describe(landscape)}`,
    );
  }
  if ("f" in landscape) {
    checkNames(`${where}: landscape`, landscape, ["f", "x", "y", "resolution"]);
    const { f, resolution = 60 } = landscape;
    if (typeof f !== "function") {
      throw new TypeError(`${where}: landscape.f: expected a function, found ${describe(f)}`);
    }
    const n = Math.max(2, checkPositive(resolution, `${where}: landscape.resolution`));
    if (n > 1000) {
      throw new RangeError(`${where}: landscape.resolution: expected at most 1000, found ${n}`);
    }
    const [left, right] = checkRange(landscape.x, `${where}: landscape.x`);
    const [low, high] = checkRange(landscape.y, `${where}: landscape.y`);
    const x = spread(left, right - left, n), y = spread(low, high - low, n);
    const z = y.map((py) => x.map((px) => f(px, py)));
    const bad = z.flat().find((height) => typeof height !== "number");
    if (bad !== undefined) {
      const hint = describe(bad) === "a Promise"
        ? "; compute the heights first and give { x, y, z }"
        : "";
      throw new TypeError(`${where}: landscape.f: expected numbers, found ${describe(bad)}${hint}`);
    }
    return { x, y, z, f };
  }
  checkNames(`${where}: landscape`, landscape, ["x", "y", "z"]);
  const x = Array.from(checkNumbers(landscape.x, `${where}: landscape.x`));
  const y = Array.from(checkNumbers(landscape.y, `${where}: landscape.y`));
  const z = checkMatrix(landscape.z, `${where}: landscape.z`);
  for (const [name, values] of Object.entries({ x, y })) {
    const rises = values.length > 1 &&
      values.every((value, i) => i === 0 || value > values[i - 1]!);
    if (rises) continue;
    throw new RangeError(`${where}: landscape.${name}: expected at least two numbers that rise`);
  }
  checkLength(z, y.length, "y", `${where}: landscape.z`);
  checkLength(z[0]!, x.length, "x", `${where}: landscape.z[0]`);
  return { x, y, z };
}

/** The place of a value between two of a rising list: the index of the lower, and how far on. */
function between(list: readonly number[], value: number): [number, number] | undefined {
  if (!(value >= list[0]! && value <= list.at(-1)!)) return undefined;
  let i = 0;
  while (i < list.length - 2 && value > list[i + 1]!) i++;
  return [i, (value - list[i]!) / (list[i + 1]! - list[i]!)];
}

function interpolate(
  x: readonly number[],
  y: readonly number[],
  z: readonly (readonly number[])[],
  px: number,
  py: number,
): number {
  const across = between(x, px), up = between(y, py);
  if (across === undefined || up === undefined) return NaN;
  const [j, s] = across, [i, t] = up;
  const row = (i: number) => z[i]![j]! * (1 - s) + z[i]![j + 1]! * s;
  return row(i) * (1 - t) + row(i + 1) * t;
}

/** A path that was read. */
export interface Walk {
  readonly name: string | undefined;
  readonly color: string | undefined;
  readonly x: number[];
  readonly y: number[];
}

/** Checks and reads the paths. */
export function readPaths(given: LandscapeOptions["path"], where: string): Walk[] {
  if (given === undefined) return [];
  const isPoint = (value: unknown) =>
    Array.isArray(value) && value.length === 2 && value.every((v) => typeof v === "number");
  if (!Array.isArray(given)) return [readPath(given as NamedPath, `${where}: path`)];
  // A list of points is one path, a list of anything else several.
  if (given.length > 0 && isPoint(given[0])) return [readPath(given as Path, `${where}: path`)];
  return given.map((one, i) => readPath(one as Path | NamedPath, `${where}: path[${i}]`));
}

function readPath(path: Path | NamedPath, where: string): Walk {
  const bare = Array.isArray(path);
  if (!bare) {
    if (typeof path !== "object" || path === null) {
      throw new TypeError(
        `${where}: expected points [x, y] or { name, points }, found ${describe(path)}`,
      );
    }
    checkNames(where, path, ["name", "points", "color"]);
  }
  const { points, name, color } = bare ? { points: path as Path } as NamedPath : path as NamedPath;
  const at = bare ? where : `${where}.points`;
  if (!Array.isArray(points) || points.length === 0) {
    throw new TypeError(`${at}: expected points [x, y], found ${describe(points)}`);
  }
  points.forEach((point, i) => {
    const [x, y] = point ?? [];
    if (typeof x === "number" && typeof y === "number") return;
    throw new TypeError(`${at}[${i}]: expected a point [x, y], found ${JSON.stringify(point)}`);
  });
  const chosen = evenly(points.length, mostPoints).map((i) => points[i]!);
  return { name, color, x: chosen.map(([x]) => x), y: chosen.map(([, y]) => y) };
}
