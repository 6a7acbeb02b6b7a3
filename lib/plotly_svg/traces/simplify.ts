/** A place in the picture. */
type Point = readonly [x: number, y: number];

/**
 * The points of a line without which it would be off by more than `tolerance`; its ends are always
 * among them.
 *
 * Source: D. Douglas and T. Peucker, "Algorithms for the reduction of the number of points required to
 * represent a digitized line", 1973.
 */
export function simplify(points: readonly Point[], tolerance: number): Point[] {
  if (points.length < 3) return [...points];
  const kept = new Uint8Array(points.length);
  kept[0] = kept[points.length - 1] = 1;
  const pieces: [first: number, last: number][] = [[0, points.length - 1]];
  for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
    const [first, last] = piece;
    let farthest = first, most = tolerance;
    for (let i = first + 1; i < last; i++) {
      const distance = distanceTo(points[first]!, points[last]!, points[i]!);
      if (distance <= most) continue;
      [farthest, most] = [i, distance];
    }
    if (farthest === first) continue;
    kept[farthest] = 1;
    pieces.push([first, farthest], [farthest, last]);
  }
  return points.filter((_, i) => kept[i] === 1);
}

/** How far a point is from the straight piece between two others. */
function distanceTo([ax, ay]: Point, [bx, by]: Point, [x, y]: Point): number {
  const [dx, dy] = [bx - ax, by - ay], length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((x - ax) * dx + (y - ay) * dy) / length;
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - part * dx, y - ay - part * dy);
}
