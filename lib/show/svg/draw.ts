/**
 * Figures as pictures: Plotly's JSON drawn as SVG, alike on every machine, with no package.
 *
 * @module
 */
import { element, short } from "./element.ts";
import type { Json } from "./json.ts";
import { drawSteps } from "./steps.ts";
import { drawStill } from "./still.ts";

/** As much of a figure as a picture needs. */
export interface Drawable {
  /** The traces. */
  readonly data: readonly Json[];
  /** Titles, axes, notes and the rest. */
  readonly layout?: Json;
  /** The steps of a figure that moves. */
  readonly frames?: readonly {
    readonly name: string;
    readonly data: readonly Json[];
    readonly layout?: Json;
  }[];
}

/** A figure as an SVG picture; one that moves as all of its steps side by side, twelve at most. */
export function drawFigure({ data, layout = {}, frames = [] }: Drawable): string {
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
