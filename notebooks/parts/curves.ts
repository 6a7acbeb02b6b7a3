/** Curves as `plot.line` takes them: for notebook 1. */

/** A curve that is interrupted where it jumps by more than `jump`. */
export function broken(at: ArrayLike<number>, values: ArrayLike<number>, jump = 0.5) {
  const x: number[] = [], y: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (i > 0 && Math.abs(values[i]! - values[i - 1]!) > jump) {
      x.push(at[i]!, at[i]!);
      y.push(values[i - 1]!, NaN);
    }
    x.push(at[i]!);
    y.push(values[i]!);
  }
  return { x, y };
}

/** A curve over the angles of half a turn as a closed one around the middle: the value is the distance. */
export function polar(degrees: readonly number[], values: readonly number[]) {
  const all = [...degrees, ...degrees.map((angle) => angle + 180)], radius = [...values, ...values];
  return {
    x: all.map((angle, i) => radius[i]! * Math.cos(angle * Math.PI / 180)),
    y: all.map((angle, i) => radius[i]! * Math.sin(angle * Math.PI / 180)),
  };
}
