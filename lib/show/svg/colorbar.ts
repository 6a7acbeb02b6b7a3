/**
 * The bar beside a plot that says which number each colour means.
 *
 * @module
 */
import { contourLevels, contourPalette } from "./contour_levels.ts";
import { axisTicks } from "./axis_ticks.ts";
import { type Box, element, rect, stroke } from "./element.ts";
import { type Json, jsonAt, numberAt, textAt, titleOf } from "./json.ts";
import { type Palette, paletteOf } from "./palette.ts";
import { type Axis, pixelOf } from "./scale.ts";
import { markerPalette } from "./scatter.ts";
import { surfaceColors } from "./surface.ts";
import { drawText, type Font, fontAt, measure } from "./text.ts";
import { tableNumbers } from "./trace.ts";

/** A colour bar that is laid out. */
export interface ColorBar {
  /** Pixels from its place in the plot to its right end. */
  readonly width: number;
  /** Where in the plot its edge is, 0..1. */
  readonly x: number;
  /** Draws it beside a plot. */
  draw(plot: Box, id: string): string;
}

/** The palette of a trace that shows a colour bar, and what it says of the bar. */
function shown(json: Json): { palette: Palette; own: Json; steps?: number[] } | undefined {
  switch (json.type) {
    case "heatmap":
    case "surface": {
      if (json.showscale === false) return undefined;
      const colors = json.type === "surface" ? surfaceColors(json) : json;
      return { palette: paletteOf(colors, "z", tableNumbers(json)), own: jsonAt(json, "colorbar") };
    }
    case "contour": {
      if (json.showscale === false) return undefined;
      const levels = contourLevels(json);
      const palette = contourPalette(json, levels);
      return {
        palette,
        own: jsonAt(json, "colorbar"),
        ...levels.coloring === "fill" ? { steps: levels.values } : {},
      };
    }
    case "scatter":
    case "scatter3d": {
      const palette = markerPalette(json);
      const marker = jsonAt(json, "marker");
      // Plotly shows the scale of markers only when it is asked to, or has a bar to describe.
      if (palette === undefined || marker.showscale !== true) return undefined;
      return { palette, own: jsonAt(marker, "colorbar") };
    }
  }
  return undefined;
}

/** The colour bar of a trace; undefined if it has none. */
export function colorBarOf(json: Json, plain: Font): ColorBar | undefined {
  const found = shown(json);
  if (found === undefined) return undefined;
  const { palette, own, steps } = found;
  const font = fontAt(own, "tickfont", plain);
  const titleFont = fontAt(own, "title.font", plain);
  const thickness = numberAt(own, "thickness", 30);
  const padX = numberAt(own, "xpad", 10), padY = numberAt(own, "ypad", 10);
  const x = numberAt(own, "x", 1.02), y = numberAt(own, "y", 0.5);
  const len = numberAt(own, "len", 1);
  const title = titleOf(own);
  const titleSize = title === "" ? { width: 0, height: 0 } : measure(title, titleFont.size);
  const side = textAt(own, "title.side", "top");
  const axisFor = (top: number, bottom: number): Axis => ({
    id: "colors",
    letter: "y",
    layout: own,
    type: "linear",
    categories: [],
    domain: [0, 1],
    range: [palette.low, palette.high],
    pixels: [bottom, top],
  });
  const space = (plot: Box) => own.lenmode === "pixels" ? len : len * plot.height;
  const ends = (plot: Box) => {
    const height = space(plot);
    const anchor = { top: 0, middle: 0.5, bottom: 1 }[textAt(own, "yanchor", "middle")] ?? 0.5;
    const top = plot.y + (1 - y) * plot.height - height * anchor;
    const head = side === "top" && title !== "" ? titleSize.height + 4 : 0;
    return { top: top + padY + head, bottom: top + height - padY, head: top + padY };
  };
  const typical = axisTicks(axisFor(0, 300), font.size);
  const labels = Math.max(0, ...typical.map(({ text }) => measure(text, font.size).width));
  const width = padX + Math.max(
    thickness + 5 + labels + (side === "right" && title !== "" ? titleSize.height + 4 : 0),
    side === "top" ? titleSize.width : 0,
  ) + 4;
  const draw = (plot: Box, id: string) => {
    const { top, bottom, head } = ends(plot);
    const anchor = { left: 0, center: 0.5, right: 1 }[textAt(own, "xanchor", "left")] ?? 0;
    const left = plot.x + x * plot.width - anchor * width + padX;
    const box = { x: left, y: top, width: thickness, height: Math.max(1, bottom - top) };
    const axis = axisFor(top, bottom);
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
        angle: 90,
      }, titleFont)
      : drawText(title, { x: left, y: head, anchor: "start", vertical: "top" }, titleFont);
    return (steps === undefined ? gradient(palette, box, id) : bands(palette, steps, axis, box)) +
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
function bands(palette: Palette, levels: readonly number[], axis: Axis, box: Box): string {
  const edges = [palette.low, ...levels, palette.high];
  return edges.slice(1).map((to, i) => {
    const from = edges[i]!;
    const top = pixelOf(axis, to), bottom = pixelOf(axis, from);
    // The first band has the first colour of the scale, the last one its last.
    const color = palette.color(i === 0 ? from : i === edges.length - 2 ? to : (from + to) / 2);
    return rect({ ...box, y: top, height: Math.max(0, bottom - top) }, {
      fill: color,
      "shape-rendering": "crispEdges",
    });
  }).join("");
}
