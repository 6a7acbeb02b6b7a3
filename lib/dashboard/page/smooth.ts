/** So many steps of smoothing is a curve long, however many points it has. */
const steps = 1000;

/**
 * A curve smoothed by the exponential moving average of its points: after a thousandth of the curve's
 * length an older value counts `weight` times as much. Points may lie as far apart as they do. The first
 * values are not drawn to zero (Kingma and Ba 2015, section 3, "bias correction").
 */
export function smoothed(
  x: readonly number[],
  y: readonly (number | null)[],
  weight: number,
): readonly (number | null)[] {
  if (weight <= 0 || x.length < 2) return y;
  const length = x.at(-1)! - x[0]! || 1;
  let [sum, total, before] = [0, 0, x[0]!];
  return y.map((value, i) => {
    const share = weight ** Math.max(0.01, (x[i]! - before) / length * steps);
    before = x[i]!;
    if (value === null) return null;
    sum = sum * share + value * (1 - share);
    total = total * share + (1 - share);
    return sum / total;
  });
}
