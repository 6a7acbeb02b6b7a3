import { drawBars } from "./bar.ts";
import { drawContour } from "./contour.ts";
import { drawHeatmap } from "./heatmap.ts";
import { drawImage } from "./image.ts";
import { type Json, opacityOf } from "../json.ts";
import { group } from "../svg/element.ts";
import { drawArea, drawScatter } from "./scatter.ts";
import type { Font } from "../svg/text.ts";
import type { DrawnTrace, DrawnTraces } from "./trace.ts";

/** From the lowest to the uppermost, whatever their order in the figure. */
const order = ["image", "heatmap", "contour", "bar", "scatter", "scattergl"];

/** Draws the traces of two axes: what these cut off, and what may reach over their edges. */
export function drawTraces(
  traces: DrawnTraces,
  layout: Json,
  font: Font,
): { inside: string; over: string } {
  const rank = ({ type }: DrawnTrace) => order.indexOf(type);
  const sorted = [...traces].sort((a, b) => rank(a) - rank(b));
  const isScatter = ({ type }: DrawnTrace) => type.startsWith("scatter");
  const lines = sorted.filter(isScatter);
  const faded = ({ json }: DrawnTrace, drawn: string) => group({ opacity: opacityOf(json) }, drawn);
  let inside = sorted.filter((trace) => !isScatter(trace)).map((trace) =>
    trace.type === "image" ? drawImage(trace) : faded(trace, drawCells(trace, traces, layout, font))
  ).join("");
  // All areas lie below all lines.
  inside += lines.map((trace, i) => faded(trace, drawArea(trace, lines[i - 1]))).join("");
  let over = "";
  for (const trace of lines) {
    const drawn = faded(trace, drawScatter(trace, font));
    if (trace.json.cliponaxis === false) over += drawn;
    else inside += drawn;
  }
  return { inside, over };
}

function drawCells(trace: DrawnTrace, traces: DrawnTraces, layout: Json, font: Font): string {
  if (trace.type === "heatmap") return drawHeatmap(trace, font);
  if (trace.type === "contour") return drawContour(trace);
  return drawBars(trace, traces, layout, font);
}
