import { checkPositive } from "../../train/options.ts";
import { Figure } from "../figure.ts";
import type { Trace } from "../figure_data.ts";
import {
  type Landscape,
  landscapeNames,
  type LandscapeOptions,
  readLandscape,
  readPaths,
  type Walk,
} from "./landscape.ts";
import { rounded, roundedRows } from "./numbers.ts";
import { baseLayout, cartesianLayout, checkOptions } from "./options.ts";
import { colorBar } from "./series.ts";

/** Settings of {@linkcode contour}. */
export interface ContourOptions extends LandscapeOptions {
  /** The number of levels, nearly, as they lie at round numbers; 20 by default, at most 200. */
  readonly levels?: number;
  /** Whether a unit is as long on both axes. */
  readonly equal?: boolean;
}

/** Settings of {@linkcode surface}. */
export type SurfaceOptions = LandscapeOptions;

/** Colours of paths: seen on the scale and on white. */
const pathColors = ["#ff3b30", "#ff9f0a", "#ff7ad9", "#00d5ff"];

/**
 * A landscape from above, in lines of equal height: a loss over two weights, say, with the paths that
 * descents took.
 *
 * ```ts
 * import { plot } from "@striate/striate";
 * const path: [number, number][] = [[2, 2]];
 * for (let i = 0; i < 20; i++) {
 *   const [x, y] = path[i]!;
 *   path.push([x - 0.1 * 2 * x, y - 0.1 * 6 * y]); // down the gradient
 * }
 * const figure = plot.contour(
 *   { f: (x, y) => x ** 2 + 3 * y ** 2, x: [-3, 3], y: [-3, 3] },
 *   { path, xLabel: "w₁", yLabel: "w₂" },
 * );
 * console.log(`${figure}`); // Figure: contour, scatter
 * ```
 *
 * @throws {TypeError} if the parts of the landscape do not fit, or something is no number.
 * @throws {RangeError} if no height can be shown, or for an unknown option.
 */
export function contour(landscape: Landscape, options: ContourOptions = {}): Figure {
  const where = "plot.contour";
  checkOptions(where, options, [...landscapeNames, "levels", "equal"]);
  const { levels = 20, colorScale = "Viridis", equal = false } = options;
  if (checkPositive(levels, `${where}: levels`) > 200) {
    throw new RangeError(`${where}: levels: expected at most 200, found ${levels}`);
  }
  const { x, y, z, range: [low, high], label } = readLandscape(landscape, options, where);
  const size = roundStep((high - low || 1) / levels);
  const digits = (value: number) => Number(value.toPrecision(6));
  const walks = readPaths(options.path, where);
  const data: Trace[] = [{
    type: "contour",
    x: rounded(x),
    y: rounded(y),
    z: roundedRows(z),
    colorscale: colorScale,
    contours: {
      start: digits(Math.ceil(low / size) * size),
      end: digits(Math.floor(high / size) * size),
      size: digits(size),
      coloring: "fill",
    },
    line: { width: 0.5, color: "rgba(255,255,255,0.5)" },
    showscale: options.colorBar ?? true,
    colorbar: colorBar(label),
    ...walks.length > 0 ? { showlegend: false } : {},
  }, ...walks.map(walkTrace)];
  const named = walks.some(({ name }) => name !== undefined);
  const square = equal ? { width: 540, height: 460 } : {};
  const layout = cartesianLayout(where, { ...square, ...axesOf(options) }, {
    // The paths may lead out of the landscape, which is what is looked at.
    xaxis: { range: [x[0], x.at(-1)], ...equal ? { constrain: "domain" } : {} },
    yaxis: {
      range: [y[0], y.at(-1)],
      ...equal ? { scaleanchor: "x", constrain: "domain" } : {},
    },
    margin: { r: options.colorBar === false ? 24 : 90, ...named ? { b: 86 } : {} },
    layout: named
      ? {
        showlegend: true,
        legend: { orientation: "h", x: 0.5, xanchor: "center", y: -0.17, yanchor: "top" },
      }
      : {},
  });
  return new Figure({ data, layout });
}

/** The next round number: 1, 2 or 5 with zeros. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * [1, 2, 5, 10].find((digit) => digit * power >= 0.999 * step)!;
}

const axesOf = ({ title, xLabel, yLabel, width, height, layout }: LandscapeOptions) => ({
  ...title === undefined ? {} : { title },
  ...xLabel === undefined ? {} : { xLabel },
  ...yLabel === undefined ? {} : { yLabel },
  ...width === undefined ? {} : { width },
  ...height === undefined ? {} : { height },
  ...layout === undefined ? {} : { layout },
});

function walkTrace({ name, color, x, y }: Walk, i: number): Trace {
  const own = color ?? pathColors[i % pathColors.length]!;
  const last = x.length - 1;
  return {
    type: "scatter",
    mode: "lines+markers",
    x: rounded(x),
    y: rounded(y),
    ...name === undefined ? { showlegend: false } : { name },
    line: { color: own, width: 2 },
    marker: {
      color: own,
      // The beginning and the end are seen even where the steps lie close together.
      size: x.map((_, k) => k === 0 || k === last ? 9 : x.length > 200 ? 3 : 5),
      line: { color: "#333333", width: 0.5 },
    },
  };
}

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
export function surface(landscape: Landscape, options: SurfaceOptions = {}): Figure {
  const where = "plot.surface";
  checkOptions(where, options, landscapeNames);
  const { colorScale = "Viridis", xLabel = "x", yLabel = "y" } = options;
  const terrain = readLandscape(landscape, options, where);
  const { x, y, z, range: [low, high], label } = terrain;
  // A path on the surface itself would drown in it.
  const lift = 0.015 * (high - low);
  const walks = readPaths(options.path, where);
  const data: Trace[] = [
    {
      type: "surface",
      x: rounded(x),
      y: rounded(y),
      z: roundedRows(z),
      colorscale: colorScale,
      showscale: options.colorBar ?? true,
      colorbar: { ...colorBar(label), len: 0.7 },
    },
    ...walks.map((walk, i): Trace => {
      const own = walk.color ?? pathColors[i % pathColors.length]!;
      return {
        type: "scatter3d",
        mode: "lines+markers",
        x: rounded(walk.x),
        y: rounded(walk.y),
        z: rounded(walk.x.map((px, k) => terrain.height(px, walk.y[k]!) + lift)),
        ...walk.name === undefined ? { showlegend: false } : { name: walk.name },
        line: { color: own, width: 5 },
        marker: { color: own, size: 3 },
      };
    }),
  ];
  const named = walks.some(({ name }) => name !== undefined);
  const side = (text: string) => ({ title: { text }, gridcolor: "#d5dae2" });
  return new Figure({
    data,
    layout: baseLayout({ height: 480, ...options }, {
      scene: {
        xaxis: side(xLabel),
        yaxis: side(yLabel),
        zaxis: side(label ?? "z"),
        aspectmode: "cube",
        camera: { eye: { x: 1.6, y: -1.7, z: 1.1 }, center: { x: 0, y: 0, z: -0.12 } },
      },
      showlegend: named,
      ...named ? { legend: { x: 0, y: 1 } } : {},
    }, { l: 10, r: options.colorBar === false ? 10 : 80, b: 10 }),
  });
}
