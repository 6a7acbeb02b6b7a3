/**
 * Fewer points for the same curve.
 *
 * @module
 */

/**
 * The places of `most` points that keep the look of a curve: the first, the last, and of each bucket
 * between them the point that makes the largest triangle with the one before and the mean of the next
 * bucket.
 *
 * Source: Steinarsson, "Downsampling time series for visual representation", 2013, section 4.2.
 */
export function thinned(
  x: readonly number[],
  y: readonly (number | null)[],
  most: number,
): readonly number[] {
  const length = x.length;
  if (length <= most || most < 3) return x.map((_, i) => i);
  const width = (length - 2) / (most - 2), kept = [0];
  const at = (i: number) => y[i] ?? 0;
  for (let bucket = 0, last = 0; bucket < most - 2; bucket++) {
    const start = Math.floor(bucket * width) + 1, end = Math.floor((bucket + 1) * width) + 1;
    const stop = Math.min(length, Math.floor((bucket + 2) * width) + 1);
    let [meanX, meanY] = [0, 0];
    for (let i = end; i < stop; i++) {
      meanX += x[i]! / (stop - end);
      meanY += at(i) / (stop - end);
    }
    let best = start, area = -1;
    for (let i = start; i < end; i++) {
      const found = Math.abs(
        (x[last]! - meanX) * (at(i) - at(last)) - (x[last]! - x[i]!) * (meanY - at(last)),
      );
      if (found > area) [best, area] = [i, found];
    }
    kept.push(best);
    last = best;
  }
  kept.push(length - 1);
  return kept;
}
