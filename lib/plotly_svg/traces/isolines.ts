/**
 * Lines of equal height through a table of numbers (marching squares).
 *
 * @module
 */

/** A place in the table: column and row, with fractions between cells. */
export type GridPoint = readonly [column: number, row: number];

/** A line of equal height, and whether it comes back to its start. */
export interface Isoline {
  readonly points: GridPoint[];
  readonly closed: boolean;
}

/** The height of a place; undefined or NaN where there is none. */
type Height = (row: number, column: number) => number | undefined;

/** The lines at a level. Those that meet the border, or a missing number, end there. */
export function isolines(z: readonly (readonly number[])[], level: number): Isoline[] {
  const columns = Math.max(0, ...z.map((row) => row.length));
  const height: Height = (row, column) => z[row]?.[column];
  return follow(segmentsOf(height, z.length, columns, level, true), level, height, columns);
}

/** The rings around all that is at or above a level; holes are rings as well. */
export function isorings(z: readonly (readonly number[])[], level: number): GridPoint[][] {
  const rows = z.length, columns = Math.max(0, ...z.map((row) => row.length));
  // A border of low ground closes the lines. It is as wide as nothing.
  const height: Height = (row, column) => {
    const value = z[row - 1]?.[column - 1];
    return value === undefined || Number.isNaN(value) ? -Infinity : value;
  };
  const clamp = (at: number, count: number) => Math.min(count - 1, Math.max(0, at - 1));
  const lines = follow(
    segmentsOf(height, rows + 2, columns + 2, level, false),
    level,
    height,
    columns + 2,
  );
  return lines.map(({ points }) =>
    points.map(([column, row]) => [clamp(column, columns), clamp(row, rows)] as const)
  );
}

/**
 * For every edge between neighbours that a line crosses, the edge at which it leaves the cell. The
 * low ground is on the left of all lines, so that each edge has one line in and one out.
 */
function segmentsOf(
  height: Height,
  rows: number,
  columns: number,
  level: number,
  skipMissing: boolean,
): Map<number, number> {
  const next = new Map<number, number>();
  const across = (row: number, column: number) => 2 * (row * columns + column);
  const down = (row: number, column: number) => across(row, column) + 1;
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const corners = [
        height(row, column),
        height(row, column + 1),
        height(row + 1, column + 1),
        height(row + 1, column),
      ];
      if (skipMissing && corners.some((value) => value === undefined || Number.isNaN(value))) {
        continue;
      }
      const edges = [
        across(row, column),
        down(row, column + 1),
        across(row + 1, column),
        down(row, column),
      ];
      const high = corners.map((value) => value! >= level);
      // Clockwise around the cell: where the high ground begins, and where it ends.
      const begins: number[] = [], ends: number[] = [];
      for (let i = 0; i < 4; i++) {
        const from = high[i]!, to = high[(i + 1) % 4]!;
        if (from === to) continue;
        (from ? ends : begins).push(edges[i]!);
      }
      if (begins.length === 1) next.set(ends[0]!, begins[0]!);
      else if (begins.length === 2) {
        // A saddle: the mean of the corners says which of them belong together.
        const joined = corners.reduce<number>((sum, value) => sum + value! / 4, 0) >= level;
        // The first corner is either high, and its ground began at the last edge, or low.
        const own = high[0] ? [begins[1]!, begins[0]!] : [begins[0]!, begins[1]!];
        next.set(ends[0]!, joined ? own[1]! : own[0]!);
        next.set(ends[1]!, joined ? own[0]! : own[1]!);
      }
    }
  }
  return next;
}

/** Joins segments into lines. */
function follow(
  next: Map<number, number>,
  level: number,
  height: Height,
  columns: number,
): Isoline[] {
  const reached = new Set(next.values());
  // Open lines first, from an edge that no segment leads to.
  const starts = [...[...next.keys()].filter((edge) => !reached.has(edge)), ...next.keys()];
  const lines: Isoline[] = [];
  for (const start of starts) {
    if (!next.has(start)) continue;
    const points = [crossing(start, level, height, columns)];
    let edge: number | undefined = start;
    while ((edge = take(next, edge)) !== undefined && edge !== start) {
      points.push(crossing(edge, level, height, columns));
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
function crossing(edge: number, level: number, height: Height, columns: number): GridPoint {
  const at = Math.floor(edge / 2), row = Math.floor(at / columns), column = at % columns;
  const [dr, dc] = edge % 2 === 0 ? [0, 1] : [1, 0];
  const from = height(row, column)!, to = height(row + dr, column + dc)!;
  const part = from === -Infinity ? 1 : to === -Infinity ? 0 : (level - from) / (to - from);
  return [column + part * dc, row + part * dr];
}
