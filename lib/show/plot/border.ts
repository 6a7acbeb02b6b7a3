/**
 * The line where a field on a grid is zero, as pieces with gaps (NaN) between them (marching
 * squares): each cell of the grid has a piece where its corners differ in sign.
 */
export function zeroLine(
  xs: readonly number[],
  ys: readonly number[],
  field: (row: number, column: number) => number,
): { readonly x: number[]; readonly y: number[] } {
  const x: number[] = [], y: number[] = [];
  for (let i = 0; i + 1 < ys.length; i++) {
    for (let j = 0; j + 1 < xs.length; j++) {
      // The corners around the cell, and where the field passes zero on the edges between them.
      const corners = [[i, j], [i, j + 1], [i + 1, j + 1], [i + 1, j]] as const;
      const values = corners.map(([row, column]) => field(row, column));
      const crossings: [number, number][] = [];
      corners.forEach(([row, column], k) => {
        const [nextRow, nextColumn] = corners[(k + 1) % 4]!;
        const here = values[k]!, there = values[(k + 1) % 4]!;
        if (here > 0 === there > 0) return;
        const t = here / (here - there);
        crossings.push([
          xs[column]! + t * (xs[nextColumn]! - xs[column]!),
          ys[row]! + t * (ys[nextRow]! - ys[row]!),
        ]);
      });
      // Two crossings are a piece, four (a saddle) are two.
      for (let k = 0; k + 1 < crossings.length; k += 2) {
        x.push(crossings[k]![0], crossings[k + 1]![0], NaN);
        y.push(crossings[k]![1], crossings[k + 1]![1], NaN);
      }
    }
  }
  return { x, y };
}
