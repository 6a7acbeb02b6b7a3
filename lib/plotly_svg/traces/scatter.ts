/**
 * Lines, points, texts and filled areas.
 *
 * @module
 */
import { fade } from "../color/colors.ts";
import { type Attributes, element, group, pathOf, short, stroke } from "../svg/element.ts";
import { each, isList, type Json, jsonAt, numberAt, numbersOf, textAt } from "../json.ts";
import { drawMarker, isOpen } from "../svg/marker.ts";
import { type Palette, paletteOf } from "../color/palette.ts";
import { pixelOf } from "../axes/axis.ts";
import { drawText, type Font, fontAt } from "../svg/text.ts";
import { type DrawnTrace, hasMode, type NamedTrace, positions } from "./trace.ts";

type Point = readonly [number, number];

/** The places of a trace's points, in pixels. */
export function scatterPixels(trace: DrawnTrace): Point[] {
  return positions(trace).map(([x, y]) => [pixelOf(trace.x, x), pixelOf(trace.y, y)]);
}

/** Draws the area of a scatter trace; `before` is the one that it may reach down to. */
export function drawArea(trace: DrawnTrace, before: DrawnTrace | undefined): string {
  const { opacity } = trace.json;
  return group(
    { opacity: typeof opacity === "number" ? opacity : undefined },
    drawFill(trace, scatterPixels(trace), before),
  );
}

/** Draws the lines, points and texts of a scatter trace. */
export function drawScatter(trace: DrawnTrace, font: Font): string {
  const { json } = trace;
  const points = scatterPixels(trace);
  const inside = (hasMode(json, "lines") ? drawLine(trace, points) : "") +
    (hasMode(json, "markers") ? drawMarkers(trace, points) : "") +
    (hasMode(json, "text") ? drawTexts(trace, points, font) : "");
  return group({ opacity: typeof json.opacity === "number" ? json.opacity : undefined }, inside);
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

function drawFill(
  trace: DrawnTrace,
  points: readonly Point[],
  before: DrawnTrace | undefined,
): string {
  const { json, x, y } = trace;
  const fill = textAt(json, "fill", "none");
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

/** The palette of markers whose colours are numbers. */
export function markerPalette(json: Json): Palette | undefined {
  const marker = jsonAt(json, "marker");
  if (!isList(marker.color) || typeof marker.color[0] === "string") return undefined;
  return paletteOf(marker, "c", numbersOf(marker.color));
}

/** How the i-th marker of a trace looks. */
export function markerLook(trace: NamedTrace, palette: Palette | undefined, i: number) {
  const marker = jsonAt(trace.json, "marker");
  const own = each(marker.color, i);
  const fill = typeof own === "number" && palette !== undefined
    ? palette.color(own)
    : typeof own === "string"
    ? own
    : trace.color;
  const symbol = String(each(marker.symbol, i) ?? "circle");
  const open = isOpen(symbol);
  const edge = jsonAt(marker, "line");
  // Discs of many sizes, which may cover each other, have an edge and can be seen through.
  const isBubble = isList(marker.size);
  const width = Number(each(edge.width, i) ?? (open || isBubble ? 1 : 0));
  const edgeColor = each(edge.color, i);
  return {
    symbol,
    radius: radiusOf(marker, i),
    attributes: {
      fill: open ? "none" : fill,
      ...width > 0
        ? stroke(open ? fill : String(edgeColor ?? (isBubble ? "#ffffff" : "#444444")), width)
        : {},
      // Of each mark, not of the group: where marks overlap it is darker.
      "fill-opacity": opacityOf(marker, i),
      "stroke-opacity": opacityOf(marker, i),
    },
  };
}

function opacityOf(marker: Json, i: number): number | undefined {
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
  const palette = markerPalette(trace.json);
  const runs: { attributes: Attributes; marks: string }[] = [];
  points.forEach(([x, y], i) => {
    if (!Number.isFinite(x + y)) return;
    const { symbol, radius, attributes } = markerLook(trace, palette, i);
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
