/**
 * The traces of two axes, one over the other in Plotly's order.
 *
 * @module
 */
import { drawBars } from "./bar.ts";
import { drawContour } from "./contour.ts";
import { drawHeatmap } from "./heatmap.ts";
import { drawImage } from "./image.ts";
import type { Json } from "./json.ts";
import { drawScatter } from "./scatter.ts";
import type { Font } from "./text.ts";
import type { DrawnTrace } from "./trace.ts";

/** From the lowest to the uppermost, whatever their order in the figure. */
const order = ["image", "heatmap", "contour", "bar", "scatter", "scattergl"];

/** Draws traces: what the axes cut off, and what may reach over their edges. */
export function drawTraces(
  traces: readonly DrawnTrace[],
  layout: Json,
  font: Font,
): { inside: string; over: string } {
  let inside = "", over = "";
  const sorted = [...traces].sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
  sorted.forEach((trace, i) => {
    const drawn = drawTrace(trace, sorted[i - 1], traces, layout, font);
    if (trace.json.cliponaxis === false) over += drawn;
    else inside += drawn;
  });
  return { inside, over };
}

function drawTrace(
  trace: DrawnTrace,
  before: DrawnTrace | undefined,
  traces: readonly DrawnTrace[],
  layout: Json,
  font: Font,
): string {
  switch (trace.type) {
    case "image":
      return drawImage(trace);
    case "heatmap":
      return drawHeatmap(trace, font);
    case "contour":
      return drawContour(trace);
    case "bar":
      return drawBars(trace, traces, layout, font);
  }
  return drawScatter(trace, before?.type === trace.type ? before : undefined, font);
}
