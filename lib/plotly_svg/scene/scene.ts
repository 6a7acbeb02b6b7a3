import { drawBack, drawScales } from "./box.ts";
import { cameraOf } from "./camera.ts";
import type { Box } from "../svg/element.ts";
import { type Json, jsonAt, pairAt, textAt } from "../json.ts";
import { drawScatter3d } from "./scatter3d.ts";
import { spaceOf } from "./space.ts";
import { drawSurface } from "./surface.ts";
import type { Font } from "../svg/text.ts";

/** The kinds of traces that are drawn in space. */
export const solidTypes = new Set(["surface", "scatter3d"]);

/** Draws all scenes of a figure: in each the farthest first, and the nearest over it. */
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
