/** How many numbers there are in each of some bins of equal width. */
export interface Histogram {
  /** Where the first bin begins. */
  readonly low: number;
  /** Where the last bin ends. */
  readonly high: number;
  /** Numbers in each bin, in order. */
  readonly counts: readonly number[];
}

/** Bins of a histogram. */
export const bins = 30;

/** The histogram of the finite ones of some numbers, from the smallest to the largest. */
export function histogramOf(numbers: ArrayLike<number>): Histogram {
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const counts = Array<number>(bins).fill(0);
  if (low > high) return { low: 0, high: 0, counts };
  const width = (high - low) / bins;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    if (!Number.isFinite(value)) continue;
    // Where all are equal, the first bin has them.
    counts[width > 0 ? Math.min(bins - 1, Math.floor((value - low) / width)) : 0]!++;
  }
  return { low: rounded(low), high: rounded(high), counts };
}

/** Six digits of a number: a chart shows no more. */
export const rounded = (value: number): number => Number(value.toPrecision(6));
