/** Linear equations, and the least squares that lead to them. */

/** Solves A·w = c by elimination, as at school; the largest pivot goes first. */
export function solve(A: readonly number[][], c: readonly number[]): number[] {
  const rows = A.map((row, i) => [...row, c[i]!]), n = rows.length;
  for (let k = 0; k < n; k++) {
    const rest = rows.slice(k).map((row) => Math.abs(row[k]!));
    const pivot = k + rest.indexOf(Math.max(...rest));
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = rows[i]![k]! / rows[k]![k]!;
      rows[i] = rows[i]!.map((value, j) => value - factor * rows[k]![j]!);
    }
  }
  return rows.map((row, k) => row[n]! / row[k]!);
}

/** The weights w for which X·w comes nearest to y: those of the normal equations XᵀX·w = Xᵀy. */
export function leastSquares(X: readonly number[][], y: readonly number[]): number[] {
  const columns = X[0]!.map((_, j) => X.map((row) => row[j]!));
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, v, i) => sum + v * b[i]!, 0);
  return solve(columns.map((a) => columns.map((b) => dot(a, b))), columns.map((a) => dot(a, y)));
}
