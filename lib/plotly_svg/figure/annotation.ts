import { element, rect, short, stroke } from "../svg/element.ts";
import { type Json, numberAt, opacityOf, textAt } from "../json.ts";
import { anchorShare } from "./anchor.ts";
import type { Reference } from "./reference.ts";
import { drawText, type Font, fontAt, measureText } from "../svg/text.ts";

/** Draws a note: a text at a place, with or without an arrow to it. */
export function drawAnnotation(note: Json, at: Reference, plain: Font): string {
  const text = textAt(note, "text", "");
  if (note.visible === false) return "";
  const font = fontAt(note, "font", plain);
  const x = at.x.at(note.x) + numberAt(note, "xshift", 0);
  const y = at.y.at(note.y) - numberAt(note, "yshift", 0);
  if (!Number.isFinite(x + y)) return "";
  const arrow = note.showarrow !== false;
  const pad = numberAt(note, "borderpad", 1);
  const size = measureText(text, font.size, font.bold);
  const width = numberAt(note, "width", size.width) + 2 * pad, height = size.height + 2 * pad;
  // With an arrow its tail is at (ax, ay) from the point, and the text at the tail.
  const tailX = arrow ? x + numberAt(note, "ax", -10) : x;
  const tailY = arrow ? y + numberAt(note, "ay", -30) : y;
  const across = arrow || note.xref !== "paper" ? NaN : Number(note.x);
  const down = arrow || note.yref !== "paper" ? NaN : 1 - Number(note.y);
  const left = tailX - width * anchorShare(textAt(note, "xanchor", "auto"), across);
  const top = tailY - height * anchorShare(textAt(note, "yanchor", "auto"), down);
  const box = { x: left, y: top, width, height };
  const border = textAt(note, "bordercolor", "");
  const background = textAt(note, "bgcolor", "");
  const frame = background === "" && border === "" ? "" : rect(box, {
    fill: background === "" ? "none" : background,
    ...border === "" ? {} : stroke(border, numberAt(note, "borderwidth", 1)),
  });
  const align = textAt(note, "align", "center");
  const place = align === "left"
    ? { x: left + pad, anchor: "start" as const }
    : align === "right"
    ? { x: left + width - pad, anchor: "end" as const }
    : { x: left + width / 2 };
  const label = frame + drawText(text, { ...place, y: top + height / 2 }, font);
  const angle = numberAt(note, "textangle", 0);
  const turned = angle === 0 ? label : element("g", {
    transform: `rotate(${short(angle)} ${short(tailX)} ${short(tailY)})`,
  }, label);
  const drawn = (arrow ? drawArrow(note, x, y, tailX, tailY, box, font.color) : "") + turned;
  const opacity = opacityOf(note);
  return opacity === undefined ? drawn : element("g", { opacity }, drawn);
}

/** From the edge of the text to the point, with a head there. */
function drawArrow(
  note: Json,
  x: number,
  y: number,
  tailX: number,
  tailY: number,
  box: { x: number; y: number; width: number; height: number },
  textColor: string,
): string {
  const color = textAt(note, "arrowcolor", textColor);
  const width = numberAt(note, "arrowwidth", 2);
  const dx = x - tailX, dy = y - tailY, length = Math.hypot(dx, dy);
  if (length === 0) return "";
  // Where the straight line leaves the box around the text.
  const [cx, cy] = [box.x + box.width / 2, box.y + box.height / 2];
  const [ux, uy] = [x - cx, y - cy];
  const leave = Math.min(
    ux === 0 ? Infinity : box.width / 2 / Math.abs(ux),
    uy === 0 ? Infinity : box.height / 2 / Math.abs(uy),
  );
  if (leave >= 1) return "";
  const standoff = numberAt(note, "standoff", 0), reach = Math.hypot(ux, uy);
  const tipX = x - ux / reach * standoff, tipY = y - uy / reach * standoff;
  // The head is three widths long and twice as wide.
  const head = numberAt(note, "arrowhead", 1) === 0
    ? 0
    : 3 * width * numberAt(note, "arrowsize", 1);
  const [ex, ey] = [tipX - ux / reach * head, tipY - uy / reach * head];
  const [nx, ny] = [-uy / reach * head, ux / reach * head];
  const points = [[tipX, tipY], [ex + nx, ey + ny], [ex - nx, ey - ny]];
  return element("path", {
    d: `M${short(cx + ux * leave)},${short(cy + uy * leave)}L${short(ex)},${short(ey)}`,
    ...stroke(color, width),
  }) + (head === 0 ? "" : element("path", {
    d: `M${points.map((point) => point.map(short).join(",")).join("L")}Z`,
    fill: color,
  }));
}
