import type { ConvolutionGeometry } from "../../lib/graph/kernel.ts";
import type { Node } from "../../lib/graph/node.ts";
import {
  conv2d,
  conv2dInputGradient,
  conv2dKernelGradient,
  convolutionShape,
} from "../../lib/graph/ops/conv2d.ts";
import { reverse, slice, transpose } from "../../lib/graph/ops/layout.ts";
import { matmul } from "../../lib/graph/ops/matmul.ts";
import { type Case, examples, real } from "./case.ts";

type Shape4 = readonly [number, number, number, number];

const geometry = (g: Partial<ConvolutionGeometry> = {}): ConvolutionGeometry => ({
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
  ...g,
});

/** Geometries that every convolution op is tried with: image, kernel, how it moves. */
const convolutions: readonly (readonly [string, Shape4, Shape4, ConvolutionGeometry])[] = [
  ["plain", [2, 5, 5, 2], [3, 3, 2, 3], geometry()],
  ["padding all round", [1, 4, 5, 3], [3, 3, 3, 2], geometry({ padding: [1, 1, 1, 1] })],
  ["asymmetric padding", [1, 4, 4, 2], [3, 2, 2, 3], geometry({ padding: [2, 0, 0, 1] })],
  ["stride 2", [1, 7, 6, 2], [3, 3, 2, 3], geometry({ stride: [2, 2], padding: [1, 1, 1, 1] })],
  ["unequal strides", [1, 7, 8, 2], [2, 3, 2, 3], geometry({ stride: [3, 2] })],
  ["dilation", [1, 7, 7, 2], [3, 2, 2, 2], geometry({ dilation: [2, 3] })],
  [
    "dilation, stride, padding",
    [1, 8, 7, 2],
    [3, 3, 2, 2],
    geometry({
      dilation: [2, 2],
      stride: [2, 3],
      padding: [2, 1, 2, 2],
    }),
  ],
  ["two groups", [1, 4, 4, 4], [3, 3, 2, 6], geometry({ groups: 2, padding: [1, 1, 1, 1] })],
  ["depthwise", [2, 5, 5, 3], [3, 3, 1, 3], geometry({ groups: 3, padding: [1, 1, 1, 1] })],
  ["depthwise, two filters a channel", [1, 5, 5, 3], [3, 3, 1, 6], geometry({ groups: 3 })],
  ["1x1", [2, 3, 3, 5], [1, 1, 5, 4], geometry()],
  ["1x1, stride 2", [1, 5, 5, 3], [1, 1, 3, 4], geometry({ stride: [2, 2] })],
  ["the whole image", [2, 4, 4, 2], [4, 4, 2, 5], geometry()],
  ["one channel, 5x5", [1, 8, 8, 1], [5, 5, 1, 6], geometry({ padding: [2, 2, 2, 2] })],
  ["rows that a stride leaves out", [1, 6, 8, 1], [2, 2, 1, 2], geometry({ stride: [3, 3] })],
  ["17 filters", [1, 4, 4, 3], [3, 3, 3, 17], geometry({ padding: [1, 1, 1, 1] })],
  ["16 channels, 32 filters", [1, 5, 6, 16], [3, 3, 16, 32], geometry({ padding: [1, 1, 1, 1] })],
];

const output = (image: Shape4, kernel: Shape4, g: ConvolutionGeometry) =>
  real(convolutionShape(image, kernel, g));

const product = (transposeA: boolean, transposeB: boolean) => (a: Node, b: Node) =>
  matmul(a, b, transposeA, transposeB);

/** Examples of matmul and the convolutions. */
export const productCases: readonly Case[] = [
  ...examples("matmul", [
    ["odd sizes", [real([3, 5]), real([5, 7])], product(false, false)],
    ["a transposed", [real([5, 3]), real([5, 7])], product(true, false)],
    ["b transposed", [real([3, 5]), real([7, 5])], product(false, true)],
    ["both transposed", [real([5, 3]), real([7, 5])], product(true, true)],
    ["a batch", [real([2, 3, 5]), real([2, 5, 4])], product(false, false)],
    ["a batch, a transposed", [real([3, 5, 2]), real([3, 5, 4])], product(true, false)],
    ["a batch, b transposed", [real([2, 3, 5]), real([2, 4, 5])], product(false, true)],
    ["a batch, both transposed", [real([2, 5, 3]), real([2, 4, 5])], product(true, true)],
    ["one by one", [real([1, 1]), real([1, 1])], product(false, false)],
    ["a row by a matrix", [real([1, 9]), real([9, 33])], product(false, false)],
    ["a matrix by a column", [real([9, 17]), real([17, 1])], product(false, false)],
    ["an outer product", [real([7, 1]), real([1, 9])], product(false, false)],
    ["larger than a tile", [real([19, 40]), real([40, 35])], product(false, false)],
    ["larger than a tile, transposed", [real([70, 19]), real([35, 70])], product(true, true)],
    ["a long inner axis", [real([3, 600], -0.3, 0.3), real([600, 5])], product(false, false)],
    [
      "transposes as nodes",
      [real([5, 3]), real([7, 5])],
      (a, b) => matmul(transpose(a), transpose(b)),
    ],
    [
      "views",
      [real([6, 5]), real([5, 7])],
      (a, b) => matmul(slice(a, [1, 0], [3, 5], [2, 1]), reverse(b, [1])),
    ],
    ["a value by itself", [real([5, 3])], (x) => matmul(x, x, true, false)],
  ]),
  ...examples("conv2d", [
    ...convolutions.map(([name, image, kernel, g]) =>
      [name, [real(image), real(kernel)], (x: Node, k: Node) => conv2d(x, k, g)] as const
    ),
    [
      "of a reversed image",
      [real([1, 5, 4, 2]), real([2, 2, 2, 3])],
      (x, k) => conv2d(reverse(x, [1, 2]), transpose(k, [1, 0, 2, 3]), geometry()),
    ],
  ]),
  ...examples(
    "conv2dInputGradient",
    convolutions.map(([name, image, kernel, g]) => [
      name,
      [output(image, kernel, g), real(kernel)],
      (y: Node, k: Node) => conv2dInputGradient(y, k, image, g),
    ]),
  ),
  ...examples(
    "conv2dKernelGradient",
    convolutions.map(([name, image, kernel, g]) => [
      name,
      [real(image), output(image, kernel, g)],
      (x: Node, y: Node) => conv2dKernelGradient(x, y, kernel, g),
    ]),
  ),
];
