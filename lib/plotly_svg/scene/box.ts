/**
 * The box around a scene: the three faces behind what is drawn, ticks and titles.
 *
 * @module
 */
import type { Camera, Vector } from "./camera.ts";
import { group, pathOf, stroke } from "../svg/element.ts";
import { textAt, titleOf } from "../json.ts";
import type { Space } from "./space.ts";
import type { Axis } from "../axes/axis.ts";
import { axisTicks } from "../axes/axis_ticks.ts";
import { drawText, type Font, fontAt } from "../svg/text.ts";

const directions = [0, 1, 2] as const;
type Direction = typeof directions[number];

/** -1 or 1 along each axis: the side that is away from the eye. */
const farSides = ({ eye: [x, y, z] }: Camera): Vector => [
  x > 0 ? -1 : 1,
  y > 0 ? -1 : 1,
  z > 0 ? -1 : 1,
];

const isVisible = (axis: Axis) => axis.layout.visible !== false;

/** How far along its axis a tick is, from the middle of the box. */
const offset = ({ range }: Axis, at: number, length: number): number =>
  ((at - range[0]) / (range[1] - range[0]) - 0.5) * length;

/** A place of the box with one coordinate replaced. */
function replaced(at: Vector, i: Direction, value: number): Vector {
  const copy: [number, number, number] = [...at];
  copy[i] = value;
  return copy;
}

/** Draws the faces behind, with the grid on them. */
export function drawBack({ axes, size }: Space, camera: Camera): string {
  const far = farSides(camera);
  const project = (place: Vector) => {
    const { x, y } = camera.project(place);
    return [x, y] as const;
  };
  let faces = "", grid = "";
  for (const normal of directions) {
    const [u, v] = directions.filter((i) => i !== normal) as [Direction, Direction];
    const origin = replaced([0, 0, 0], normal, far[normal] * size[normal] / 2);
    const corner = (a: number, b: number) =>
      project(replaced(replaced(origin, u, a * size[u] / 2), v, b * size[v] / 2));
    faces += group(
      stroke("#c5ccd6", 1),
      group(
        { fill: textAt(axes[normal].layout, "backgroundcolor", "none") },
        `<path d="${pathOf([corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)], true)}"/>`,
      ),
    );
    for (const [along, other] of [[u, v], [v, u]] as const) {
      const axis = axes[along];
      if (!isVisible(axis) || axis.layout.showgrid === false) continue;
      const d = axisTicks(axis, 12).map(({ at }) => {
        const start = replaced(origin, along, offset(axis, at, size[along]));
        return pathOf([-1, 1].map((end) => project(replaced(start, other, end * size[other] / 2))));
      }).join("");
      if (d === "") continue;
      grid += group(stroke(textAt(axis.layout, "gridcolor", "#e0e4ea"), 1), `<path d="${d}"/>`);
    }
  }
  return group({ fill: "none" }, grid) + faces;
}

/** Draws the numbers and the titles of the three axes, each at an edge of the outline. */
export function drawScales({ axes, size }: Space, camera: Camera, plain: Font): string {
  const far = farSides(camera);
  const [fx, fy, fz] = directions.map((i) => far[i] * size[i] / 2) as [number, number, number];
  // The edges of the floor on the side of the eye; and of the two upright ones the left one.
  const upright: readonly { start: Vector; out: Direction }[] = [
    { start: [-fx, fy, 0], out: 0 },
    { start: [fx, -fy, 0], out: 1 },
  ];
  const [first, second] = upright.map(({ start }) => camera.project(start).x);
  const edges: readonly { start: Vector; out: Direction }[] = [
    { start: [0, -fy, fz], out: 1 },
    { start: [-fx, 0, fz], out: 0 },
    upright[first! < second! ? 0 : 1]!,
  ];
  return directions.map((i) => {
    const axis = axes[i];
    if (!isVisible(axis)) return "";
    const { start, out } = edges[i]!;
    // Outside of the box by a part of its length, so that it is clear of the edge from all sides.
    const beside = (along: number, part: number) =>
      camera.project(replaced(replaced(start, i, along), out, start[out] * (1 + 2 * part)));
    const font = fontAt(axis.layout, "tickfont", { ...plain, size: Math.max(9, plain.size - 2) });
    const labels = axis.layout.showticklabels === false
      ? ""
      : axisTicks(axis, font.size).map(({ at, text }) => {
        const { x, y } = beside(offset(axis, at, size[i]), 0.07);
        return drawText(text, { x, y }, font);
      }).join("");
    const title = titleOf(axis.layout) ||
      (axis.layout.title === undefined ? ["x", "y", "z"][i]! : "");
    const { x, y } = beside(0, 0.22);
    return labels +
      (title === "" ? "" : drawText(title, { x, y }, fontAt(axis.layout, "title.font", plain)));
  }).join("");
}
