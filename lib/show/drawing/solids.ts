import { type Attributes, element } from "../../plotly_svg/mod.ts";

/** A point of a drawing. */
export type Point = readonly [x: number, y: number];

/** Where a solid stands, and where lines begin and end at it. */
export interface Solid {
  /** The drawing, as SVG. */
  readonly svg: string;
  /** From left to right. */
  readonly width: number;
  /** A point of its right side, by shares of its depth and height, from 0 to 1. */
  right(depth: number, height: number): Point;
  /** A point of its left side in front. */
  left(height: number): Point;
}

/** How far the depth of a solid shifts to the right and up, for each pixel. */
const lean = [0.32, -0.24] as const;

const path = (points: readonly Point[], look: Attributes) =>
  element("path", {
    d: `M${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}Z`,
    "stroke-linejoin": "round",
    ...look,
  });

/** Colours of a kind of layer: its faces from light to dark, and its edges. */
export interface Paint {
  readonly front: string;
  readonly top: string;
  readonly side: string;
  readonly edge: string;
}

/**
 * A block of channels (to the right), height and width (to the back), whose front stands on `bottom`
 * at `x`; cut into so many slabs.
 */
export function cuboid(
  [x, bottom]: Point,
  { channels, side, slabs, paint }: {
    readonly channels: number;
    readonly side: number;
    readonly slabs: number;
    readonly paint: Paint;
  },
): Solid {
  const [dx, dy] = [lean[0] * side, lean[1] * side], top = bottom - side, end = x + channels;
  const look = { stroke: paint.edge, "stroke-width": 0.8 };
  const cuts = Array.from({ length: slabs - 1 }, (_, i) => {
    const at = x + channels * (i + 1) / slabs;
    return element("path", {
      d: `M${at.toFixed(1)},${bottom}V${top}l${dx.toFixed(1)},${dy.toFixed(1)}`,
      fill: "none",
      ...look,
    });
  });
  return {
    svg: path([[x, top], [x + dx, top + dy], [end + dx, top + dy], [end, top]], {
      fill: paint.top,
      ...look,
    }) +
      path([[end, top], [end + dx, top + dy], [end + dx, bottom + dy], [end, bottom]], {
        fill: paint.side,
        ...look,
      }) +
      path([[x, top], [end, top], [end, bottom], [x, bottom]], { fill: paint.front, ...look }) +
      cuts.join(""),
    width: channels + dx,
    right: (depth, height) => [end + depth * dx, top + depth * dy + height * side],
    left: (height) => [x, top + height * side],
  };
}

/** Channels as plates one behind the other, as LeNet is drawn in its paper. */
export function plates(
  [x, bottom]: Point,
  { count, side, shift, paint }: {
    readonly count: number;
    readonly side: number;
    readonly shift: number;
    readonly paint: Paint;
  },
): Solid {
  const back = (count - 1) * shift;
  const all = Array.from({ length: count }, (_, i) =>
    element("rect", {
      x: x + back - i * shift,
      y: bottom - side - back + i * shift,
      width: side,
      height: side,
      fill: paint.front,
      stroke: paint.edge,
      "stroke-width": 0.9,
    }));
  return {
    svg: all.join(""),
    width: side + back,
    right: (depth, height) => [x + depth * side, bottom - side + height * side],
    left: (height) => [x, bottom - side + height * side],
  };
}
