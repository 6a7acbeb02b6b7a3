import { colorAt, contourLevels, contourPalette, type Levels } from "./contour_levels.ts";
import { contourPixels } from "./contour_pixels.ts";
import { element, group, stepsOf, stroke } from "../svg/element.ts";
import { type GridPoint, isolines, isorings, placeBetween } from "./isolines.ts";
import { extentOf, type Json, jsonAt, matrixOf, numberAt } from "../json.ts";
import { pixelOf } from "../axes/axis.ts";
import { simplify } from "./simplify.ts";
import {
  cellCenters,
  type DrawnTrace,
  type PlacedTable,
  tableNumbers,
  tableSize,
} from "./trace.ts";

/** Bands that stand for a colour without steps. */
const smoothBands = 60;

/** How far off a line may be for the sake of fewer points, in pixels. */
const tolerance = 0.25;

/**
 * Bands have outlines as long as these are at most so many characters of SVG, and cross so many edges
 * between neighbours of the table. Finer ones could hardly be told apart: they are drawn as pixels.
 */
const most = { characters: 64_000, crossings: 60_000 };

/** Draws a contour plot: filled bands, and lines between them. */
export function drawContour(trace: DrawnTrace): string {
  const { json } = trace;
  const { rows, columns } = tableSize(json);
  if (rows < 2 || columns < 2) return "";
  const table: PlacedTable = {
    z: matrixOf(json.z),
    xs: cellCenters(json, trace.x, columns).map((at) => pixelOf(trace.x, at)),
    ys: cellCenters(json, trace.y, rows).map((at) => pixelOf(trace.y, at)),
  };
  const levels = contourLevels(json);
  if (!isFilled(levels)) return drawLines(json, table, levels);
  if (countCrossings(table, levels) <= most.crossings) {
    const drawn = drawLines(json, table, levels);
    if (drawn.length <= most.characters) return drawn;
  }
  return contourPixels(table, levels, contourPalette(json, levels));
}

/** Whether there are bands of colour between the lines. */
const isFilled = ({ coloring }: Levels) => coloring === "fill" || coloring === "heatmap";

/** How often lines cross an edge between two neighbours of the table. */
function countCrossings({ z }: PlacedTable, { values, step }: Levels): number {
  let count = 0;
  const levelOf = (height: number) =>
    Math.min(values.length, Math.max(0, Math.ceil((height - values[0]!) / step)));
  z.forEach((row, i) =>
    row.forEach((height, j) => {
      for (const other of [row[j + 1], z[i + 1]?.[j]]) {
        if (other !== undefined) count += Math.abs(levelOf(height) - levelOf(other)) || 0;
      }
    })
  );
  return count;
}

/** The bands and the lines between them, as paths. */
function drawLines(json: Json, { z, xs, ys }: PlacedTable, levels: Levels): string {
  const path = (points: readonly GridPoint[], closed: boolean) => {
    const places = points.map(([column, row]) =>
      [placeBetween(xs, column), placeBetween(ys, row)] as const
    );
    return stepsOf(simplify(places, tolerance), closed);
  };
  const { coloring } = levels;
  const colors = contourPalette(json, levels);
  let bands = "";
  if (isFilled(levels)) {
    const region = (level: number, fill: string) => {
      const d = isorings(z, level).map((ring) => path(ring, true)).join("");
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
      const d = isolines(z, level).map(({ points, closed }) => path(points, closed)).join("");
      if (d === "") return "";
      const look = stroke(colorAt(json, levels, colors, level), width, jsonAt(json, "line").dash);
      return element("path", { d, ...look });
    }).join("");
  }
  return bands + group({ fill: "none", "stroke-linejoin": "round" }, lines);
}

function evenLevels([low, high]: readonly [number, number]): { values: number[]; step: number } {
  const step = (high - low) / smoothBands || 1;
  return { values: Array.from({ length: smoothBands - 1 }, (_, i) => low + (i + 1) * step), step };
}
