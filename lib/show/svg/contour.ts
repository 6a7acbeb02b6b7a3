/**
 * Contour plots: filled bands, and lines between them.
 *
 * @module
 */
import { contourLevels, contourPalette } from "./contour_levels.ts";
import { element, group, pathOf, stroke } from "./element.ts";
import { type GridPoint, isolines, isorings } from "./isolines.ts";
import { extentOf, jsonAt, matrixOf, numberAt, textAt } from "./json.ts";
import { type Axis, pixelOf } from "./scale.ts";
import { cellCenters, type DrawnTrace, tableNumbers, tableSize } from "./trace.ts";

/** Bands that stand for a colour without steps. */
const smoothBands = 60;

/** Draws a contour plot. */
export function drawContour(trace: DrawnTrace): string {
  const { json } = trace;
  const z = matrixOf(json.z);
  const { rows, columns } = tableSize(json);
  if (rows < 2 || columns < 2) return "";
  const xs = centerPixels(trace, trace.x, columns), ys = centerPixels(trace, trace.y, rows);
  const toPixels = (points: readonly GridPoint[]) =>
    points.map(([column, row]) => [between(xs, column), between(ys, row)] as const);
  const levels = contourLevels(json);
  const { coloring } = levels;
  const colors = contourPalette(json, levels);

  let bands = "";
  if (coloring === "fill" || coloring === "heatmap") {
    const region = (level: number, fill: string) => {
      const d = isorings(z, level).map((ring) => pathOf(toPixels(ring), true)).join("");
      return d === "" ? "" : element("path", { d, fill, "fill-rule": "evenodd" });
    };
    const { values, step } = coloring === "fill"
      ? levels
      : evenLevels(extentOf(tableNumbers(json)) ?? [0, 1]);
    bands = region(-Number.MAX_VALUE, colors.color(values[0]! - step / 2)) +
      values.map((level) => region(level, colors.color(level + step / 2))).join("");
  }

  const own = jsonAt(json, "contours");
  const width = numberAt(json, "line.width", 0.5);
  let lines = "";
  if ((own.showlines !== false || coloring === "lines") && width > 0) {
    lines = levels.values.map((level) => {
      const d = isolines(z, level).map(({ points, closed }) => pathOf(toPixels(points), closed))
        .join("");
      const color = coloring === "lines"
        ? colors.color(level)
        : textAt(json, "line.color", "#000000");
      return d === ""
        ? ""
        : element("path", { d, ...stroke(color, width, jsonAt(json, "line").dash) });
    }).join("");
  }
  return group(
    { opacity: typeof json.opacity === "number" ? json.opacity : undefined },
    bands + group({ fill: "none", "stroke-linejoin": "round" }, lines),
  );
}

const centerPixels = ({ json }: DrawnTrace, axis: Axis, count: number): number[] =>
  cellCenters(json, axis, count).map((at) => pixelOf(axis, at));

/** The pixel of a place between two cells. */
function between(pixels: readonly number[], at: number): number {
  const low = Math.min(pixels.length - 2, Math.floor(at));
  return pixels[low]! + (at - low) * (pixels[low + 1]! - pixels[low]!);
}

function evenLevels([low, high]: readonly [number, number]): { values: number[]; step: number } {
  const step = (high - low) / smoothBands || 1;
  return { values: Array.from({ length: smoothBands - 1 }, (_, i) => low + (i + 1) * step), step };
}
