/**
 * Lines of equal height through a table of numbers (marching squares).
 *
 * @module
 */

import type { Table } from "../json.ts";

/** A place in the table: column and row, with fractions between cells. */
export type GridPoint = readonly [column: number, row: number];

/** A line of equal height, and whether it comes back to its start. */
export interface Isoline {
  readonly points: GridPoint[];
  readonly closed: boolean;
}

/** Heights in rows and columns. */
interface Terrain {
  readonly rows: number;
  readonly columns: number;
  /** The height of a place; undefined or NaN where there is none. */
  height(row: number, column: number): number | undefined;
}

const terrainOf = (z: Table): Terrain => ({
  rows: z.length,
  columns: Math.max(0, ...z.map((row) => row.length)),
  height: (row, column) => z[row]?.[column],
});

/** The lines at a level. Those that meet the border, or a missing number, end there. */
export function isolines(z: Table, level: number): Isoline[] {
  const terrain = terrainOf(z);
  return follow(segmentsOf(terrain, level), terrain, level);
}

/** The rings around all that is at or above a level; holes are rings as well. */
export function isorings(z: Table, level: number): GridPoint[][] {
  const { rows, columns } = terrainOf(z);
  // A border of low ground closes the lines. It is as wide as nothing.
  const island: Terrain = {
    rows: rows + 2,
    columns: columns + 2,
    height(row, column) {
      const value = z[row - 1]?.[column - 1];
      return value === undefined || Number.isNaN(value) ? -Infinity : value;
    },
  };
  const clamp = (at: number, count: number) => Math.min(count - 1, Math.max(0, at - 1));
  return follow(segmentsOf(island, level), island, level).map(({ points }) =>
    points.map(([column, row]) => [clamp(column, columns), clamp(row, rows)] as const)
  );
}

/**
 * The lines at a level in pieces, cell by cell: pairs of places, for columns and rows that lie at
 * these coordinates.
 */
export function* isolinePieces(
  z: Table,
  level: number,
  xs: readonly number[],
  ys: readonly number[],
): Generator<readonly [from: [x: number, y: number], to: [x: number, y: number]]> {
  const terrain = terrainOf(z);
  for (const { crossed } of crossedCells(terrain, level)) {
    const places = crossed.map(({ edge }): [number, number] => {
      const [column, row] = crossing(edge, terrain, level);
      return [placeBetween(xs, column), placeBetween(ys, row)];
    });
    // Two places are a piece, four (a saddle) are two.
    for (let i = 0; i < places.length; i += 2) yield [places[i]!, places[i + 1]!];
  }
}

/** The coordinate of a place between two columns or two rows. */
export function placeBetween(coordinates: readonly number[], at: number): number {
  const low = Math.min(coordinates.length - 2, Math.floor(at));
  return coordinates[low]! + (at - low) * (coordinates[low + 1]! - coordinates[low]!);
}

/** A cell between four numbers that lines cross. */
interface CrossedCell {
  /** The heights, clockwise from the upper left corner. */
  readonly corners: readonly number[];
  /** The edges that are crossed, clockwise from the upper one, and whether high ground begins there. */
  readonly crossed: readonly { readonly edge: number; readonly rises: boolean }[];
}

/** The cells that lines at a level cross, row by row; those with a missing number are left out. */
function* crossedCells({ rows, columns, height }: Terrain, level: number): Generator<CrossedCell> {
  // Two edges belong to each place: the one to its right and the one below.
  const across = (row: number, column: number) => 2 * (row * columns + column);
  const down = (row: number, column: number) => across(row, column) + 1;
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const corners = [
        height(row, column) ?? NaN,
        height(row, column + 1) ?? NaN,
        height(row + 1, column + 1) ?? NaN,
        height(row + 1, column) ?? NaN,
      ];
      const high = corners.map((value) => value >= level);
      if (high.every((is) => is === high[0]) || corners.some(Number.isNaN)) continue;
      const edges = [
        across(row, column),
        down(row, column + 1),
        across(row + 1, column),
        down(row, column),
      ];
      const crossed = edges.flatMap((edge, i) => {
        const rises = high[(i + 1) % 4]!;
        return rises === high[i] ? [] : [{ edge, rises }];
      });
      yield { corners, crossed };
    }
  }
}

/**
 * For every edge that a line crosses, the edge at which it leaves the cell. The low ground is on the
 * left of all lines, so that each edge has one line in and one out.
 */
function segmentsOf(terrain: Terrain, level: number): Map<number, number> {
  const next = new Map<number, number>();
  for (const { corners, crossed } of crossedCells(terrain, level)) {
    const [begins, ends] = [true, false].map((rises) =>
      crossed.filter((one) => one.rises === rises).map(({ edge }) => edge)
    ) as [number[], number[]];
    if (begins.length === 2) {
      // A saddle: the mean of the corners says which of them belong together.
      const joined = corners.reduce((sum, value) => sum + value / 4, 0) >= level;
      // The first corner is either high, and its ground began at the last edge, or low.
      if (corners[0]! >= level !== joined) begins.reverse();
    }
    ends.forEach((end, i) => next.set(end, begins[i]!));
  }
  return next;
}

/** Joins segments into lines. */
function follow(next: Map<number, number>, terrain: Terrain, level: number): Isoline[] {
  const reached = new Set(next.values());
  // Open lines first, from an edge that no segment leads to.
  const starts = [...[...next.keys()].filter((edge) => !reached.has(edge)), ...next.keys()];
  const lines: Isoline[] = [];
  for (const start of starts) {
    if (!next.has(start)) continue;
    const points = [crossing(start, terrain, level)];
    let edge: number | undefined = start;
    while ((edge = take(next, edge)) !== undefined && edge !== start) {
      points.push(crossing(edge, terrain, level));
    }
    lines.push({ points, closed: edge === start });
  }
  return lines;
}

function take(next: Map<number, number>, edge: number): number | undefined {
  const to = next.get(edge);
  next.delete(edge);
  return to;
}

/** Where between its ends an edge is crossed. */
function crossing(edge: number, { columns, height }: Terrain, level: number): GridPoint {
  const at = Math.floor(edge / 2), row = Math.floor(at / columns), column = at % columns;
  const [dr, dc] = edge % 2 === 0 ? [0, 1] : [1, 0];
  const from = height(row, column)!, to = height(row + dr, column + dc)!;
  const part = from === -Infinity ? 1 : to === -Infinity ? 0 : (level - from) / (to - from);
  return [column + part * dc, row + part * dr];
}
