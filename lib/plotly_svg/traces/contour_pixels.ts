import { paletteImage } from "../color/palette_image.ts";
import type { Table } from "../json.ts";
import type { Levels } from "./contour_levels.ts";
import type { Palette } from "../color/palette.ts";
import type { PlacedTable } from "./trace.ts";

/** Pixels of such a picture at most, which bounds its size. */
const mostPixels = 30000;

/**
 * The bands of a contour plot that is too fine for lines, whose columns and rows lie at these pixels:
 * what their outlines would enclose, looked up point by point.
 */
export function contourPixels(
  { z, xs, ys }: PlacedTable,
  levels: Levels,
  palette: Palette,
): string {
  const { values, step, coloring } = levels;
  const [left, right] = ends(xs), [top, bottom] = ends(ys);
  const shrink = Math.sqrt(Math.min(1, mostPixels / ((right - left) * (bottom - top))));
  const width = Math.max(1, Math.floor((right - left) * shrink));
  const height = Math.max(1, Math.floor((bottom - top) * shrink));
  const columns = gridPlaces(xs, left, right, width), rows = gridPlaces(ys, top, bottom, height);
  const box = { x: left, y: top, width: right - left, height: bottom - top };
  return paletteImage(box, { width, height }, palette, (i, j) => {
    const height = interpolate(z, rows[i]!, columns[j]!);
    if (coloring === "heatmap" || Number.isNaN(height)) return height;
    const band = Math.floor((height - values[0]!) / step) + 1;
    return values[0]! + (Math.min(values.length, Math.max(0, band)) - 0.5) * step;
  });
}

/** The lower and the upper end of places that rise or fall. */
function ends(places: readonly number[]): [number, number] {
  const [first, last] = [places[0]!, places.at(-1)!];
  return first < last ? [first, last] : [last, first];
}

/** Where among the columns or rows, with fractions, the middles of pixels lie. */
function gridPlaces(places: readonly number[], from: number, to: number, count: number): number[] {
  const rises = places[0]! < places.at(-1)!;
  let cell = rises ? 0 : places.length - 2;
  return Array.from({ length: count }, (_, i) => {
    const pixel = from + (i + 0.5) * (to - from) / count;
    while (rises && cell < places.length - 2 && places[cell + 1]! < pixel) cell++;
    while (!rises && cell > 0 && places[cell]! < pixel) cell--;
    return cell + (pixel - places[cell]!) / (places[cell + 1]! - places[cell]!);
  });
}

/** The height between four of a table. */
function interpolate(z: Table, row: number, column: number): number {
  const i = Math.min(z.length - 2, Math.floor(row));
  const j = Math.min(z[i]!.length - 2, Math.floor(column));
  const [down, across] = [row - i, column - j];
  const upper = z[i]![j]! * (1 - across) + z[i]![j + 1]! * across;
  const lower = z[i + 1]![j]! * (1 - across) + z[i + 1]![j + 1]! * across;
  return upper * (1 - down) + lower * down;
}
