/** Means over groups of examples. */

/**
 * The mean of each of `width` numbers over the examples of each group.
 *
 * @param values Row after row, `width` numbers for each example.
 * @param groupOf The group of each example, counted from 0.
 */
export function groupMeans(
  values: ArrayLike<number>,
  width: number,
  groupOf: ArrayLike<number>,
): number[][] {
  const groups = 1 + Math.max(...Array.from(groupOf));
  return Array.from({ length: groups }, (_, group) => {
    const members = Array.from(groupOf, (g, n) => g === group ? n : -1).filter((n) => n >= 0);
    return Array.from(
      { length: width },
      (_, c) => members.reduce((sum, n) => sum + values[n * width + c]!, 0) / members.length,
    );
  });
}
