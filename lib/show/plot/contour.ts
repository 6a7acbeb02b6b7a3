import { flag, integer } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { Figure } from "../figure.ts";
import type { Trace } from "../figure_data.ts";
import {
  type Landscape,
  type LandscapeOptions,
  landscapeSchema,
  readLandscape,
  type Walk,
} from "./landscape.ts";
import { cartesianLayout, colorBar } from "./layout.ts";
import { rounded, roundedRows } from "./numbers.ts";

/** Settings of {@linkcode contour}. */
export interface ContourOptions extends LandscapeOptions {
  /** The number of levels, nearly, as they lie at round numbers; 20 by default, at most 200. */
  readonly levels?: number;
  /** Whether a unit is as long on both axes. */
  readonly equal?: boolean;
}

const contourSchema = {
  ...landscapeSchema,
  levels: integer({ least: 1, most: 200 }, 20),
  equal: flag(false),
} satisfies Schema<Omit<ContourOptions, "path">> & Pick<typeof landscapeSchema, "path">;

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
export function contour(landscape: Landscape, given: ContourOptions = {}): Figure {
  const where = "plot.contour";
  const settings = options(where, given, contourSchema);
  const { levels, path, ...look } = settings;
  const { x, y, z, range: [low, high], label } = readLandscape(landscape, settings, where);
  const size = roundStep((high - low || 1) / levels);
  const digits = (value: number) => Number(value.toPrecision(6));
  const data: Trace[] = [{
    type: "contour",
    x: rounded(x),
    y: rounded(y),
    z: roundedRows(z),
    colorscale: look.colorScale,
    contours: {
      start: digits(Math.ceil(low / size) * size),
      end: digits(Math.floor(high / size) * size),
      size: digits(size),
      coloring: "fill",
    },
    line: { width: 0.5, color: "rgba(255,255,255,0.5)" },
    showscale: look.colorBar,
    colorbar: colorBar(label),
    showlegend: path.length > 0 ? false : undefined,
  }, ...path.map(walkTrace)];
  const named = path.some(({ name }) => name !== undefined);
  const layout = cartesianLayout(where, look, {
    // The paths may lead out of the landscape, which is what is looked at.
    xaxis: { range: [x[0], x.at(-1)] },
    yaxis: { range: [y[0], y.at(-1)] },
    margin: { r: look.colorBar ? 90 : 24, ...named ? { b: 86 } : {} },
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

function walkTrace({ name, color, x, y }: Walk): Trace {
  const last = x.length - 1;
  return {
    type: "scatter",
    mode: "lines+markers",
    x: rounded(x),
    y: rounded(y),
    ...name === undefined ? { showlegend: false } : { name },
    line: { color, width: 2 },
    marker: {
      color,
      // The beginning and the end are seen even where the steps lie close together.
      size: x.map((_, k) => k === 0 || k === last ? 9 : x.length > 200 ? 3 : 5),
      line: { color: "#333333", width: 0.5 },
    },
  };
}
