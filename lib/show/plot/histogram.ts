import { outOfRange } from "../../core/errors.ts";
import { checkedBy, flag, required, text } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { traceColor } from "../../plotly_svg/mod.ts";
import { Figure } from "../figure.ts";
import type { Trace } from "../figure_data.ts";
import { type CartesianOptions, cartesianSchema, range } from "./plot_options.ts";
import { cartesianLayout } from "./layout.ts";
import { checkNumbers, count, extentOf, type Numbers, numbers, spread } from "./numbers.ts";
import { checkSeries, type OneOrMore } from "./series_list.ts";

/** Numbers of one kind in a histogram. */
export interface HistogramSeries {
  /** The numbers that are counted. */
  readonly values: Numbers;
  /** The name in the legend. */
  readonly name?: string;
  /** A CSS colour. */
  readonly color?: string;
}

/** Settings of {@linkcode histogram}. */
export interface HistogramOptions extends CartesianOptions {
  /** The number of bins, or their edges; by default as the spread of the numbers suggests. */
  readonly bins?: number | Numbers;
  /** From where to where the bins go; by default from the least to the greatest number. */
  readonly range?: readonly [number, number];
  /** Whether the area of the bars is 1, instead of their heights being counts. */
  readonly density?: boolean;
}

const seriesSchema = {
  values: required(numbers),
  name: text(),
  color: text(),
} satisfies Schema<HistogramSeries>;

const histogramSchema = {
  ...cartesianSchema,
  bins: checkedBy(checkBins),
  range,
  density: flag(false),
} satisfies Schema<HistogramOptions>;

/** Checks edges of bins, or that there are so many bins. */
function checkBins(bins: unknown, where: string): number | Numbers {
  if (typeof bins === "number") {
    if (Number.isInteger(bins) && bins >= 1 && bins <= 10000) return bins;
    throw outOfRange(where, "an integer from 1 to 10000", bins);
  }
  const edges = Array.from(checkNumbers(bins, where));
  if (edges.length > 1 && edges.every((edge, i) => i === 0 || edge > edges[i - 1]!)) return edges;
  throw outOfRange(where, "at least two edges that rise", `[${edges}]`);
}

/**
 * How often numbers fall into each bin; several kinds of numbers are laid over each other.
 *
 * ```ts
 * import { plot, Random } from "@striate/striate";
 * const random = new Random(1);
 * const values = Float32Array.from({ length: 1000 }, () => random.normal());
 * const figure = plot.histogram(values, { bins: 20, xLabel: "value" });
 * console.log(`${figure}`); // Figure: bar
 * ```
 *
 * @throws {TypeError} if something is no number.
 * @throws {RangeError} if no number is finite, or for an unknown option.
 */
export function histogram(
  values: OneOrMore<HistogramSeries>,
  given: HistogramOptions = {},
): Figure {
  const where = "plot.histogram";
  const settings = options(where, given, histogramSchema);
  const list = checkSeries(values, where, "values", seriesSchema).map(({ series }) => series);
  const edges = edgesOf(list.map(({ values }) => values), settings, where);
  const { density } = settings;
  let outside = 0;
  const data = list.map(({ values, name, color }, i): Trace => {
    const counts = countIn(values, edges);
    const counted = counts.reduce((sum, n) => sum + n, 0);
    outside += values.length - counted;
    const widths = counts.map((_, k) => edges[k + 1]! - edges[k]!);
    const digits = (x: number) => Number(x.toPrecision(8));
    return {
      type: "bar",
      x: counts.map((_, k) => digits((edges[k]! + edges[k + 1]!) / 2)),
      y: counts.map((n, k) => density ? digits(n / (counted || 1) / widths[k]!) : n),
      width: widths.map(digits),
      name,
      marker: {
        color: color ?? traceColor(i),
        line: { color: "white", width: counts.length > 60 ? 0 : 0.5 },
      },
      opacity: list.length > 1 ? 0.6 : 1,
    };
  });
  const all = list.reduce((sum, { values }) => sum + values.length, 0);
  return new Figure({
    data,
    layout: cartesianLayout(where, { yLabel: density ? "density" : "count", ...settings }, {
      names: list.map(({ name }) => name),
      notes: outside > 0 ? [`${count(outside)} of ${count(all)} values outside`] : [],
      layout: { barmode: "overlay", bargap: 0 },
    }),
  });
}

/** The edges of the bins, one more than there are bins. */
function edgesOf(lists: readonly Numbers[], { bins, range }: HistogramOptions, where: string) {
  if (typeof bins === "object") return Array.from(bins);
  let [low, high] = range ?? extentOf(lists) ?? [NaN, NaN];
  if (Number.isNaN(low)) throw outOfRange(where, "finite numbers", "none");
  if (range === undefined && bins === undefined && high - low <= 60 && lists.every(isWhole)) {
    // A bin for each integer.
    return Array.from({ length: high - low + 2 }, (_, i) => low + i - 0.5);
  }
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const n = bins ?? Math.max(...lists.map((values) => binCount(values, high - low)));
  return spread(low, high - low, n + 1);
}

function isWhole(values: Numbers): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isInteger(values[i])) return false;
  return true;
}

/** Scott's rule: bins of 3.49 standard deviations over the cube root of the count; 5 to 100. */
function binCount(values: Numbers, span: number): number {
  let n = 0, mean = 0, squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    const delta = value - mean;
    mean += delta / ++n;
    squares += delta * (value - mean);
  }
  const width = 3.49 * Math.sqrt(squares / n) / Math.cbrt(n);
  const bins = Math.ceil(span / width);
  return Number.isFinite(bins) ? Math.min(100, Math.max(5, bins)) : 5;
}

/** How many numbers lie in each bin; the last one holds its upper edge too. */
function countIn(values: Numbers, edges: readonly number[]): number[] {
  const n = edges.length - 1, counts = new Array<number>(n).fill(0);
  const low = edges[0]!, high = edges[n]!;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= low && value <= high)) continue;
    // A guess as if all bins were equally wide, then the right one from there.
    let bin = Math.min(n - 1, Math.floor((value - low) / (high - low) * n));
    while (value < edges[bin]!) bin--;
    while (bin < n - 1 && value >= edges[bin + 1]!) bin++;
    counts[bin]!++;
  }
  return counts;
}
