import { outOfRange } from "../../core/errors.ts";
import { colorway, type Json, measureText, mergeJson, plainLines } from "../../plotly_svg/mod.ts";
import type { Layout } from "../figure_data.ts";
import type { CartesianOptions, FigureOptions } from "./plot_options.ts";
import { extentOf } from "./numbers.ts";

/** Widths of the margins around the axes, in pixels. */
export interface Margin {
  readonly l: number;
  readonly r: number;
  readonly t: number;
  readonly b: number;
}

/** Text, grid lines and the rest in greys that stand back behind the data. */
export const ink = "#2a3f5f", faint = "#6b7684";
const gridLine = "#e8ebf0", zeroLine = "#c5ccd6";

/** How wide a text of a font size (12 by default) is, in pixels, nearly. */
export function textWidth(text: string, size = 12): number {
  return Math.max(...plainLines(text).map(({ length }) => length)) * size * 0.56;
}

const titleSize = 16;

/** How wide a title is at most: fonts are a little wider in some viewers. */
const titleWidth = (title: string) => 1.08 * measureText(title, titleSize).width;

/** How wide a figure must be for its title; a very long title is broken into lines instead. */
export function widthForTitle(title: string | undefined): number {
  return title === undefined ? 0 : Math.min(640, titleWidth(title) + 32);
}

/** A title in lines, broken at its spaces where it would not fit into a figure; no line for none. */
export function fitTitle(
  title: string | undefined,
  width: number,
): { readonly text: string | undefined; readonly lines: number } {
  if (title === undefined) return { text: undefined, lines: 0 };
  const lines = title.split(/<br>/).flatMap((line) => {
    const fewest = broken(line, width - 24);
    if (fewest.length === 1) return fewest;
    // In as many lines, but none much shorter than the others.
    const parts = [0.6, 0.7, 0.8, 0.9].map((part) => broken(line, part * (width - 24)));
    return parts.find(({ length }) => length === fewest.length) ?? fewest;
  });
  return { text: lines.join("<br>"), lines: lines.length };
}

/** A line of a title in lines that are no wider than so many pixels, if its words are not. */
function broken(line: string, width: number): string[] {
  // A space within a tag is none between words.
  const [first = "", ...words] = line.split(/ (?![^<>]*>)/);
  return words.reduce((lines, word) => {
    const longer = `${lines.at(-1)} ${word}`;
    return titleWidth(longer) <= width ? [...lines.slice(0, -1), longer] : [...lines, word];
  }, [first]);
}

/** An axis in the style of all figures. */
export function axis(label: string | undefined, extra: Json = {}): Json {
  return mergeJson({
    title: label === undefined ? undefined : { text: label, standoff: 8 },
    gridcolor: gridLine,
    zerolinecolor: zeroLine,
    linecolor: zeroLine,
    ticks: "",
    automargin: true,
  }, extra);
}

/** An axis that is not seen. */
export const hiddenAxis: Json = {
  visible: false,
  showgrid: false,
  zeroline: false,
  showticklabels: false,
};

/** A legend to the right of the axes, its entries in the order of the traces. */
export const legend: Json = { x: 1.02, y: 1, traceorder: "normal", tracegroupgap: 0 };

/** What a colour bar beside the axes looks like. */
export function colorBar(label: string | undefined): Json {
  return {
    thickness: 14,
    outlinewidth: 0,
    ...label === undefined ? {} : { title: { text: label, side: "right" } },
  };
}

/** A text at a place of the figure's plot, of which each side counts from 0 to 1. */
export function paperNote(
  text: string,
  { x, y, ...anchors }: {
    readonly x: number;
    readonly y: number;
    readonly xanchor: "left" | "center" | "right";
    readonly yanchor: "top" | "bottom";
    readonly yshift?: number;
  },
  font: Json,
): Json {
  return { text, xref: "paper", yref: "paper", x, y, ...anchors, showarrow: false, font };
}

/** A small note in a corner above the axes: what was left out. */
export const note = (text: string): Json =>
  paperNote(text, { x: 1, y: 1, xanchor: "right", yanchor: "bottom" }, { size: 10, color: faint });

/** The layout that all figures begin with: size, title, font, colours. */
export function baseLayout(options: FigureOptions, parts: Json, margin: Partial<Margin>): Layout {
  const { title, width = 640, height = 400, layout = {} } = options;
  const { text, lines } = fitTitle(title, width);
  const base: Json = {
    ...text !== undefined && {
      title: {
        text,
        x: 0.5,
        xanchor: "center",
        // Left alone, plotly.js hangs further lines from the place of a single one.
        ...lines > 1 && { y: 1, yanchor: "top", pad: { t: 20 } },
        font: { size: titleSize, color: ink },
      },
    },
    width,
    height,
    margin: { l: 60, r: 24, t: lines === 0 ? 24 : 28 + 20 * lines, b: 52, ...margin },
    font: { family: "Helvetica, Arial, sans-serif", size: 12, color: ink },
    colorway,
    paper_bgcolor: "white",
    plot_bgcolor: "white",
    hovermode: "closest",
  };
  return mergeJson(mergeJson(base, parts), layout);
}

