import { group, pixelImage } from "../svg/element.ts";
import { opacityOf, textAt } from "../json.ts";
import { imageSize } from "../axes/auto_range.ts";
import { pixelOf } from "../axes/axis.ts";
import { cellEdges, type DrawnTrace } from "./trace.ts";

/** Draws an image trace, whose pixels are cells of the axes. */
export function drawImage(trace: DrawnTrace): string {
  const { json, x, y } = trace;
  const source = textAt(json, "source", "");
  const { rows, columns } = imageSize(json);
  if (source === "" || rows === 0 || columns === 0) return "";
  const xs = cellEdges(json, x, columns), ys = cellEdges(json, y, rows);
  const left = pixelOf(x, xs[0]!), right = pixelOf(x, xs.at(-1)!);
  const top = pixelOf(y, ys[0]!), bottom = pixelOf(y, ys.at(-1)!);
  const width = Math.abs(right - left), height = Math.abs(bottom - top);
  const flip = (from: number, to: number) => from < to ? 1 : -1;
  const picture = pixelImage({ x: 0, y: 0, width, height }, source, { opacity: opacityOf(json) });
  // The first row of the image is at y0, wherever the axis has that.
  const [fx, fy] = [flip(left, right), flip(top, bottom)];
  const scale = fx === 1 && fy === 1 ? "" : ` scale(${fx} ${fy})`;
  return group({ transform: `translate(${round(left)} ${round(top)})${scale}` }, picture);
}

const round = (value: number) => Number(value.toFixed(2));
