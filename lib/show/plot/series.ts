import { wrongType } from "../../core/errors.ts";
import { checkedBy, number, oneOf, required, text } from "../../core/option_kinds.ts";
import type { Schema } from "../../core/options.ts";
import { type Json, mergeJson, traceColor } from "../../plotly_svg/mod.ts";
import type { Trace } from "../figure_data.ts";
import { type ColorScale, plotlyJson, texts } from "./plot_options.ts";
import {
  checkLength,
  checkNumbers,
  count,
  evenly,
  isSorted,
  mostPoints,
  type Numbers,
  numbers,
  peaks,
  rounded,
} from "./numbers.ts";
import { checkSeries } from "./series_list.ts";
import { colorBar } from "./layout.ts";

/** How a line is broken. */
export type Dash = "solid" | "dot" | "dash" | "longdash" | "dashdot";

/** How the points of a series are drawn. */
export type SeriesMode =
  | "lines"
  | "markers"
  | "text"
  | "lines+markers"
  | "lines+text"
  | "markers+text"
  | "lines+markers+text";

/** Points that belong together. */
export interface Series {
  /** Where the points are across: numbers or names; 0, 1, 2 … by default. */
  readonly x?: Numbers | readonly string[];
  /** How high the points are. What is not finite leaves a gap. */
  readonly y: Numbers;
  /** The name in the legend. */
  readonly name?: string;
  /** A CSS colour; for points also one each, or numbers that a colour scale shows. */
  readonly color?: string | Numbers | readonly string[];
  /** How the line is broken; "solid" by default. */
  readonly dash?: Dash;
  /** Width of the line in pixels; 2 by default. */
  readonly width?: number;
  /** Diameter of the points in pixels, for all or for each; 7 by default. */
  readonly size?: number | Numbers;
  /** Shape of the points: "circle" (the default), "square", "diamond", "x", "cross", "star" … */
  readonly symbol?: string;
  /** Whether lines, points or texts are drawn, or several of these. */
  readonly mode?: SeriesMode;
  /** A text for each point: drawn in the text modes, else seen under the pointer. */
  readonly text?: readonly string[];
  /** What is filled: down to zero, to the series before, or the shape itself. */
  readonly fill?: "tozeroy" | "tonexty" | "toself";
  /** More of Plotly's JSON for the trace, merged last. */
  readonly plotly?: Readonly<Record<string, unknown>>;
}

/** A series, or its numbers alone. */
export type SeriesLike = Numbers | Series;

const isStrings = (list: unknown): list is readonly string[] =>
  Array.isArray(list) && typeof list[0] === "string";

const numbersOrTexts = checkedBy((value: unknown, where): Numbers | readonly string[] =>
  isStrings(value) ? value : checkNumbers(value, where)
);

const seriesSchema = {
  x: numbersOrTexts,
  y: required(numbers),
  name: text(),
  color: checkedBy((value: unknown, where): string | Numbers | readonly string[] =>
    typeof value === "string" ? value : numbersOrTexts.read(value, where)
  ),
  dash: oneOf<Dash>(["solid", "dot", "dash", "longdash", "dashdot"]),
  width: number({ least: 0 }),
  size: checkedBy((value: unknown, where): number | Numbers =>
    typeof value === "number" ? value : checkNumbers(value, where)
  ),
  symbol: text(),
  mode: oneOf<SeriesMode>([
    "lines",
    "markers",
    "text",
    "lines+markers",
    "lines+text",
    "markers+text",
    "lines+markers+text",
  ]),
  text: texts,
  fill: oneOf(["tozeroy", "tonexty", "toself"]),
  plotly: plotlyJson,
} satisfies Schema<Series>;

/** How series are drawn where they do not say. */
export interface SeriesStyle {
  readonly mode: SeriesMode;
  readonly xLog: boolean;
  readonly yLog: boolean;
  /** The colours of points whose colours are numbers. */
  readonly colorScale: ColorScale;
  /** What those numbers are. */
  readonly colorLabel?: string;
}

/** Checks that all lists of a series are as long as y is. */
function checkLengths({ x, y, text, color, size }: Series, where: string): void {
  if (x !== undefined) checkLength(y, x.length, "x", `${where}: y`);
  for (const [name, list] of Object.entries({ text, color, size })) {
    if (typeof list === "object") checkLength(list, y.length, "y", `${where}: ${name}`);
  }
}

const pick = <T>(list: ArrayLike<T>, chosen: readonly number[]): T[] => chosen.map((i) => list[i]!);

/** What a logarithmic axis can show of numbers. */
const positive = (values: (number | null)[], log: boolean) =>
  log ? values.map((value) => value !== null && value > 0 ? value : null) : values;

