import { fade } from "../color/colors.ts";
import { type Attributes, element, group, pathOf, short, stroke } from "../svg/element.ts";
import { each, isList, type Json, jsonAt, numberAt, textAt } from "../json.ts";
import { drawMarker, isOpen } from "../svg/marker.ts";
import { pointColors } from "../color/palette.ts";
import { pixelOf } from "../axes/axis.ts";
import { drawText, type Font, fontAt } from "../svg/text.ts";
import { type DrawnTrace, hasMode, type NamedTrace, positions } from "./trace.ts";

type Point = readonly [number, number];

/** The places of a trace's points, in pixels. */
function scatterPixels(trace: DrawnTrace): Point[] {
  return positions(trace).map(([x, y]) => [pixelOf(trace.x, x), pixelOf(trace.y, y)]);
}

/** Draws the lines, points and texts of a scatter trace. */
export function drawScatter(trace: DrawnTrace, font: Font): string {
  const { json } = trace;
  const points = scatterPixels(trace);
  return (hasMode(json, "lines") ? drawLine(trace, points) : "") +
    (hasMode(json, "markers") ? drawMarkers(trace, points) : "") +
    (hasMode(json, "text") ? drawTexts(trace, points, font) : "");
}

/** Which area a trace fills; "none" for none, as always in space. */
export function fillOf({ json, type }: NamedTrace): string {
  return /^scatter(gl)?$/.test(type) ? textAt(json, "fill", "none") : "none";
}

/** The colour of a trace's line. */
export function lineColor({ json, color }: NamedTrace): string {
  const marker = textAt(json, "marker.color", color);
  return textAt(json, "line.color", marker);
}

function drawLine(trace: DrawnTrace, points: readonly Point[]): string {
  const { json } = trace;
  const width = numberAt(json, "line.width", 2);
  if (width === 0) return "";
  const known = json.connectgaps === true
    ? points.filter((point) => point.every(Number.isFinite))
    : points;
  return element("path", {
    d: shaped(known, shapeOf(json)),
    fill: "none",
    "stroke-linejoin": "round",
    ...stroke(lineColor(trace), width, json.line && jsonAt(json, "line").dash),
  });
}

/** A path through points: straight, in steps, or round. */
function shaped(points: readonly Point[], shape: string): string {
  if (shape === "spline") return spline(points);
  if (shape === "linear") return pathOf(points);
  const corners: Point[] = [];
  points.forEach(([x, y], i) => {
    const [px, py] = points[i - 1] ?? [NaN, NaN];
    if (Number.isFinite(px + py + x + y)) {
      if (shape === "hv") corners.push([x, py]);
      else if (shape === "vh") corners.push([px, y]);
      else if (shape === "hvh") corners.push([(px + x) / 2, py], [(px + x) / 2, y]);
      else if (shape === "vhv") corners.push([px, (py + y) / 2], [x, (py + y) / 2]);
    }
    corners.push([x, y]);
  });
  return pathOf(corners);
}

/** A smooth curve (Catmull-Rom) through points. */
function spline(points: readonly Point[]): string {
  let d = "";
  points.forEach((point, i) => {
    const from = points[i - 1];
    const finite = (p: Point | undefined) => p !== undefined && p.every(Number.isFinite);
    if (!finite(point)) return;
    const [x, y] = point;
    if (!finite(from)) {
      d += `M${short(x)},${short(y)}`;
      return;
    }
    const before = finite(points[i - 2]) ? points[i - 2]! : from!;
    const after = finite(points[i + 1]) ? points[i + 1]! : point;
    const c1 = [from![0] + (x - before[0]) / 6, from![1] + (y - before[1]) / 6];
    const c2 = [x - (after[0] - from![0]) / 6, y - (after[1] - from![1]) / 6];
    d += `C${[...c1, ...c2, x, y].map(short).join(",")}`;
  });
  return d;
}

/** Draws the area of a scatter trace; `before` is the one that it may reach down to. */
export function drawArea(trace: DrawnTrace, before: DrawnTrace | undefined): string {
  const { json, x, y } = trace;
  const points = scatterPixels(trace);
  const fill = fillOf(trace);
  const known = points.filter((point) => point.every(Number.isFinite));
  if (fill === "none" || known.length === 0) return "";
  const color = textAt(json, "fillcolor", fade(lineColor(trace), 0.5));
  if (fill === "toself") {
    // Gaps part several shapes.
    const parts = pathOf(points).split("M").slice(1).map((part) => `M${part}Z`).join("");
    return element("path", { d: parts, fill: color, "fill-rule": "evenodd" });
  }
  const first = known[0]!, last = known.at(-1)!;
  let back: string;
  if (fill === "tonexty" && before !== undefined) {
    const other = scatterPixels(before).filter((point) => point.every(Number.isFinite));
    back = shaped(other.reverse(), backwards[shapeOf(before.json)] ?? shapeOf(before.json));
  } else if (fill === "tozerox") {
    back = pathOf([[clampedZero(x), last[1]], [clampedZero(x), first[1]]]);
  } else back = pathOf([[last[0], clampedZero(y)], [first[0], clampedZero(y)]]);
  const d = `${shaped(known, shapeOf(json))}${back.replace("M", "L")}Z`;
  return element("path", { d, fill: color });
}

