import { text } from "../../core/option_kinds.ts";
import { options, type Schema, type Values } from "../../core/options.ts";
import { Figure } from "../figure.ts";
import {
  type CartesianOptions,
  cartesianSchema,
  type ColorScale,
  colorScale,
} from "./plot_options.ts";
import { cartesianLayout } from "./layout.ts";
import { type SeriesLike, type SeriesMode, seriesTraces } from "./series.ts";

/** Settings of {@linkcode line}. */
export type LineOptions = CartesianOptions;

/** Settings of {@linkcode scatter}. */
export interface ScatterOptions extends CartesianOptions {
  /** The colour scale of points whose colours are numbers: a name such as "Viridis". */
  readonly colorScale?: ColorScale;
  /** What those numbers are. */
  readonly colorLabel?: string;
}

const scatterSchema = {
  ...cartesianSchema,
  colorScale: colorScale(),
  colorLabel: text(),
} satisfies Schema<ScatterOptions>;

/**
 * Lines through points: numbers, a series `{ x, y, name, color, dash … }`, or several.
 *
 * ```ts
 * import { plot } from "@striate/striate";
 * const x = Array.from({ length: 100 }, (_, i) => i / 10);
 * const figure = plot.line([
 *   { x, y: x.map(Math.sin), name: "sine" },
 *   { x, y: x.map(Math.cos), name: "cosine", dash: "dash" },
 * ], { title: "Two waves", xLabel: "x" });
 * console.log(`${figure}`); // Figure "Two waves": 2 scatter
 * ```
 *
 * Series of more than 5,000 points are thinned; the lowest and highest ones stay, and a note in the
 * figure says so. Numbers that are not finite leave a gap.
 *
 * @throws {TypeError} if lengths differ or something is no number.
 * @throws {RangeError} if there are no points, or for an unknown option.
 */
export function line(series: SeriesLike | readonly SeriesLike[], given: LineOptions = {}): Figure {
  const where = "plot.line";
  return points(where, "lines", series, options(where, given, cartesianSchema));
}

/**
 * Points: numbers, a series `{ x, y, name, color, size, symbol … }`, or several. Colours and sizes
 * may be given for each point; numbers as colours are shown on a colour scale.
 *
 * ```ts
 * import { plot } from "@striate/striate";
 * const figure = plot.scatter(
 *   { x: [1, 2, 3], y: [2, 4, 3], color: [0.1, 0.5, 0.9] },
 *   { colorLabel: "confidence" },
 * );
 * console.log(`${figure}`); // Figure: scatter
 * ```
 *
 * @throws {TypeError} if lengths differ or something is no number.
 * @throws {RangeError} if there are no points, or for an unknown option.
 */
export function scatter(
  series: SeriesLike | readonly SeriesLike[],
  given: ScatterOptions = {},
): Figure {
  const where = "plot.scatter";
  return points(where, "markers", series, options(where, given, scatterSchema));
}

function points(
  where: string,
  mode: SeriesMode,
  series: SeriesLike | readonly SeriesLike[],
  settings: Values<typeof cartesianSchema> & ScatterOptions,
): Figure {
  const style = { mode, colorScale: "Viridis", ...settings };
  const { traces, notes } = seriesTraces(series, where, style);
  const scaled = traces.some(({ marker }) => (marker as { showscale?: boolean })?.showscale);
  const layout = cartesianLayout(where, settings, {
    names: traces.map(({ name }) => name as string | undefined),
    notes,
    values: {
      x: traces.map(({ x, y }) => (x ?? [...(y as unknown[]).keys()]) as ArrayLike<unknown>),
      y: traces.map(({ y }) => y as ArrayLike<unknown>),
    },
    margin: scaled ? { r: 90 } : {},
  });
  return new Figure({ data: traces, layout });
}
