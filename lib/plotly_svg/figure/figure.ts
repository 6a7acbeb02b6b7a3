import { element, short } from "../svg/element.ts";
import type { FigureJson } from "../json.ts";
import { drawSteps } from "./frame_sheet.ts";
import { drawStill } from "./still_figure.ts";

/** A figure as an SVG picture; one that moves as all of its steps side by side, twelve at most. */
export function drawFigure({ data, layout = {}, frames = [] }: FigureJson): string {
  const { width, height, inside } = frames.length > 0
    ? drawSteps({ data, layout, frames })
    : drawStill(data, layout);
  return element("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${short(width)} ${short(height)}`,
    "font-family": "Helvetica, Arial, Arimo, sans-serif",
  }, inside);
}
