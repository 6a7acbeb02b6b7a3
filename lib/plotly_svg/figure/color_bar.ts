import { colorAt, contourLevels, contourPalette, type Levels } from "../traces/contour_levels.ts";
import { axisTicks } from "../axes/axis_ticks.ts";
import { type Box, element, line, rect, stroke } from "../svg/element.ts";
import { extentOf, type Json, jsonAt, numberAt, textAt, titleOf } from "../json.ts";
import { type Palette, paletteOf, pointPalette } from "../color/palette.ts";
import { type Axis, pixelOf, plainAxis } from "../axes/axis.ts";
import { drawText, type Font, fontAt, measureText } from "../svg/text.ts";
import { niceStep } from "../axes/tick_steps.ts";
import { tableNumbers } from "../traces/trace.ts";
import { anchorShare } from "./anchor.ts";

/** A colour bar that is laid out: it says which number each colour means. */
export interface ColorBar {
  /** Pixels from its place in the plot to its right end. */
  readonly width: number;
  /** Where in the plot its edge is, 0..1. */
  readonly x: number;
  /** Draws it beside a plot. */
  draw(plot: Box, id: string): string;
}

/** What a colour bar shows. */
interface Content {
  readonly palette: Palette;
  /** What the trace says of its bar. */
  readonly own: Json;
  /** The levels of a contour plot, and the trace. */
  readonly levels?: Levels;
  readonly json: Json;
}

/** What the colour bar of a trace shows; undefined if it has none. */
function contentOf(json: Json): Content | undefined {
  if (/^scatter(gl|3d)?$/.test(String(json.type))) {
    const marker = jsonAt(json, "marker"), palette = pointPalette(marker);
    if (palette === undefined || marker.showscale !== true) return undefined;
    return { palette, own: jsonAt(marker, "colorbar"), json };
  }
  const isTable = json.type === "heatmap" || json.type === "contour" || json.type === "surface";
  if (!isTable || json.showscale === false) return undefined;
  const own = jsonAt(json, "colorbar");
  if (json.type === "contour") {
    const levels = contourLevels(json);
    return { palette: contourPalette(json, levels), own, levels, json };
  }
  const letter = json.type === "surface" ? "c" : "z";
  return { palette: paletteOf(json, letter, tableNumbers(json)), own, json };
}

/** The numbers at the ends of a colour bar: those of the scale, and all of a contour plot's. */
function rangeOf({ palette, levels, json }: Content): [number, number] {
  const [low, high] = (levels && extentOf(tableNumbers(json))) ?? [palette.low, palette.high];
  return [Math.min(low, palette.low), Math.max(high, palette.high)];
}

/** What the axis of the bar is told: ticks of a contour plot stand at its levels. */
function barAxis(content: Content, top: number, bottom: number): Axis {
  const { own, levels } = content;
  const range = rangeOf(content);
  let layout = own;
  if (levels !== undefined && own.tickvals === undefined && own.dtick === undefined) {
    const count = Math.min(15, Math.max(4, (Math.abs(bottom - top) + 20) / 50)) + 1;
    const share = (range[1] - range[0]) / (numberAt(own, "nticks", count) * levels.step);
    const dtick = levels.step * (share > 1 ? niceStep(share) : 1);
    const start = levels.values[0]!;
    const round = (Math.abs(start) / levels.step + 1e-6) % 1 < 2e-6;
    layout = { ...own, dtick, tick0: round ? 0 : start };
  }
  return { ...plainAxis, id: "colors", letter: "y", layout, range, pixels: [bottom, top] };
}

