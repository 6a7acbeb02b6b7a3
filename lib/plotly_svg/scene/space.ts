import { type Axis, linear, plainAxis } from "../axes/axis.ts";
import {
  extentOf,
  isList,
  type Json,
  jsonAt,
  listAt,
  matrixOf,
  numbersOf,
  pairAt,
  textAt,
} from "../json.ts";
import { tableSize, valuesOf } from "../traces/trace.ts";
import type { Vector } from "./camera.ts";

/** The three axes of a scene, and the box that they span around the origin. */
export interface Space {
  readonly axes: readonly [Axis, Axis, Axis];
  /** The lengths of the box. */
  readonly size: Vector;
  /** The place of values within the box. */
  place(x: unknown, y: unknown, z: unknown): Vector;
}

/** Something drawn, and how far from the eye it is. */
export interface Piece {
  readonly depth: number;
  readonly svg: string;
}

/** The space that a scene spans for its traces. */
export function spaceOf(scene: Json, traces: readonly Json[]): Space {
  const axis = (letter: "x" | "y" | "z") => axisOf(scene, letter, traces);
  const axes = [axis("x"), axis("y"), axis("z")] as const;
  const size = sizeOf(scene, axes.map(({ range }) => Math.abs(range[1] - range[0])));
  const along = (i: 0 | 1 | 2, value: unknown) => {
    const { range } = axes[i];
    return ((linear(axes[i], value) - range[0]) / (range[1] - range[0]) - 0.5) * size[i];
  };
  return { axes, size, place: (x, y, z) => [along(0, x), along(1, y), along(2, z)] };
}

function axisOf(scene: Json, letter: "x" | "y" | "z", traces: readonly Json[]): Axis {
  const layout = jsonAt(scene, `${letter}axis`);
  const axis: Axis = {
    ...plainAxis,
    id: letter,
    letter: "x",
    layout,
    type: layout.type === "log" ? "log" : "linear",
    // So long that there are five ticks.
    pixels: [0, 320],
  };
  const values = traces.flatMap((json) =>
    json.type === "surface" ? surfaceAxis(json, letter) : numbersOf(listAt(json, letter) ?? [])
  );
  const [low, high] = extentOf(values.map((value) => linear(axis, value))) ?? [-1, 1];
  // Plotly leaves a thirty-second of the range free at each end.
  const space = low === high ? 1 : (high - low) / 32;
  axis.range = pairAt(layout, "range") ?? [low - space, high + space];
  return axis;
}

/** The lengths of the box: as the data have them, unless one is far longer than another. */
function sizeOf(scene: Json, spans: readonly number[]): Vector {
  const mode = textAt(scene, "aspectmode", isList(scene.aspectratio) ? "manual" : "auto");
  const ratio = jsonAt(scene, "aspectratio");
  if (mode === "manual" || scene.aspectmode === undefined && typeof ratio.x === "number") {
    return [Number(ratio.x ?? 1), Number(ratio.y ?? 1), Number(ratio.z ?? 1)];
  }
  const far = Math.max(...spans) / Math.min(...spans) > 4;
  if (mode === "cube" || mode === "auto" && far) return [1, 1, 1];
  const [x, y, z] = spans as [number, number, number], mean = Math.cbrt(x * y * z);
  return [x / mean, y / mean, z / mean];
}

/** The values of a surface along an axis, of which x and y may be tables as well. */
function surfaceAxis(json: Json, letter: "x" | "y" | "z"): number[] {
  if (letter === "z") return matrixOf(json.z).flat();
  const list = listAt(json, letter);
  if (list !== undefined && isList(list[0])) return matrixOf(list).flat();
  const { rows, columns } = tableSize(json);
  return numbersOf(valuesOf(json, letter, letter === "x" ? columns : rows));
}
