import { formatColor } from "../color/colors.ts";
import { type Camera, cross, type Seen, unit, type Vector } from "./camera.ts";
import { element, stepsOf } from "../svg/element.ts";
import { isList, type Json, listAt, matrixOf, opacityOf } from "../json.ts";
import { paletteOf } from "../color/palette.ts";
import type { Piece, Space } from "./space.ts";
import { tableSize, valuesOf } from "../traces/trace.ts";

/** So many quadrangles are drawn along each side at most, of less than 80 characters each. */
const mostCells = 32;

/** Rows or columns that are drawn: all, or some evenly chosen. */
function chosen(count: number): number[] {
  const cells = Math.min(mostCells, count - 1);
  return Array.from({ length: cells + 1 }, (_, i) => Math.round(i * (count - 1) / cells));
}

/** A surface in space, as small quadrangles. */
export function drawSurface(json: Json, space: Space, camera: Camera): Piece[] {
  const z = matrixOf(json.z);
  const { rows, columns } = tableSize(json);
  if (rows < 2 || columns < 2) return [];
  const tint = json.surfacecolor === undefined ? z : matrixOf(json.surfacecolor);
  const palette = paletteOf(json, "c", tint.flat());
  const along = (letter: "x" | "y", row: number, column: number): unknown => {
    const list = listAt(json, letter);
    if (list !== undefined && isList(list[0])) return (list[row] as ArrayLike<unknown>)[column];
    return valuesOf(json, letter, letter === "x" ? columns : rows)[letter === "x" ? column : row];
  };
  const vertex = (row: number, column: number): Vector =>
    space.place(along("x", row, column), along("y", row, column), z[row]?.[column]);
  const down = chosen(rows), right = chosen(columns);
  const grid = down.map((row) =>
    right.map((column) => {
      const at = vertex(row, column);
      return { at, seen: camera.project(at), tint: tint[row]?.[column] ?? NaN };
    })
  );
  const opacity = opacityOf(json) === 1 ? undefined : opacityOf(json);
  const pieces: Piece[] = [];
  for (let r = 0; r + 1 < down.length; r++) {
    for (let c = 0; c + 1 < right.length; c++) {
      const corners = [grid[r]![c]!, grid[r]![c + 1]!, grid[r + 1]![c + 1]!, grid[r + 1]![c]!];
      if (corners.some(({ at, tint }) => !Number.isFinite(at[0] + at[1] + at[2] + tint))) continue;
      const mean = corners.reduce((sum, { tint }) => sum + tint / 4, 0);
      const light = lightOf(corners[0]!.at, corners[1]!.at, corners[3]!.at);
      const [red, green, blue, alpha] = palette.rgba(mean);
      pieces.push({
        depth: corners.reduce((sum, { seen }) => sum + seen.depth / 4, 0),
        svg: element("path", {
          d: outline(corners.map(({ seen }) => seen), opacity === undefined ? overlap : 0),
          fill: formatColor([red * light, green * light, blue * light, alpha]),
          "fill-opacity": opacity,
        }),
      });
    }
  }
  return pieces;
}

/** By so much, in pixels, a quadrangle reaches over its edges, and hides hairlines between neighbours. */
const overlap = 0.4;

/** A closed path whose edges lie farther out by `overlap`. */
function outline(corners: readonly Seen[], overlap: number): string {
  return stepsOf(
    corners.map((corner, i) => {
      // Away from both neighbours along the edges, so that all edges move outward.
      const [ax, ay] = away(corner, corners[(i + 3) % 4]!);
      const [bx, by] = away(corner, corners[(i + 1) % 4]!);
      return [corner.x + overlap * (ax + bx), corner.y + overlap * (ay + by)];
    }),
    true,
  );
}

/** The direction from one place of the picture to another. */
function away(to: Seen, from: Seen): [number, number] {
  const [dx, dy] = [to.x - from.x, to.y - from.y], length = Math.hypot(dx, dy) || 1;
  return [dx / length, dy / length];
}

/** How bright a quadrangle is: flat ones more than steep ones. */
function lightOf(a: Vector, b: Vector, c: Vector): number {
  const normal = unit(
    cross([b[0] - a[0], b[1] - a[1], b[2] - a[2]], [c[0] - a[0], c[1] - a[1], c[2] - a[2]]),
  );
  return 0.82 + 0.18 * Math.abs(normal[2]);
}
