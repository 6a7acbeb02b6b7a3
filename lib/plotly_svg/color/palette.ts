import {
  colorRamp,
  type ColorScale,
  colorScaleOf,
  formatColor,
  reversedScale,
  type Rgba,
} from "./colors.ts";
import { each, extentOf, isList, type Json, numberAt, numbersOf } from "../json.ts";

/** What the colours of numbers mean. */
export interface Palette {
  /** The number at the start of the scale. */
  readonly low: number;
  /** The number at its end. */
  readonly high: number;
  readonly scale: ColorScale;
  /** The colour of a number, as parts. */
  rgba(value: number): Rgba;
  /** The colour of a number, as CSS. */
  color(value: number): string;
}

/** The palette of a trace (`letter` "z") or of its markers ("c"), for these numbers. */
export function paletteOf(json: Json, letter: "z" | "c", values: Iterable<number>): Palette {
  const [least, most] = extentOf(values) ?? [0, 1];
  let low = numberAt(json, `${letter}min`, least), high = numberAt(json, `${letter}max`, most);
  const middle = numberAt(json, `${letter}mid`, NaN);
  const given = (key: string) => typeof json[`${letter}${key}`] === "number";
  if (Number.isFinite(middle) && !(given("min") && given("max"))) {
    const reach = Math.max(middle - low, high - middle);
    [low, high] = [middle - reach, middle + reach];
  }
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  return palette(low, high, scaleFor(json, low, high));
}

/** The palette of a scale between two numbers. */
export function palette(low: number, high: number, scale: ColorScale): Palette {
  const ramp = colorRamp(scale);
  const rgba = (value: number) => ramp((value - low) / (high - low));
  return { low, high, scale, rgba, color: (value) => formatColor(rgba(value)) };
}

/** The scale that a trace names; else Plotly's choice by the sign of the numbers. */
function scaleFor(json: Json, low: number, high: number): ColorScale {
  const chosen = json.colorscale ?? (low >= 0 ? "Reds" : high <= 0 ? "Blues" : "RdBu");
  const scale = colorScaleOf(chosen);
  return json.reversescale === true ? reversedScale(scale) : scale;
}

/** The palette of points or bars whose colours are numbers. */
export function pointPalette(json: Json): Palette | undefined {
  const { color } = json;
  if (!isList(color) || typeof color[0] === "string") return undefined;
  return paletteOf(json, "c", numbersOf(color));
}

/** The colour of each point or bar: one for all, one each, or numbers on a scale. */
export function pointColors(json: Json, otherwise: string): (i: number) => string {
  const palette = pointPalette(json);
  return (i) => {
    const own = each(json.color, i);
    if (typeof own === "number" && palette !== undefined) return palette.color(own);
    return typeof own === "string" ? own : otherwise;
  };
}