const shapeOf = (json: Json) => textAt(json, "line.shape", "linear");

/** What steps are when they are walked from their end. */
const backwards: Readonly<Record<string, string>> = { hv: "vh", vh: "hv" };

/** The pixel of zero; the end of the axis where zero is not on it. */
function clampedZero(axis: DrawnTrace["x"]): number {
  return axis.type === "log" ? axis.pixels[0] : pixelOf(axis, 0);
}

/** How the markers of a trace look, by their number. */
export function markerLooks(trace: NamedTrace) {
  const marker = jsonAt(trace.json, "marker"), edge = jsonAt(marker, "line");
  const colors = pointColors(marker, trace.color);
  // Discs of many sizes, which may cover each other, have an edge and can be seen through.
  const isBubble = isList(marker.size);
  return (i: number) => {
    const fill = colors(i);
    const symbol = String(each(marker.symbol, i) ?? "circle"), open = isOpen(symbol);
    const width = Number(each(edge.width, i) ?? (open || isBubble ? 1 : 0));
    const edgeColor = each(edge.color, i) ?? (isBubble ? "#ffffff" : "#444444");
    // Of each mark, not of the group: where marks overlap it is darker.
    const opacity = markerOpacity(marker, i);
    return {
      symbol,
      radius: radiusOf(marker, i),
      attributes: {
        fill: open ? "none" : fill,
        ...width > 0 ? stroke(open ? fill : String(edgeColor), width) : {},
        "fill-opacity": opacity,
        "stroke-opacity": opacity,
      },
    };
  };
}

function markerOpacity(marker: Json, i: number): number | undefined {
  const opacity = each(marker.opacity, i) ?? (isList(marker.size) ? 0.7 : undefined);
  return typeof opacity === "number" && opacity < 1 ? opacity : undefined;
}

function radiusOf(marker: Json, i: number): number {
  const size = Number(each(marker.size, i) ?? 6);
  if (!isList(marker.size)) return size / 2;
  const unit = numberAt(marker, "sizeref", 1), least = numberAt(marker, "sizemin", 0);
  const radius = marker.sizemode === "area" ? Math.sqrt(size / unit / 4) : size / unit / 2;
  return Math.max(radius, least);
}

function drawMarkers(trace: DrawnTrace, points: readonly Point[]): string {
  const lookOf = markerLooks(trace);
  const runs: { attributes: Attributes; marks: string }[] = [];
  points.forEach(([x, y], i) => {
    if (!Number.isFinite(x + y)) return;
    const { symbol, radius, attributes } = lookOf(i);
    if (!(radius > 0)) return;
    const mark = drawMarker(symbol, x, y, radius, {});
    // What neighbours share is said once, by the group around them.
    const last = runs.at(-1);
    if (last !== undefined && JSON.stringify(last.attributes) === JSON.stringify(attributes)) {
      last.marks += mark;
    } else runs.push({ attributes, marks: mark });
  });
  return runs.map(({ attributes, marks }) => group(attributes, marks)).join("");
}

function drawTexts(trace: DrawnTrace, points: readonly Point[], plain: Font): string {
  const { json } = trace;
  const marker = jsonAt(json, "marker");
  return points.map(([x, y], i) => {
    const text = each(json.text, i);
    if (!Number.isFinite(x + y) || text === undefined || text === null || text === "") return "";
    const position = String(each(json.textposition, i) ?? "middle center");
    const font = fontAt(
      { textfont: { ...jsonAt(json, "textfont"), color: each(jsonAt(json, "textfont").color, i) } },
      "textfont",
      plain,
    );
    const away = hasMode(json, "markers") ? radiusOf(marker, i) + 2 : 1;
    const [dx, anchor] = position.includes("left")
      ? [-away, "end" as const]
      : position.includes("right")
      ? [away, "start" as const]
      : [0, "middle" as const];
    const half = font.size * 0.65;
    const dy = position.includes("top")
      ? -away - half
      : position.includes("bottom")
      ? away + half
      : 0;
    return drawText(String(text), { x: x + dx, y: y + dy, anchor }, font);
  }).join("");
}
