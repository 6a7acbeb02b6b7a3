import { type Attributes, boxBetween, element, line, rect, short, stroke } from "../svg/element.ts";
import { type Json, numberAt, opacityOf, textAt } from "../json.ts";
import type { Reference } from "./reference.ts";

/** Draws a shape of a layout: a line, a rectangle, a circle or a path. */
export function drawShape(shape: Json, at: Reference): string {
  if (shape.visible === false) return "";
  const width = numberAt(shape, "line.width", 2);
  const look: Attributes = {
    fill: textAt(shape, "fillcolor", "none"),
    ...width > 0
      ? stroke(
        textAt(shape, "line.color", "#000000"),
        width,
        (shape.line as Json | undefined)?.dash,
      )
      : {},
    opacity: opacityOf(shape),
  };
  const kind = textAt(shape, "type", "rect");
  if (kind === "path") {
    return element("path", { d: pathInPixels(textAt(shape, "path", ""), at), ...look });
  }
  const [x0, x1] = [at.x.at(shape.x0), at.x.at(shape.x1)],
    [y0, y1] = [at.y.at(shape.y0), at.y.at(shape.y1)];
  if (![x0, x1, y0, y1].every(Number.isFinite)) return "";
  if (kind === "line") return line(x0, y0, x1, y1, look);
  const box = boxBetween(x0, x1, y0, y1);
  if (kind === "circle") {
    return element("ellipse", {
      cx: box.x + box.width / 2,
      cy: box.y + box.height / 2,
      rx: box.width / 2,
      ry: box.height / 2,
      ...look,
    });
  }
  return rect(box, look);
}

/** Which numbers after a command are places across (x) and which are places up (y). */
const parameters: Readonly<Record<string, string>> = {
  M: "xy",
  L: "xy",
  H: "x",
  V: "y",
  Q: "xyxy",
  C: "xyxyxy",
  T: "xy",
  S: "xyxy",
  Z: "",
};

/** A path whose numbers are values of the axes, with pixels in their place. */
function pathInPixels(path: string, at: Reference): string {
  let d = "";
  for (
    const [, command, rest] of path.matchAll(/([A-Za-z])([^A-Za-z]*(?:[eE][-+]?\d+[^A-Za-z]*)*)/g)
  ) {
    const order = parameters[command!];
    if (order === undefined) continue;
    const values = rest!.match(/[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/g) ?? [];
    d += command +
      values.map((value, i) =>
        short(order[i % order.length] === "x" ? at.x.at(Number(value)) : at.y.at(Number(value)))
      ).join(",");
  }
  return d;
}
