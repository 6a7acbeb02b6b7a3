/** A point of a plane of two weights. */
export type Point = [number, number];

/** A path with points between its steps, so that it follows the ground and does not cut through it. */
export const onTheGround = (points: readonly Point[]): Point[] =>
  points.flatMap(([x, y], i): Point[] => {
    const [u, v] = points[i + 1] ?? [x, y];
    const steps = Math.ceil(Math.hypot(u - x, v - y) / 0.08) || 1;
    return Array.from(
      { length: steps },
      (_, k) => [x + (u - x) * k / steps, y + (v - y) * k / steps],
    );
  });
