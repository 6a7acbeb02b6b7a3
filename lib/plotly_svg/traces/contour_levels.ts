import { extentOf, type Json, jsonAt, numberAt, textAt } from "../json.ts";
import { type Palette, palette, paletteOf } from "../color/palette.ts";
import { niceStep } from "../axes/tick_steps.ts";
import { tableNumbers } from "./trace.ts";

/** The levels of a contour plot. */
export interface Levels {
  readonly values: number[];
  readonly step: number;
  readonly coloring: string;
}

/** The levels that a contour trace asks for, or round ones. */
export function contourLevels(json: Json): Levels {
  const own = jsonAt(json, "contours");
  const [low, high] = extentOf(tableNumbers(json)) ?? [0, 1];
  const rough = (high - low) / numberAt(json, "ncontours", 15) || 1;
  const given = ["start", "end", "size"].every((key) => typeof own[key] === "number") &&
    json.autocontour !== true;
  const step = given ? Math.max(1e-300, numberAt(own, "size", 1)) : niceStep(rough);
  // As of ticks: a table that ends just before a level still has it.
  const slack = 1e-4 * (high - low);
  let start = given ? numberAt(own, "start", low) : step * Math.ceil((low - slack) / step);
  let end = given ? numberAt(own, "end", high) : step * Math.floor((high + slack) / step);
  if (!given && start === low) start += step;
  if (!given && end === high) end -= step;
  if (start > end) start = end = (start + end) / 2;
  const count = Math.min(1000, Math.floor((end - start) / step + 1e-6) + 1);
  return {
    values: Array.from({ length: count }, (_, i) => Number((start + i * step).toPrecision(12))),
    step,
    coloring: textAt(own, "coloring", "fill"),
  };
}

/** The colour of the line at a level: that of all lines, unless each has one of the palette. */
export function colorAt(json: Json, { coloring }: Levels, colors: Palette, level: number): string {
  return coloring === "lines" ? colors.color(level) : textAt(json, "line.color", "#000000");
}

/** The palette of a contour trace: from half a step below the first level to half above the last. */
export function contourPalette(json: Json, { values, step, coloring }: Levels): Palette {
  const plain = paletteOf(json, "z", tableNumbers(json));
  if (coloring === "heatmap") return plain;
  const reach = coloring === "fill" ? step / 2 : 0;
  const low = values[0]! - reach, high = values.at(-1)! + reach;
  return low === high ? plain : palette(low, high, plain.scale);
}
