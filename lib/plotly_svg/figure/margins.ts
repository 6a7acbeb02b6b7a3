/**
 * Where the plot of a figure lies: between margins that hold labels, legend and colour bars.
 *
 * @module
 */
import { setRanges, tieScales } from "../axes/figure_axes.ts";
import { anchorOf, axisDepth } from "../axes/draw_axis.ts";
import { type ColorBar, colorBarOf } from "./color_bar.ts";
import type { Box, Size } from "../svg/element.ts";
import { numberAt, textAt } from "../json.ts";
import type { Legend } from "./legend.ts";
import type { Prepared } from "./prepare.ts";
import type { Axis } from "../axes/axis.ts";

/** The parts of a figure in their places. */
export interface Arrangement {
  /** The space of all axes. */
  readonly plot: Box;
  readonly bars: readonly ColorBar[];
}

interface Margin {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Finds margins and ranges; each depends on the other, so it looks three times. */
export function arrange(figure: Prepared, legend: Legend | undefined): Arrangement {
  const { layout, size, font, visible, axes, traces } = figure;
  const bars = visible.flatMap((json) => colorBarOf(json, font) ?? []);
  const asked: Margin = {
    left: numberAt(layout, "margin.l", 80),
    right: numberAt(layout, "margin.r", 80),
    top: numberAt(layout, "margin.t", 100),
    bottom: numberAt(layout, "margin.b", 80),
  };
  let margin = asked;
  let plot = boxOf(size, margin);
  for (let round = 0; round < 3; round++) {
    plot = boxOf(size, margin);
    for (const axis of axes.values()) setPixels(axis, plot);
    setRanges(axes, traces, layout);
    tieScales(axes);
    margin = grown(asked, plot, figure, legend, bars);
  }
  return { plot, bars };
}

function boxOf({ width, height }: Size, margin: Margin): Box {
  // A margin wider than the figure leaves a plot of some pixels.
  const across = Math.max(10, width - margin.left - margin.right);
  const up = Math.max(10, height - margin.top - margin.bottom);
  return { x: margin.left, y: margin.top, width: across, height: up };
}

function setPixels(axis: Axis, plot: Box): void {
  const own = axis.layout.domain;
  const [from, to] = Array.isArray(own) && own.length === 2 ? own as [number, number] : [0, 1];
  axis.domain = [from, to];
  axis.pixels = axis.letter === "x"
    ? [plot.x + from * plot.width, plot.x + to * plot.width]
    : [plot.y + (1 - from) * plot.height, plot.y + (1 - to) * plot.height];
}

/** The margins that all parts need, none below what the layout asks for. */
function grown(
  asked: Margin,
  plot: Box,
  { size: { width, height }, axes, font }: Prepared,
  legend: Legend | undefined,
  bars: readonly ColorBar[],
): Margin {
  const margin = { ...asked };
  for (const axis of axes.values()) {
    const other = axes.get(anchorOf(axis));
    const [start, end] = other?.domain ?? [0, 1];
    const depth = axisDepth(axis, font);
    const side = textAt(axis.layout, "side", axis.letter === "x" ? "bottom" : "left");
    const need = (key: keyof Margin, inside: number) =>
      margin[key] = Math.max(margin[key], depth - inside);
    if (side === "left") need("left", start * plot.width);
    else if (side === "right") need("right", (1 - end) * plot.width);
    else if (side === "top") need("top", (1 - end) * plot.height);
    else need("bottom", start * plot.height);
  }
  for (const { x, width } of bars) {
    if (x >= 1) margin.right = Math.max(margin.right, (x - 1) * plot.width + width);
  }
  if (legend !== undefined) {
    const { x, y } = legend.place(plot);
    const right = x + legend.width - (plot.x + plot.width);
    const bottom = y + legend.height - (plot.y + plot.height);
    margin.right = Math.max(margin.right, Math.min(right, width / 2));
    margin.bottom = Math.max(margin.bottom, Math.min(bottom, height / 2));
    margin.top = Math.max(margin.top, Math.min(plot.y - y, height / 2));
  }
  return margin;
}
