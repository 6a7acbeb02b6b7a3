/**
 * Figures of Plotly's JSON as SVG pictures: alike on every machine, with no browser and no package.
 * What is drawn, and what is not, is listed in README.md beside this file.
 *
 * ```ts
 * import { drawFigure } from "./mod.ts";
 * const svg = drawFigure({ data: [{ type: "scatter", y: [3, 1, 2] }] });
 * console.assert(svg.startsWith("<svg"));
 * ```
 *
 * @module
 */
export { colorRamp, colorScaleOf, colorway, traceColor } from "./color/colors.ts";
export { drawFigure } from "./figure/figure.ts";
export { figureSize, titleText } from "./figure/prepare.ts";
export { type FigureJson, type FrameJson, type Json, mergeJson, plainJson } from "./json.ts";
export { type Channels, encodePng, pngFile, pngUrl } from "./png.ts";
export { type Attributes, element, escapeMarkup, type Size } from "./svg/element.ts";
export { measureText, plainLines } from "./svg/text.ts";
export { isolinePieces } from "./traces/isolines.ts";
