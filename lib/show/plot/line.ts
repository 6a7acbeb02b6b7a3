import { Figure } from "../figure.ts";
import { cartesianLayout, cartesianNames, type CartesianOptions, checkOptions } from "./options.ts";
import { type Series, type SeriesLike, type SeriesMode, seriesTraces } from "./series.ts";

/** Settings of {@linkcode line}. */
export type LineOptions = CartesianOptions;

/** Settings of {@linkcode scatter}. */
export interface ScatterOptions extends CartesianOptions {
  /** The colour scale of points whose colours are numbers: a name such as "Viridis". */
  readonly colorScale?: string | readonly (readonly [number, string])[];
  /** What those numbers are. */
  readonly colorLabel?: string;
}

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
export function line(
  series: SeriesLike | readonly SeriesLike[],
  options: LineOptions = {},
): Figure {
  return points("plot.line", "lines", series, options, cartesianNames);
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
  options: ScatterOptions = {},
): Figure {
  const known = [...cartesianNames, "colorScale", "colorLabel"];
  return points("plot.scatter", "markers", series, options, known);
}

function points(
  where: string,
  mode: SeriesMode,
  series: SeriesLike | readonly SeriesLike[],
  options: ScatterOptions,
  known: readonly string[],
): Figure {
  checkOptions(where, options, known);
  const { xLog = false, yLog = false, colorScale = "Viridis", colorLabel } = options;
  const { traces, notes } = seriesTraces(series, where, {
    mode,
    xLog,
    yLog,
    colorScale,
    colorLabel,
  });
  const names = traces.map(({ name }) => name as Series["name"]);
  const scaled = traces.some(({ marker }) => (marker as { showscale?: boolean })?.showscale);
  const layout = cartesianLayout(where, options, {
    names,
    notes,
    values: {
      x: traces.map(({ x }) => x as ArrayLike<unknown>),
      y: traces.map(({ y }) => y as ArrayLike<unknown>),
    },
    margin: scaled ? { r: 90 } : {},
  });
  return new Figure({ data: traces, layout });
}
