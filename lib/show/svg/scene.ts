import type { Box } from "./element.ts";
import type { Json } from "./json.ts";
import type { Font } from "./text.ts";
/** Draws the three-dimensional parts of a figure. */
export function drawScenes(
  _data: readonly Json[],
  _layout: Json,
  _plot: Box,
  _font: Font,
  _colors: readonly string[],
  _prefix: string,
): string {
  return "";
}
