import type { WindowGeometry } from "../../lib/graph/kernel.ts";
import { apply, type Node } from "../../lib/graph/node.ts";
import {
  windowMax,
  windowMaxGradientOp,
  windowSum,
  windowSumGradient,
} from "../../lib/graph/ops/window.ts";
import { type Case, distinct, examples, given, type Input, real } from "./case.ts";

type Shape4 = readonly [number, number, number, number];

/** Geometries that every window op is tried with: image, how the window moves. */
const windows: readonly (readonly [string, Shape4, WindowGeometry])[] = [
  ["2x2", [2, 4, 4, 3], { window: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0] }],
  ["3x3, overlapping", [1, 7, 6, 2], { window: [3, 3], stride: [2, 2], padding: [0, 0, 0, 0] }],
  ["padding", [1, 5, 5, 2], { window: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] }],
  ["asymmetric", [1, 5, 6, 3], { window: [3, 2], stride: [1, 3], padding: [0, 2, 1, 0] }],
  ["as with ceil mode", [1, 6, 6, 1], { window: [3, 3], stride: [2, 2], padding: [0, 1, 0, 1] }],
  ["gaps between windows", [1, 7, 7, 2], { window: [2, 1], stride: [3, 2], padding: [0, 0, 0, 0] }],
  ["the whole image", [2, 3, 4, 5], { window: [3, 4], stride: [1, 1], padding: [0, 0, 0, 0] }],
  ["17 channels", [1, 4, 4, 17], { window: [2, 2], stride: [1, 1], padding: [0, 1, 0, 1] }],
];

const ties: Input = given([1, 4, 4, 2], [1, 3, 3, 2, 3, 3, 1, 1, 0, 0, 3, 2]);
const overlapping: WindowGeometry = { window: [3, 3], stride: [1, 1], padding: [1, 0, 0, 1] };

const maxGradient = (image: Node, g: Node, geometry: WindowGeometry) =>
  apply(
    windowMaxGradientOp,
    [image, windowMax(image, geometry), g],
    geometry,
  );

/** The shape of the windows' results. */
const countOf = ([n, height, width, channels]: Shape4, g: WindowGeometry) => {
  const count = (length: number, axis: 0 | 1) =>
    Math.floor(
      (length + g.padding[2 * axis]! + g.padding[2 * axis + 1]! - g.window[axis]) /
        g.stride[axis],
    ) + 1;
  return [n, count(height, 0), count(width, 1), channels];
};

/** Examples of pooling. */
export const windowCases: readonly Case[] = [
  ...examples("windowMax", [
    ...windows.map(([name, image, g]) =>
      [name, [distinct(image)], (x: Node) => windowMax(x, g)] as const
    ),
    ["ties", [ties], (x) => windowMax(x, overlapping)],
    [
      "negative numbers and padding",
      [real([1, 3, 3, 2], -9, -1)],
      (x) => windowMax(x, overlapping),
    ],
  ]),
  ...examples("windowMaxGradient", [
    ...windows.map(([name, image, g]) =>
      [
        name,
        [distinct(image), real(countOf(image, g))],
        (x: Node, y: Node) => maxGradient(x, y, g),
      ] as const
    ),
    ...windows.map(([name, image, g]) =>
      [
        `the last NaN, ${name}`,
        [given(image, [1, NaN, 3, -2, NaN, 0, 5]), real(countOf(image, g))],
        (x: Node, y: Node) => maxGradient(x, y, g),
      ] as const
    ),
    [
      "the last NaN, a large window",
      [given([2, 6, 7, 3], [1, NaN, 3, -2, NaN, 0, 5, 4, 2]), real([2, 4, 3, 3])],
      (x, y) => maxGradient(x, y, { window: [4, 5], stride: [1, 1], padding: [1, 0, 0, 0] }),
    ],
    [
      "minus infinity everywhere",
      [given([1, 6, 7, 3], [-Infinity]), real([1, 4, 3, 3])],
      (x, y) => maxGradient(x, y, { window: [4, 5], stride: [1, 1], padding: [1, 0, 0, 0] }),
    ],
    ["ties take the first", [ties, real([1, 3, 3, 2])], (x, y) => maxGradient(x, y, overlapping)],
  ]),
  ...examples(
    "windowSum",
    windows.map(([name, image, g]) => [name, [real(image)], (x: Node) => windowSum(x, g)]),
  ),
  ...examples(
    "windowSumGradient",
    windows.map(([name, image, g]) => [
      name,
      [real(countOf(image, g))],
      (y: Node) => windowSumGradient(y, image, g),
    ]),
  ),
];
