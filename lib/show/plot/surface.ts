import { options } from "../../core/options.ts";
import { Figure } from "../figure.ts";
import type { Trace } from "../figure_data.ts";
import {
  type Landscape,
  type LandscapeOptions,
  landscapeSchema,
  readLandscape,
} from "./landscape.ts";
import { baseLayout, colorBar } from "./layout.ts";
import { rounded, roundedRows } from "./numbers.ts";

/** Settings of {@linkcode surface}. */
export type SurfaceOptions = LandscapeOptions;

/**
 * A landscape in space, which can be turned: a loss over two weights, say, with the paths that
 * descents took.
 *
 * ```ts
 * import { plot } from "@striate/striate";
 * const figure = plot.surface(
 *   { f: (x, y) => x ** 2 - y ** 2, x: [-1, 1], y: [-1, 1], resolution: 30 },
 *   { title: "A saddle", path: [[0.9, 0.01], [0.5, 0.05], [0.1, 0.3], [0, 0.9]] },
 * );
 * console.log(`${figure}`); // Figure "A saddle": surface, scatter3d
 * ```
 *
 * @throws {TypeError} if the parts of the landscape do not fit, or something is no number.
 * @throws {RangeError} if no height can be shown, or for an unknown option.
 */
export function surface(landscape: Landscape, given: SurfaceOptions = {}): Figure {
  const where = "plot.surface";
  const settings = options(where, given, landscapeSchema);
  const { colorScale, xLabel = "x", yLabel = "y", path } = settings;
  const terrain = readLandscape(landscape, settings, where);
  const { x, y, z, range: [low, high], label } = terrain;
  // A path on the surface itself would drown in it.
  const lift = 0.015 * (high - low);
  const data: Trace[] = [
    {
      type: "surface",
      x: rounded(x),
      y: rounded(y),
      z: roundedRows(z),
      colorscale: colorScale,
      showscale: settings.colorBar,
      colorbar: { ...colorBar(label), len: 0.7 },
    },
    ...path.map(({ name, color, x, y }): Trace => ({
      type: "scatter3d",
      mode: "lines+markers",
      x: rounded(x),
      y: rounded(y),
      z: rounded(x.map((px, k) => terrain.height(px, y[k]!) + lift)),
      ...name === undefined ? { showlegend: false } : { name },
      line: { color, width: 5 },
      marker: { color, size: 3 },
    })),
  ];
  const named = path.some(({ name }) => name !== undefined);
  const side = (text: string) => ({ title: { text }, gridcolor: "#d5dae2" });
  return new Figure({
    data,
    layout: baseLayout({ height: 480, ...settings }, {
      scene: {
        xaxis: side(xLabel),
        yaxis: side(yLabel),
        zaxis: side(label ?? "z"),
        aspectmode: "cube",
        camera: { eye: { x: 1.6, y: -1.7, z: 1.1 }, center: { x: 0, y: 0, z: -0.12 } },
      },
      showlegend: named,
      ...named ? { legend: { x: 0, y: 1 } } : {},
    }, { l: 10, r: settings.colorBar ? 80 : 10, b: 10 }),
  });
}
