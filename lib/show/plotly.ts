import { dataUrl, escapeHtml } from "./bundle.ts";
import type { FigureData } from "./figure.ts";
/** The live chart as HTML. */
export function figureHtml(_figure: FigureData, svg: string): string {
  return `<img alt="${escapeHtml("")}" src="${dataUrl("image/svg+xml", svg)}">`;
}
