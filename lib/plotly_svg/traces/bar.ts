import { contrastColor } from "../color/colors.ts";
import { type Bar, barsOf } from "./bar_places.ts";
import { type Box, boxBetween, rect, stroke } from "../svg/element.ts";
import { fillTemplate, plainNumber } from "../axes/number_format.ts";
import { each, type Json, jsonAt, textAt } from "../json.ts";
import { pointColors } from "../color/palette.ts";
import { type Axis, linear, pixelOf } from "../axes/axis.ts";
import { drawText, fittingSize, type Font, fontAt, measureText, type Place } from "../svg/text.ts";
import type { DrawnTrace, DrawnTraces } from "./trace.ts";

/** Draws the bars of one trace among those that share its axes. */
export function drawBars(trace: DrawnTrace, traces: DrawnTraces, layout: Json, font: Font): string {
  const marker = jsonAt(trace.json, "marker"), edge = jsonAt(marker, "line");
  const colors = pointColors(marker, trace.color);
  return barsOf(trace, traces, layout).map((bar, i) => {
    const box = boxOf(trace, bar), fill = colors(i);
    if (box === undefined) return "";
    const width = Number(each(edge.width, i) ?? 0);
    const opacity = each(marker.opacity, i);
    return rect(box, {
      fill,
      ...width > 0 ? stroke(String(each(edge.color, i) ?? "#444444"), width) : {},
      opacity: typeof opacity === "number" && opacity < 1 ? opacity : undefined,
    }) + barText(trace, bar, i, box, fill, font);
  }).join("");
}

/** The pixels that a bar covers. */
function boxOf(trace: DrawnTrace, bar: Bar): Box | undefined {
  const flat = trace.json.orientation === "h";
  const [across, along] = flat ? [trace.y, trace.x] : [trace.x, trace.y];
  const a = pixelOf(across, bar.at - bar.width / 2), b = pixelOf(across, bar.at + bar.width / 2);
  const c = end(along, bar.from), d = end(along, bar.to);
  if (![a, b, c, d].every(Number.isFinite)) return undefined;
  return flat ? boxBetween(c, d, a, b) : boxBetween(a, b, c, d);
}

/** The pixel of a bar's end; on a logarithmic axis zero lies beyond the start. */
function end(axis: Axis, value: number): number {
  if (axis.type === "log" && value <= 0) return axis.pixels[0];
  return pixelOf(axis, linear(axis, value));
}

/** The part of the distance between bars that a bar takes, where the layout says nothing. */
const usualWidth = 0.8;

/** The text of a bar, if it has one: inside of it, or beyond its end. */
function barText(
  trace: DrawnTrace,
  bar: Bar,
  i: number,
  box: Box,
  fill: string,
  plain: Font,
): string {
  const { json } = trace;
  const text = textOf(json, bar, i);
  const wanted = String(each(json.textposition, i) ?? "auto");
  if (text === "" || wanted === "none") return "";
  const font = fontAt(json, "textfont", plain);
  const { width, height } = measureText(text, font.size, font.bold);
  const fits = width + 4 <= box.width && height <= box.height + 4;
  const inside = wanted === "inside" || wanted === "auto" && fits;
  const color = textAt(
    json,
    inside ? "insidetextfont.color" : "outsidetextfont.color",
    textAt(json, "textfont.color", inside ? contrastColor(fill) : font.color),
  );
  // Beside an upright bar there is as much space as its neighbours leave.
  const size = inside || json.orientation === "h"
    ? font.size
    : fittingSize([text], box.width / usualWidth, Infinity, font);
  if (size === undefined) return "";
  return drawText(text, placeOf(trace, bar, box, inside), { ...font, size, color });
}

/** What the i-th bar says. */
function textOf(json: Json, bar: Bar, i: number): string {
  const template = each(json.texttemplate, i), text = each(json.text, i);
  const [along, across] = json.orientation === "h" ? ["x", "y"] : ["y", "x"];
  if (typeof template === "string") {
    const values = { text, value: bar.size, [along!]: bar.size, [across!]: bar.center };
    return fillTemplate(template, values);
  }
  return typeof text === "number" ? plainNumber(text) : typeof text === "string" ? text : "";
}

/** Where the text of a bar goes: to its middle, or to one of its ends, within or beyond it. */
function placeOf({ json, x, y }: DrawnTrace, bar: Bar, box: Box, inside: boolean): Place {
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const anchor = inside ? textAt(json, "insidetextanchor", "end") : "end";
  if (anchor === "middle") return middle;
  const flat = json.orientation === "h", { range } = flat ? x : y;
  const atEnd = bar.to >= bar.from === (anchor !== "start");
  // Values grow to the right and upwards, unless the axis is turned around.
  const high = atEnd !== range[0] > range[1];
  // From there the text goes on to the right or upwards, or back.
  const onward = high !== inside;
  if (flat) {
    const start = high ? box.x + box.width : box.x;
    return { ...middle, x: start + (onward ? 3 : -3), anchor: onward ? "start" : "end" };
  }
  const start = high ? box.y : box.y + box.height;
  return { ...middle, y: start + (onward ? -2 : 2), vertical: onward ? "bottom" : "top" };
}