/** The traces of checked series, and notes on points that are not drawn. */
export function seriesTraces(
  given: SeriesLike | readonly SeriesLike[],
  where: string,
  style: SeriesStyle,
): { readonly traces: Trace[]; readonly notes: string[] } {
  const list = checkSeries(given, where, "y", seriesSchema);
  for (const { series, where } of list) checkLengths(series, where);
  let points = 0, drawn = 0;
  const traces = list.map(({ series, where }, i) => {
    const chosen = choose(series, style);
    points += series.y.length;
    drawn += chosen.length;
    return trace(series, chosen, traceColor(i), style, where);
  });
  return {
    traces,
    notes: [
      ...drawn < points ? [`${count(points)} points, ${count(drawn)} drawn`] : [],
      ...missing(list.map(({ series }) => series), traces, style),
    ],
  };
}

/** What of series cannot be seen: numbers that a logarithmic axis has no place for, or all of it. */
function missing(list: readonly Series[], traces: readonly Trace[], { xLog, yLog }: SeriesStyle) {
  const notes: string[] = [];
  let off = 0;
  list.forEach(({ x, y, name }, i) => {
    const points = pointsOf(traces[i]!);
    if (!points.some(Boolean)) {
      const called = name ?? (list.length === 1 ? "y" : `series[${i}]`);
      notes.push(`${called}: no number that can be drawn`);
      return;
    }
    if (!xLog && !yLog) return;
    const across = x === undefined || isStrings(x) ? undefined : x;
    for (let k = 0; k < y.length; k++) {
      if ((yLog && y[k]! <= 0) || (xLog && across !== undefined && across[k]! <= 0)) off++;
    }
  });
  if (off > 0) notes.push(`${count(off)} at or below 0, not on a logarithmic axis`);
  return notes;
}

/** For each point of a trace whether it has a place. */
function pointsOf({ x, y }: Json): boolean[] {
  const across = x as readonly unknown[] | undefined;
  return (y as readonly unknown[]).map((value, i) =>
    value !== null && (across === undefined || across[i] !== null)
  );
}

/** The points that are drawn: all, or as many as can be seen. */
function choose({ x, y, mode }: Series, style: SeriesStyle): number[] {
  const isLine = (mode ?? style.mode).includes("lines");
  const sorted = x === undefined || isStrings(x) || isSorted(x);
  return y.length > mostPoints && isLine && sorted ? peaks(y) : evenly(y.length, mostPoints);
}

function trace(
  series: Series,
  chosen: readonly number[],
  ownColor: string,
  style: SeriesStyle,
  where: string,
): Trace {
  const { x, y, name, color = ownColor, dash, width = 2, size = 7, symbol, text, fill } = series;
  const { mode = style.mode, plotly = {} } = series;
  const marks = mode.includes("markers");
  if (typeof color !== "string" && !marks) {
    throw wrongType(
      `${where}: color`,
      "one CSS colour for a line",
      `${color.length} colours; use plot.scatter or mode: "lines+markers"`,
    );
  }
  const plain = typeof color === "string" ? color : ownColor;
  const xs = x === undefined
    ? (chosen.length < y.length ? [...chosen] : undefined)
    : isStrings(x)
    ? pick(x, chosen)
    : positive(rounded(pick(x, chosen)), style.xLog);
  const ys = positive(rounded(pick(y, chosen)), style.yLog);
  // A point without neighbours is no line, and would not be seen.
  const places = pointsOf({ x: xs, y: ys });
  const alone = places.map((place, i) => place && !places[i - 1] && !places[i + 1]);
  const dots = mode === "lines" && alone.some(Boolean);
  const marker = marks
    ? {
      ...colors(color, chosen, style),
      size: typeof size === "number" ? size : rounded(pick(size, chosen), 3),
      symbol,
    }
    : undefined;
  const dot = {
    color: plain,
    size: alone.map((is) => is ? Math.max(5, 2 * width) : 0),
    opacity: 1,
    line: { width: 0 },
  };
  return mergeJson({
    type: "scatter",
    mode: dots ? "lines+markers" : mode,
    x: xs,
    y: ys,
    name,
    line: mode.includes("lines") || fill !== undefined ? { color: plain, width, dash } : undefined,
    marker: dots ? dot : marker,
    text: text && pick(text, chosen),
    textposition: mode.includes("text") ? "top center" : undefined,
    fill,
  }, plotly) as Trace;
}

/** The colours of points: one for all, one each, or numbers on a scale. */
function colors(
  color: string | Numbers | readonly string[],
  chosen: readonly number[],
  { colorScale, colorLabel }: SeriesStyle,
): Json {
  if (typeof color === "string") return { color };
  if (isStrings(color)) return { color: pick(color, chosen) };
  return {
    color: rounded(pick(color, chosen)),
    colorscale: colorScale,
    showscale: true,
    colorbar: colorBar(colorLabel),
  };
}
