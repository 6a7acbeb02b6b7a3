import type { Font } from "./text.ts";
import type { DrawnTrace } from "./trace.ts";
/** Draws a contour plot. */
export function drawContour(_trace: DrawnTrace, _font: Font): string {
  return "";
}
