/**
 * Drawing strokes with a round pen on a small grey image.
 *
 * @module
 */
import type { Stroke } from "./glyphs.ts";

/** Points of a curve, x and y by turns. */
export type Curve = number[];

/**
 * A smooth curve through the points of a stroke (Catmull and Rom 1974). A point given twice becomes
 * a corner, since the curve's direction at a point is that between its two neighbours.
 */
export function smooth(stroke: Stroke, stepsPerSpan = 4): Curve {
  const curve: Curve = [];
  const last = stroke.length - 1;
  for (let i = 0; i < last; i++) {
    const [ax, ay] = stroke[Math.max(i - 1, 0)]!, [bx, by] = stroke[i]!;
    const [cx, cy] = stroke[i + 1]!, [dx, dy] = stroke[Math.min(i + 2, last)]!;
    if (bx === cx && by === cy) continue;
    for (let step = 0; step < stepsPerSpan; step++) {
      const t = step / stepsPerSpan;
      curve.push(between(ax, bx, cx, dx, t), between(ay, by, cy, dy, t));
    }
  }
  curve.push(...stroke[last]!);
  return curve;
}

/** The Catmull-Rom spline from b to c at t in [0, 1]. */
function between(a: number, b: number, c: number, d: number, t: number): number {
  const linear = c - a, square = 2 * a - 5 * b + 4 * c - d, cube = 3 * (b - c) + d - a;
  return b + 0.5 * t * (linear + t * (square + t * cube));
}

/**
 * Draws a curve, in pixels, with a pen whose radius goes from `startRadius` to `endRadius`, into a
 * `size` x `size` image of ink from 0 to 1. `softness` is the width of the edge, in pixels.
 */
export function drawCurve(
  ink: Float32Array,
  size: number,
  curve: Curve,
  startRadius: number,
  endRadius: number,
  softness: number,
): void {
  const spans = curve.length / 2 - 1;
  for (let i = 0; i < spans; i++) {
    const x0 = curve[2 * i]!, y0 = curve[2 * i + 1]!;
    const dx = curve[2 * i + 2]! - x0, dy = curve[2 * i + 3]! - y0;
    const radius = startRadius + (endRadius - startRadius) * i / spans;
    const reach = radius + softness / 2, scale = 1 / (dx * dx + dy * dy || 1);
    // Only the pixels near this span can change. A pixel's centre is at its index plus a half.
    const left = Math.max(0, Math.floor(Math.min(x0, x0 + dx) - reach));
    const right = Math.min(size - 1, Math.ceil(Math.max(x0, x0 + dx) + reach));
    const top = Math.max(0, Math.floor(Math.min(y0, y0 + dy) - reach));
    const bottom = Math.min(size - 1, Math.ceil(Math.max(y0, y0 + dy) + reach));
    for (let row = top; row <= bottom; row++) {
      const py = row + 0.5 - y0;
      for (let column = left; column <= right; column++) {
        const px = column + 0.5 - x0;
        const t = Math.min(1, Math.max(0, (px * dx + py * dy) * scale));
        const ex = px - t * dx, ey = py - t * dy, square = ex * ex + ey * ey;
        if (square >= reach * reach) continue;
        const cover = (reach - Math.sqrt(square)) / softness;
        const place = row * size + column;
        if (cover > ink[place]!) ink[place] = Math.min(1, cover);
      }
    }
  }
}
