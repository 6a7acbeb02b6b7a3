/**
 * Scenes in three dimensions: surfaces, lines and points, drawn from the farthest to the nearest.
 *
 * @module
 */
import { drawBack, drawScales } from "./box3d.ts";
import { cameraOf, type Vector } from "./camera.ts";
import type { Box } from "./element.ts";
import { extentOf, isList, type Json, jsonAt, listAt, numbersOf, pairAt, textAt } from "./json.ts";
import type { Axis } from "./scale.ts";
import { linear } from "./scale.ts";
import { drawScatter3d } from "./scatter3d.ts";
import { drawSurface, surfaceAxis } from "./surface.ts";
import type { Font } from "./text.ts";

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

/** The kinds of traces that are drawn in space. */
export const solidTypes = new Set(["surface", "scatter3d"]);

/** Draws all scenes of a figure. */
export function drawScenes(
  data: readonly Json[],
  layout: Json,
  plot: Box,
  font: Font,
  colors: readonly string[],
): string {
  const solid = data.map((json, i) => ({ json, color: colors[i % colors.length]! }))
    .filter(({ json }) => solidTypes.has(String(json.type)));
  const names = new Set(solid.map(({ json }) => textAt(json, "scene", "scene")));
  return [...names].map((name) => {
    const scene = jsonAt(layout, name);
    const own = solid.filter(({ json }) => textAt(json, "scene", "scene") === name);
    const [x0, x1] = pairAt(scene, "domain.x") ?? [0, 1];
    const [y0, y1] = pairAt(scene, "domain.y") ?? [0, 1];
    const box = {
      x: plot.x + x0 * plot.width,
      y: plot.y + (1 - y1) * plot.height,
      width: (x1 - x0) * plot.width,
      height: (y1 - y0) * plot.height,
    };
    const space = spaceOf(scene, own.map(({ json }) => json));
    const camera = cameraOf(scene, box);
    const pieces = own.flatMap(({ json, color }) =>
      json.type === "surface"
        ? drawSurface(json, space, camera)
        : drawScatter3d(json, color, space, camera)
    );
    pieces.sort((a, b) => b.depth - a.depth);
    return drawBack(space, camera) + pieces.map(({ svg }) => svg).join("") +
      drawScales(space, camera, font);
  }).join("");
}

function spaceOf(scene: Json, traces: readonly Json[]): Space {
  const axes = (["x", "y", "z"] as const).map((letter) =>
    axisOf(scene, letter, traces)
  ) as unknown as Space["axes"];
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
    id: letter,
    letter: letter === "x" ? "x" : "y",
    layout,
    type: layout.type === "log" ? "log" : "linear",
    categories: [],
    domain: [0, 1],
    range: [0, 1],
    pixels: [0, 300],
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
  const mean = Math.cbrt(spans[0]! * spans[1]! * spans[2]!);
  return spans.map((span) => span / mean) as unknown as Vector;
}
