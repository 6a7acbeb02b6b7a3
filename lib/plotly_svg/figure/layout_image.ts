/**
 * The images of a layout.
 *
 * @module
 */
import { type Json, numberAt, textAt } from "../json.ts";
import { element } from "../svg/element.ts";
import type { Reference } from "./reference.ts";

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
