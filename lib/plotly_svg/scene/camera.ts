/**
 * From three dimensions to the picture, as Plotly's camera sees it.
 *
 * @module
 */
import type { Box } from "../svg/element.ts";
import { type Json, jsonAt, numberAt } from "../json.ts";

/** A place or a direction in space. */
export type Vector = readonly [x: number, y: number, z: number];

/** A place in the picture, and how far it is from the eye. */
export interface Seen {
  readonly x: number;
  readonly y: number;
  readonly depth: number;
}

/** A camera that looks at a box whose middle is the origin. */
export interface Camera {
  readonly eye: Vector;
  /** Where a place of space is in the picture. */
  project(place: Vector): Seen;
}

const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** The vector at right angles to two others. */
export const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** A vector of length one. */
export const unit = (v: Vector): Vector => {
  const length = Math.hypot(...v) || 1;
  return [v[0] / length, v[1] / length, v[2] / length];
};

const vectorAt = (json: Json, key: string, otherwise: Vector): Vector => {
  const found = jsonAt(json, key);
  return [
    numberAt(found, "x", otherwise[0]),
    numberAt(found, "y", otherwise[1]),
    numberAt(found, "z", otherwise[2]),
  ];
};

/** Plotly's angle of view: 45 degrees from the lowest to the highest. */
const focal = 1 / Math.tan(Math.PI / 8);

/** The camera of a scene, whose picture fills a box. */
export function cameraOf(scene: Json, box: Box): Camera {
  const own = jsonAt(scene, "camera");
  const eye = vectorAt(own, "eye", [1.25, 1.25, 1.25]);
  const center = vectorAt(own, "center", [0, 0, 0]);
  const back = unit(minus(eye, center));
  const right = unit(cross(vectorAt(own, "up", [0, 0, 1]), back));
  const up = cross(back, right);
  const flat = jsonAt(own, "projection").type === "orthographic";
  const distance = Math.hypot(...minus(eye, center));
  const unitPixels = focal * box.height / 2;
  return {
    eye,
    project(place) {
      const from = minus(place, center);
      const depth = distance - dot(from, back);
      const pixels = unitPixels / (flat ? distance : Math.max(0.05, depth));
      return {
        x: box.x + box.width / 2 + dot(from, right) * pixels,
        y: box.y + box.height / 2 - dot(from, up) * pixels,
        depth,
      };
    },
  };
}