/** The colour bar of a trace; undefined if it has none. */
export function colorBarOf(json: Json, plain: Font): ColorBar | undefined {
  const content = contentOf(json);
  if (content === undefined) return undefined;
  const { palette, own, levels } = content;
  const font = fontAt(own, "tickfont", plain);
  const titleFont = fontAt(own, "title.font", { ...plain, size: Math.round(1.2 * plain.size) });
  const thickness = numberAt(own, "thickness", 30);
  const padX = numberAt(own, "xpad", 10), padY = numberAt(own, "ypad", 10);
  const x = numberAt(own, "x", 1.02), y = numberAt(own, "y", 0.5);
  const len = numberAt(own, "len", 1);
  const title = titleOf(own);
  const titleSize = title === "" ? { width: 0, height: 0 } : measureText(title, titleFont.size);
  const side = textAt(own, "title.side", "top");
  const space = (plot: Box) => own.lenmode === "pixels" ? len : len * plot.height;
  const ends = (plot: Box) => {
    const height = space(plot);
    const anchor = anchorShare(textAt(own, "yanchor", "middle"));
    const top = plot.y + (1 - y) * plot.height - height * anchor;
    const head = side === "top" && title !== "" ? titleSize.height + 4 : 0;
    return { top: top + padY + head, bottom: top + height - padY, head: top + padY };
  };
  const typical = axisTicks(barAxis(content, 0, 300), font.size);
  const labels = Math.max(0, ...typical.map(({ text }) => measureText(text, font.size).width));
  const width = padX + Math.max(
    thickness + 5 + labels + (side === "right" && title !== "" ? titleSize.height + 4 : 0),
    side === "top" ? titleSize.width : 0,
  ) + padX + 8;
  const draw = (plot: Box, id: string) => {
    const { top, bottom, head } = ends(plot);
    const anchor = anchorShare(textAt(own, "xanchor", "left"));
    const left = plot.x + x * plot.width - anchor * width + padX;
    const box = { x: left, y: top, width: thickness, height: Math.max(1, bottom - top) };
    const axis = barAxis(content, top, bottom);
    const edgeWidth = numberAt(own, "outlinewidth", 1);
    const frame = rect(box, {
      fill: "none",
      ...edgeWidth > 0 ? stroke(textAt(own, "outlinecolor", "#444444"), edgeWidth) : {},
    });
    const ticks = axisTicks(axis, font.size).map(({ at, text }) =>
      drawText(text, { x: left + thickness + 5, y: pixelOf(axis, at), anchor: "start" }, font)
    ).join("");
    const heading = title === "" ? "" : side === "right"
      ? drawText(title, {
        x: left + thickness + 9 + labels + titleSize.height / 2,
        y: (top + bottom) / 2,
        angle: -90,
      }, titleFont)
      : drawText(title, { x: left, y: head, anchor: "start", vertical: "top" }, titleFont);
    const colors = levels === undefined || levels.coloring === "heatmap"
      ? gradient(palette, box, id)
      : levels.coloring === "fill"
      ? bands(palette, levels, axis, box)
      : "";
    return colors + (levels === undefined ? "" : levelLines(json, palette, levels, axis, box)) +
      frame + ticks + heading;
  };
  return { width, x, draw };
}

/** The colours of a scale one into another, from below. */
function gradient(palette: Palette, box: Box, id: string): string {
  const stops = palette.scale.map(([place, color]) =>
    element("stop", { offset: String(Number(place.toFixed(4))), "stop-color": color })
  ).join("");
  return element("linearGradient", { id, x1: 0, y1: 1, x2: 0, y2: 0 }, stops) +
    rect(box, { fill: `url(#${id})` });
}

/** The colours between levels, each for itself. */
function bands(palette: Palette, { values, step }: Levels, axis: Axis, box: Box): string {
  const edges = [axis.range[0], ...values, axis.range[1]];
  return edges.slice(1).map((to, i) => {
    const top = pixelOf(axis, to), height = Math.max(0, pixelOf(axis, edges[i]!) - top);
    const fill = palette.color(i === 0 ? values[0]! - step / 2 : edges[i]! + step / 2);
    return rect({ ...box, y: top, height }, { fill, "shape-rendering": "crispEdges" });
  }).join("");
}

/** The lines of a contour plot, at their levels. */
function levelLines(json: Json, palette: Palette, levels: Levels, axis: Axis, box: Box): string {
  const width = numberAt(json, "line.width", 0.5);
  const hidden = levels.coloring !== "lines" && jsonAt(json, "contours").showlines === false;
  if (hidden || width === 0) return "";
  return levels.values.map((level) => {
    const y = pixelOf(axis, level), color = colorAt(json, levels, palette, level);
    return line(box.x, y, box.x + box.width, y, stroke(color, width));
  }).join("");
}
