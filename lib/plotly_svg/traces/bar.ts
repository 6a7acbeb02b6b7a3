import { contrastColor } from "../color/colors.ts";
import { type Bar, barsOf } from "./bar_places.ts";
import { type Box, boxBetween, rect, stroke } from "../svg/element.ts";
import { fillTemplate, plainNumber } from "../axes/number_format.ts";
import { each, type Json, jsonAt, textAt } from "../json.ts";
import { pointColors } from "../color/palette.ts";
import { type Axis, linear, pixelOf } from "../axes/axis.ts";
import { drawText, fittingSize, type Font, fontAt, measureText } from "../svg/text.ts";
import type { DrawnTrace } from "./trace.ts";

/** Draws the bars of one trace among those that share its axes. */
export function drawBars(
  trace: DrawnTrace,
  traces: readonly DrawnTrace[],
  layout: Json,
  font: Font,
): string {
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

function barText(
  trace: DrawnTrace,
  bar: Bar,
  i: number,
  box: Box,
  fill: string,
  plain: Font,
): string {
  const { json } = trace;
  const flat = json.orientation === "h";
  const template = each(json.texttemplate, i);
  const own = each(json.text, i);
  const text = typeof template === "string"
    ? fillTemplate(template, {
      text: own,
      value: bar.size,
      [flat ? "x" : "y"]: bar.size,
      [flat ? "y" : "x"]: bar.center,
    })
    : typeof own === "number"
    ? plainNumber(own)
    : typeof own === "string"
    ? own
    : "";
  const wanted = String(each(json.textposition, i) ?? "auto");
  if (text === "" || wanted === "none") return "";
  const font = fontAt(json, "textfont", plain);
  const { width, height } = measureText(text, font.size, font.bold);
  const fits = width + 4 <= box.width && height <= box.height + 4;
  const inside = wanted === "inside" || wanted === "auto" && fits;
  const forward = bar.to >= bar.from;
  const color = textAt(
    json,
    inside ? "insidetextfont.color" : "outsidetextfont.color",
    textAt(json, "textfont.color", inside ? contrastColor(fill) : font.color),
  );
  // Beside an upright bar there is as much space as its neighbours leave.
  const size = inside || flat
    ? font.size
    : fittingSize([text], box.width / usualWidth, Infinity, font);
  if (size === undefined) return "";
  const look = { ...font, size, color };
  const x = box.x + box.width / 2, y = box.y + box.height / 2;
  const anchor = textAt(json, "insidetextanchor", "end");
  if (inside && anchor === "middle") return drawText(text, { x, y }, look);
  const outward = (inside ? -1 : 1) * (inside && anchor === "start" ? -1 : 1);
  const atEnd = forward !== (inside && anchor === "start");
  if (flat) {
    const right = atEnd !== (trace.x.range[0] > trace.x.range[1]);
    const direction = (right ? 1 : -1) * outward;
    return drawText(text, {
      x: (right ? box.x + box.width : box.x) + 3 * direction,
      y,
      anchor: direction > 0 ? "start" : "end",
    }, look);
  }
  const up = atEnd !== (trace.y.range[0] > trace.y.range[1]);
  const direction = (up ? -1 : 1) * outward;
  return drawText(text, {
    x,
    y: (up ? box.y : box.y + box.height) + 2 * direction,
    vertical: direction < 0 ? "bottom" : "top",
  }, look);
}
