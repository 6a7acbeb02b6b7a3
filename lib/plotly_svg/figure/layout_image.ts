import { type Json, numberAt, opacityOf, textAt } from "../json.ts";
import { element } from "../svg/element.ts";
import { anchorShare } from "./anchor.ts";
import type { Reference } from "./reference.ts";

/** Draws an image of the layout. */
export function drawLayoutImage(image: Json, at: Reference): string {
  const source = textAt(image, "source", "");
  if (source === "" || image.visible === false) return "";
  const width = at.x.length(numberAt(image, "sizex", 0));
  const height = at.y.length(numberAt(image, "sizey", 0));
  const x = at.x.at(image.x ?? 0), y = at.y.at(image.y ?? 0);
  const left = anchorShare(textAt(image, "xanchor", "left"));
  const above = anchorShare(textAt(image, "yanchor", "top"));
  const [across, down] = [left, above].map((share) => ["Min", "Mid", "Max"][2 * share]);
  const sizing = textAt(image, "sizing", "contain");
  return element("image", {
    x: x - width * left,
    y: y - height * above,
    width,
    height,
    href: source,
    preserveAspectRatio: sizing === "stretch"
      ? "none"
      : `x${across}Y${down} ${sizing === "fill" ? "slice" : "meet"}`,
    style: "image-rendering:pixelated",
    opacity: opacityOf(image),
  });
}
