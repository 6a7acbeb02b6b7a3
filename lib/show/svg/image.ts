/**
 * Image traces, and the images of a layout.
 *
 * @module
 */
import { element, group, pixelImage } from "./element.ts";
import { type Json, numberAt, textAt } from "./json.ts";
import { imageSize } from "./range.ts";
import { pixelOf } from "./scale.ts";
import type { Reference } from "./reference.ts";
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
  const picture = pixelImage({ x: 0, y: 0, width, height }, source, {
    opacity: typeof json.opacity === "number" ? json.opacity : undefined,
  });
  // The first row of the image is at y0, wherever the axis has that.
  const [fx, fy] = [flip(left, right), flip(top, bottom)];
  const scale = fx === 1 && fy === 1 ? "" : ` scale(${fx} ${fy})`;
  return group({ transform: `translate(${round(left)} ${round(top)})${scale}` }, picture);
}

const round = (value: number) => Number(value.toFixed(2));

/** Draws an image of the layout. */
export function drawLayoutImage(image: Json, at: Reference): string {
  const source = textAt(image, "source", "");
  if (source === "") return "";
  const width = at.xLength(numberAt(image, "sizex", 0));
  const height = at.yLength(numberAt(image, "sizey", 0));
  const x = at.x(image.x ?? 0), y = at.y(image.y ?? 0);
  const part = { left: 0, center: 0.5, right: 1, top: 0, middle: 0.5, bottom: 1 };
  const of = (name: string, otherwise: number) => part[name as keyof typeof part] ?? otherwise;
  const left = x - width * of(textAt(image, "xanchor", "left"), 0);
  const top = y - height * of(textAt(image, "yanchor", "top"), 0);
  const sizing = textAt(image, "sizing", "contain");
  const align = `x${edge(textAt(image, "xanchor", "left"))}Y${
    edge(textAt(image, "yanchor", "top"))
  }`;
  return element("image", {
    x: left,
    y: top,
    width,
    height,
    href: source,
    preserveAspectRatio: sizing === "stretch"
      ? "none"
      : `${align} ${sizing === "fill" ? "slice" : "meet"}`,
    style: "image-rendering:pixelated",
    opacity: typeof image.opacity === "number" ? image.opacity : undefined,
  });
}

const edge = (anchor: string) =>
  anchor === "left" || anchor === "top"
    ? "Min"
    : anchor === "right" || anchor === "bottom"
    ? "Max"
    : "Mid";
