import type { Camera, Seen } from "./camera.ts";
import { group, line, stroke } from "../svg/element.ts";
import { each, type Json, jsonAt, listAt, numberAt, opacityOf, textAt } from "../json.ts";
import { drawMarker } from "../svg/marker.ts";
import { pointColors } from "../color/palette.ts";
import type { Piece, Space } from "./space.ts";
import { drawText } from "../svg/text.ts";

/** So much nearer than it is a line is taken to be, or the surface that it lies on would hide it. */
const before = 0.06;

/** The pieces of lines and the points of a scatter3d trace. */
export function drawScatter3d(json: Json, color: string, space: Space, camera: Camera): Piece[] {
  const [xs, ys, zs] = ["x", "y", "z"].map((letter) => listAt(json, letter) ?? []);
  const n = Math.min(xs!.length, ys!.length, zs!.length);
  const seen = Array.from({ length: n }, (_, i): Seen | undefined => {
    const place = space.place(xs![i], ys![i], zs![i]);
    return place.every(Number.isFinite) ? camera.project(place) : undefined;
  });
  const mode = textAt(json, "mode", "lines+markers").split("+");
  const opacity = opacityOf(json) === 1 ? undefined : opacityOf(json);
  const wrap = (svg: string) => opacity === undefined ? svg : group({ opacity }, svg);
  const marker = jsonAt(json, "marker"), edge = jsonAt(json, "line");
  const pieces: Piece[] = [];
  if (mode.includes("lines")) {
    const width = numberAt(edge, "width", 2);
    const lineColors = pointColors(edge, textAt(marker, "color", color));
    for (let i = 1; i < n; i++) {
      const a = seen[i - 1], b = seen[i];
      if (a === undefined || b === undefined) continue;
      const look = { ...stroke(lineColors(i), width, edge.dash), "stroke-linecap": "round" };
      pieces.push({
        depth: (a.depth + b.depth) / 2 - before,
        svg: wrap(line(a.x, a.y, b.x, b.y, look)),
      });
    }
  }
  const markerColors = pointColors(marker, textAt(edge, "color", color));
  seen.forEach((at, i) => {
    if (at === undefined) return;
    if (mode.includes("markers")) {
      const radius = Number(each(marker.size, i) ?? 8) / 2;
      const rim = numberAt(marker, "line.width", 0);
      const svg = drawMarker(String(each(marker.symbol, i) ?? "circle"), at.x, at.y, radius, {
        fill: markerColors(i),
        "fill-opacity": opacityOf(marker),
        ...rim > 0 ? stroke(textAt(marker, "line.color", "#444444"), rim) : {},
      });
      pieces.push({ depth: at.depth - 1.5 * before, svg: wrap(svg) });
    }
    const text = each(json.text, i);
    if (mode.includes("text") && typeof text === "string") {
      const font = {
        size: numberAt(json, "textfont.size", 12),
        color: textAt(json, "textfont.color", "#444444"),
        bold: false,
      };
      pieces.push({
        depth: at.depth - 2 * before,
        svg: drawText(text, { x: at.x, y: at.y - 10 }, font),
      });
    }
  });
  return pieces;
}
