/**
 * Figures and textures as functions of the plane: how far a point lies outside, in the figure's own
 * units; below 0 inside.
 *
 * @module
 */

/** Distance of the point (x, y) from the edge, negative inside; not exact far from the edge. */
export type Outline = (x: number, y: number) => number;

const triangle: Outline = (x, y) => Math.max(y, Math.abs(x) * Math.sqrt(0.75) - y / 2) - 0.55;

/** A five-pointed star: one point, mirrored and turned five times. */
const star: Outline = (x, y) => {
  const tip = 1.1, notch = 0.45, wedge = Math.PI / 5;
  const turned = ((Math.atan2(x, y) % (2 * wedge)) + 2 * wedge) % (2 * wedge);
  const radius = Math.hypot(x, y), angle = Math.min(turned, 2 * wedge - turned);
  const px = radius * Math.cos(angle) - tip, py = radius * Math.sin(angle);
  const ex = notch * Math.cos(wedge) - tip, ey = notch * Math.sin(wedge);
  return (py * -ex + px * ey) / Math.hypot(ex, ey);
};

const bar = (x: number, y: number) => Math.max(Math.abs(x) - 1, Math.abs(y) - 0.28);

/** Figures of about unit radius. */
export const figures: Readonly<Record<string, Outline>> = {
  circle: (x, y) => Math.hypot(x, y) - 0.9,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) - 0.78,
  triangle,
  star,
  cross: (x, y) => Math.min(bar(x, y), bar(y, x)),
  ring: (x, y) => Math.abs(Math.hypot(x, y) - 0.75) - 0.22,
  crescent: (x, y) => Math.max(Math.hypot(x, y) - 0.95, 0.8 - Math.hypot(x - 0.5, y)),
};

/** How far a coordinate is from the nearest multiple of `period`. */
const fold = (x: number, period: number) => Math.abs(x - period * Math.round(x / period));

/** Textures with a period of 2 that cover the plane. */
export const textures: Readonly<Record<string, Outline>> = {
  stripes: (x) => fold(x, 2) - 0.5,
  checkerboard: (x, y) => {
    const across = fold(x, 2) - 0.5, down = fold(y, 2) - 0.5;
    const distance = Math.min(Math.abs(across), Math.abs(down));
    return across * down > 0 ? -distance : distance;
  },
  dots: (x, y) => Math.hypot(fold(x, 2), fold(y, 2)) - 0.62,
};
