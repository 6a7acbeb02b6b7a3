/** The principal components of colours. */

/** A direction, and the variance along it. */
export interface Component {
  readonly value: number;
  readonly vector: readonly number[];
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const times = (matrix: readonly (readonly number[])[], vector: readonly number[]) =>
  matrix.map((row) => sum(row.map((value, i) => value * vector[i]!)));

/** The mean products of the numbers' deviations from their means; rows are examples. */
export function covarianceOf(rows: readonly (readonly number[])[]): number[][] {
  const columns = rows[0]!.map((_, c) => rows.map((row) => row[c]!));
  const means = columns.map((column) => sum(column) / rows.length);
  return columns.map((a, i) =>
    columns.map((b, j) =>
      sum(a.map((value, n) => (value - means[i]!) * (b[n]! - means[j]!))) / rows.length
    )
  );
}

/**
 * The eigenvectors of a symmetric matrix, that of the largest eigenvalue first: repeated
 * multiplication turns any vector towards it; what is found is taken away.
 */
export function eigenvectors(matrix: readonly (readonly number[])[]): Component[] {
  const rest = matrix.map((row) => [...row]);
  return matrix.map(() => {
    let vector = matrix.map((_, i) => 1 / 2 ** i);
    for (let i = 0; i < 500; i++) {
      const next = times(rest, vector), length = Math.hypot(...next);
      vector = next.map((z) => z / length);
    }
    const value = sum(times(rest, vector).map((z, i) => z * vector[i]!));
    rest.forEach((row, a) => row.forEach((_, b) => row[b]! -= value * vector[a]! * vector[b]!));
    return { value, vector };
  });
}
