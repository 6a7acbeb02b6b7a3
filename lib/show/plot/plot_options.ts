import { describeValue, outOfRange } from "../../core/errors.ts";
import type { Json } from "../../plotly_svg/mod.ts";
import { checkedBy, custom, flag, number, text } from "../../core/option_kinds.ts";
import type { Schema } from "../../core/options.ts";
import type { Layout } from "../figure_data.ts";

/** Settings that every figure has. */
export interface FigureOptions {
  /** The title above it; `<b>`, `<i>`, `<sup>`, `<sub>` and `<br>` are understood. */
  readonly title?: string;
  /** Width in pixels; 640 by default for charts. */
  readonly width?: number;
  /** Height in pixels; 400 by default for charts. */
  readonly height?: number;
  /** More of Plotly's layout, merged last and deeply. */
  readonly layout?: Layout;
}

/** Settings of figures with labelled axes. */
export interface AxesOptions extends FigureOptions {
  /** What runs across. */
  readonly xLabel?: string;
  /** What runs up. */
  readonly yLabel?: string;
}

/** Settings of charts with an x and a y axis. */
export interface CartesianOptions extends AxesOptions {
  /** From where to where the x axis goes; by default so far that everything is seen. */
  readonly xRange?: readonly [number, number];
  /** From where to where the y axis goes. */
  readonly yRange?: readonly [number, number];
  /** Whether x is on a logarithmic scale. */
  readonly xLog?: boolean;
  /** Whether y is on a logarithmic scale. */
  readonly yLog?: boolean;
  /** Whether a unit is as long on both axes. */
  readonly equal?: boolean;
  /** Whether there is a legend; by default where several series have names. */
  readonly legend?: boolean;
}

/** A colour scale: a name of Plotly's such as "Viridis", or colours from 0 to 1. */
export type ColorScale = string | readonly (readonly [number, string])[];

/** Checks a pair of different numbers. */
export function checkRange(range: unknown, where: string): readonly [number, number] {
  if (Array.isArray(range) && range.length === 2 && range.every(Number.isFinite)) {
    const [from, to] = range as [number, number];
    if (from !== to) return [from, to];
  }
  throw outOfRange(where, "two different numbers", describeValue(range));
}

/** From where to where something goes. */
export const range = checkedBy(checkRange);

/** More of Plotly's JSON. */
export const plotlyJson = custom(
  "Plotly's JSON",
  (value): value is Json => typeof value === "object" && value !== null && !Array.isArray(value),
);

/** Labels, as many as something has parts. */
export const labels = custom(
  "a list of labels",
  (value): value is ArrayLike<string | number> =>
    typeof value === "object" && typeof (value as ArrayLike<unknown> | null)?.length === "number",
);

/** Texts, as many as something has parts. */
export const texts = custom(
  "a list of texts",
  (value): value is readonly string[] => Array.isArray(value),
);

/** The kind of a colour scale. */
export const colorScale = <D extends ColorScale | undefined = undefined>(fallback?: D) =>
  custom<ColorScale, D>(
    'a name such as "Viridis" or a list of [0 to 1, colour]',
    (value): value is ColorScale => typeof value === "string" || Array.isArray(value),
    fallback,
  );

const pixels = number({ least: 40, most: 10000 });

/** The schema of {@linkcode FigureOptions}. */
export const figureSchema = {
  title: text(),
  width: pixels,
  height: pixels,
  layout: plotlyJson,
} satisfies Schema<FigureOptions>;

/** The schema of {@linkcode AxesOptions}. */
export const axesSchema = {
  ...figureSchema,
  xLabel: text(),
  yLabel: text(),
} satisfies Schema<AxesOptions>;

/** The schema of {@linkcode CartesianOptions}. */
export const cartesianSchema = {
  ...axesSchema,
  xRange: range,
  yRange: range,
  xLog: flag(false),
  yLog: flag(false),
  equal: flag(false),
  legend: flag(),
} satisfies Schema<CartesianOptions>;