/** A range as Plotly has it: on a logarithmic axis the powers of ten. */
function axisRange(
  range: readonly [number, number] | undefined,
  log: boolean | undefined,
  where: string,
  values: Values = [],
): Json {
  if (range === undefined) return log ? { type: "log", ...logTicks(values) } : {};
  if (!log) return { range: [...range] };
  if (range[0] <= 0 || range[1] <= 0) {
    throw outOfRange(where, "positive numbers on a logarithmic axis", JSON.stringify(range));
  }
  return { type: "log", range: range.map(Math.log10), ...logTicks([range]) };
}

/** Lists of the numbers along an axis; what is no number in them does not count. */
type Values = readonly ArrayLike<unknown>[];

/**
 * How the ticks of a logarithmic axis stand that shows all these numbers: at the powers of ten,
 * written as such, and at 2 and 5 between where these are few. Left alone, viewers write letters
 * ("10μ"), and small digits that run into their neighbours.
 */
export function logTicks(values: Values): Json {
  const isPositive = (value: unknown) => typeof value === "number" && value > 0;
  const lists = values.map((list) => Array.from(list).filter(isPositive) as number[]);
  const [low, high] = extentOf(lists) ?? [1, 1];
  const exponentformat = "power", decades = Math.log10(high) - Math.log10(low);
  // Within one power of ten round numbers say more, which viewers find themselves.
  if (!(decades >= 1)) return { exponentformat };
  return { exponentformat, dtick: decades < 2 ? "D2" : Math.ceil(decades / 10) };
}

/** What a chart adds to the layout of its options. */
export interface ChartParts {
  /** Names for the legend. */
  readonly names?: readonly (string | undefined)[];
  /** The numbers along x and y, as far as they decide where ticks stand. */
  readonly values?: { readonly x?: Values; readonly y?: Values };
  /** More of the x axis. */
  readonly xaxis?: Json;
  /** More of the y axis. */
  readonly yaxis?: Json;
  /** Notes on what was left out. */
  readonly notes?: readonly string[];
  /** Margins other than the usual ones. */
  readonly margin?: Partial<Margin>;
  /** More of the layout. */
  readonly layout?: Json;
}

/** The layout of a chart with an x and a y axis. */
export function cartesianLayout(
  where: string,
  options: CartesianOptions,
  { names = [], values = {}, xaxis = {}, yaxis = {}, notes = [], margin = {}, layout = {} }:
    ChartParts = {},
): Layout {
  const { xLabel, yLabel, xRange, yRange, xLog, yLog, equal } = options;
  const named = names.filter((name) => name !== undefined);
  const shown = options.legend ?? named.length > 1;
  const x = axis(xLabel, { ...xaxis, ...axisRange(xRange, xLog, `${where}: xRange`, values.x) });
  const y = axis(yLabel, {
    ...yaxis,
    ...axisRange(yRange, yLog, `${where}: yRange`, values.y),
    ...equal && { scaleanchor: "x", constrain: "domain" },
  });
  const size = equal ? { width: 540, height: 460 } : { width: 640, height: 400 };
  const beside = shown ? legendBeside(named, { ...size, ...options }, margin.b) : {};
  return baseLayout(
    { ...size, ...beside.height === undefined ? {} : { height: beside.height }, ...options },
    mergeJson({
      xaxis: equal ? { ...x, constrain: "domain" } : x,
      yaxis: y,
      showlegend: shown,
      legend: beside.legend,
      ...notes.length > 0 && { annotations: [note(notes.join("; "))] },
    }, layout),
    {
      ...notes.length > 0 && options.title === undefined ? { t: 30 } : {},
      ...margin,
      ...beside.margin,
    },
  );
}

/** How high a legend of so many names is, in pixels. */
export const legendHeight = (names: number): number => 19 * names + 8;

/** A legend at the right, or below a chart that names as long as these would leave no room. */
function legendBeside(
  names: readonly string[],
  { width, height }: { readonly width: number; readonly height: number },
  b = 52,
): { legend?: Json; margin?: Partial<Margin>; height?: number } {
  const right = 70 + Math.max(0, ...names.map((name) => textWidth(name)));
  if (right <= 0.5 * width) return { legend, margin: { r: right } };
  const rows = legendHeight(names.length), up = height - b - 48;
  return {
    legend: { ...legend, x: 0, y: -b / up, yanchor: "top" },
    margin: { b: b + rows },
    height: height + rows,
  };
}
