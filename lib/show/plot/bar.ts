import { outOfRange } from "../../core/errors.ts";
import { checkedBy, custom, flag, required, text } from "../../core/option_kinds.ts";
import { options, type Schema, type Values } from "../../core/options.ts";
import { type Json, mergeJson, traceColor } from "../../plotly_svg/mod.ts";
import { Figure } from "../figure.ts";
import type { Trace } from "../figure_data.ts";
import {
  type CartesianOptions,
  cartesianSchema,
  labels,
  plotlyJson,
  texts,
} from "./plot_options.ts";
import { cartesianLayout, textWidth } from "./layout.ts";
import { checkLength, count, extentOf, type Numbers, numbers, rounded } from "./numbers.ts";
import { checkSeries, type OneOrMore } from "./series_list.ts";

/** Bars that belong together. */
export interface BarSeries {
  /** How long the bars are. */
  readonly y: Numbers;
  /** The name in the legend. */
  readonly name?: string;
  /** A CSS colour, for all or for each. */
  readonly color?: string | readonly string[];
  /** A text for each bar. */
  readonly text?: readonly string[];
  /** More of Plotly's JSON for the trace, merged last. */
  readonly plotly?: Readonly<Record<string, unknown>>;
}

/** Settings of {@linkcode bar}. */
export interface BarOptions extends CartesianOptions {
  /** A label for each bar; 0, 1, 2 … by default. */
  readonly labels?: ArrayLike<string | number>;
  /** Whether the bars lie, the first on top. */
  readonly horizontal?: boolean;
  /** Whether the bars of several series stand on each other instead of side by side. */
  readonly stacked?: boolean;
  /** What stands at the bars: their values (`true`, or a number of decimals), or texts. */
  readonly text?: boolean | number | readonly string[];
}

/** More bars than this cannot be told apart on any screen. */
const mostBars = 2000;

const seriesSchema = {
  y: required(numbers),
  name: text(),
  color: checkedBy((value: unknown, where): string | readonly string[] =>
    typeof value === "string" ? value : texts.read(value, where)
  ),
  text: texts,
  plotly: plotlyJson,
} satisfies Schema<BarSeries>;

const barSchema = {
  ...cartesianSchema,
  labels,
  horizontal: flag(false),
  stacked: flag(false),
  text: custom(
    "true or false, a number of decimals or a list of texts",
    (value): value is boolean | number | readonly string[] =>
      typeof value === "boolean" || typeof value === "number" || Array.isArray(value),
  ),
} satisfies Schema<BarOptions>;

/**
 * Bars: their lengths, or several series `{ y, name, color }` of them.
 *
 * ```ts
 * import { plot } from "@striate/striate";
 * const figure = plot.bar([28.2, 25.8, 15.3], {
 *   labels: [2010, 2011, 2012],
 *   yLabel: "top-5 error (%)",
 *   text: 1,
 * });
 * console.log(`${figure}`); // Figure: bar
 * ```
 *
 * @throws {TypeError} if lengths differ or something is no number.
 * @throws {RangeError} if there are no bars or more than 2,000, two have one label, or for an unknown
 *   option.
 */
export function bar(values: OneOrMore<BarSeries>, given: BarOptions = {}): Figure {
  const where = "plot.bar";
  const settings = options(where, given, barSchema);
  const list = readBars(values, where);
  const n = list[0]!.y.length;
  const labels = readLabels(settings.labels, n, where);
  const { horizontal, stacked } = settings;
  const data = list.map((series, i): Trace => {
    const text = barTexts(series, settings.text, n, list.length);
    const y = rounded(series.y);
    return mergeJson({
      type: "bar",
      orientation: horizontal ? "h" : "v",
      x: horizontal ? y : labels,
      y: horizontal ? labels : y,
      name: series.name,
      marker: { color: series.color ?? traceColor(i) },
      ...text && { text, textposition: stacked ? "inside" : "outside", cliponaxis: false },
    }, series.plotly ?? {}) as Trace;
  });
  const category = labelAxis(labels, settings);
  const log = horizontal ? settings.xLog : settings.yLog;
  const texts = !stacked && data.some(({ text }) => text !== undefined);
  const room = texts && !log ? roomFor(list) : {};
  const length: Json = { zeroline: true, rangemode: "tozero", ...room };
  return new Figure({
    data,
    layout: cartesianLayout(where, settings, {
      names: list.map(({ name }) => name),
      values: { [horizontal ? "x" : "y"]: list.map(({ y }) => y) },
      xaxis: horizontal ? length : category.axis,
      yaxis: horizontal ? category.axis : length,
      margin: category.margin,
      layout: { barmode: stacked ? "stack" : "group", bargap: 0.25 },
    }),
  });
}

/** The series of bars, all of one length. */
function readBars(values: OneOrMore<BarSeries>, where: string): BarSeries[] {
  const list = checkSeries(values, where, "y", seriesSchema);
  const n = list[0]!.series.y.length;
  return list.map(({ series, where }) => {
    const { color, text, y } = series;
    checkLength(y, n, "the first series", `${where}: y`);
    if (n > mostBars) {
      throw new RangeError(
        `${where}: y: expected at most ${count(mostBars)} bars, found ${count(n)}; ` +
          "plot.histogram counts values, plot.line draws any number of them",
      );
    }
    if (typeof color === "object") checkLength(color, n, "y", `${where}: color`);
    if (text !== undefined) checkLength(text, n, "y", `${where}: text`);
    return series;
  });
}

/** A label for each bar, all different. */
function readLabels(given: BarOptions["labels"], n: number, where: string): string[] {
  const labels = Array.from(given ?? Array.from({ length: n }, (_, i) => i), String);
  checkLength(labels, n, "the bars", `${where}: labels`);
  const twice = labels.find((label, i) => labels.indexOf(label) < i);
  if (twice === undefined) return labels;
  throw outOfRange(
    `${where}: labels`,
    "another label for each bar",
    `${JSON.stringify(twice)} twice`,
  );
}

/** A range in which the texts at the ends of the bars find room. */
function roomFor(list: readonly BarSeries[]): Json {
  const [low, high] = extentOf(list.map(({ y }) => y)) ?? [0, 0];
  const [from, to] = [Math.min(0, low), Math.max(0, high)];
  const room = 0.1 * (to - from);
  return from === to ? {} : { range: [from && from - room, to && to + room] };
}

/** What stands at the bars of a series, if anything does. */
function barTexts(
  { text, y }: BarSeries,
  wanted: BarOptions["text"],
  n: number,
  series: number,
): readonly string[] | undefined {
  if (text !== undefined) return text;
  if (wanted === undefined || wanted === false) return undefined;
  if (wanted === true) {
    return rounded(y, 4).map((value) => value === null ? "" : value.toLocaleString("en"));
  }
  if (typeof wanted === "number") {
    return Array.from(y, (value) => Number.isFinite(value) ? value.toFixed(wanted) : "");
  }
  checkLength(wanted, n, "the bars", "plot.bar: text");
  if (series === 1) return wanted;
  throw new TypeError("plot.bar: text: expected texts in each series, found one list for several");
}

/** The axis of the labels: turned where they do not fit, and with a margin that holds them. */
function labelAxis(
  labels: readonly string[],
  { width = 640, xLabel, yLabel, horizontal }: Values<typeof barSchema>,
): { readonly axis: Json; readonly margin: Json } {
  const longest = Math.max(...labels.map((label) => textWidth(label)));
  const category = { type: "category", showgrid: false, zeroline: false };
  if (horizontal) {
    const l = 20 + longest + (yLabel === undefined ? 0 : 24);
    return { axis: { ...category, autorange: "reversed" }, margin: { l } };
  }
  const turned = longest + 8 > (width - 90) / labels.length;
  if (!turned) return { axis: category, margin: {} };
  const b = 24 + longest * 0.72 + (xLabel === undefined ? 0 : 24);
  // The first label ends below its bar, and begins as far to the left as it is deep.
  const l = 8 + textWidth(labels[0]!) * 0.72 - (width - 90) / labels.length / 2;
  return { axis: { ...category, tickangle: -45 }, margin: { b, l: Math.max(60, l) } };
}
