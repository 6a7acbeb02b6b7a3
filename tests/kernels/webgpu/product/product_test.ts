import type { Tiling } from "../../../../kernels/webgpu/emit.ts";
import type { ConvolutionGeometry } from "../../../../lib/graph/kernel.ts";
import { conv2d } from "../../../../lib/graph/ops/conv2d.ts";
import * as e from "../../../../lib/graph/ops/elementwise.ts";
import { matmul } from "../../../../lib/graph/ops/matmul.ts";
import { type Case, compositions, real } from "../../../cases/case.ts";
import { compareCase } from "../../../device/compare.ts";
import { Largest } from "../../../largest.ts";
import { testOnWebgpu } from "../run_kernel.ts";

const geometry = (g: Partial<ConvolutionGeometry> = {}): ConvolutionGeometry => ({
  stride: [1, 1],
  padding: [1, 1, 1, 1],
  dilation: [1, 1],
  groups: 1,
  ...g,
});

/** A convolution and, through its gradients, the two others. */
function convolution(
  name: string,
  image: readonly number[],
  kernel: readonly number[],
  changes: Partial<ConvolutionGeometry> = {},
): Case {
  const inputs = [real(image, -1, 1), real(kernel, -1, 1)];
  return compositions([[name, inputs, (x, k) => conv2d(x, k, geometry(changes))]])[0]!;
}

// 16 images at once are what threads of one pixel in many images need; 5 are not.
const sizes: readonly Case[] = [
  convolution("16 images, one channel, whole rows", [16, 9, 8, 1], [5, 5, 1, 6], {
    padding: [2, 2, 2, 2],
  }),
  convolution("32 images, vectors", [32, 7, 6, 8], [3, 3, 8, 12]),
  convolution("16 images, stride", [16, 9, 7, 4], [3, 3, 4, 5], { stride: [2, 3] }),
  convolution("16 images, stride and dilation", [16, 11, 9, 3], [3, 2, 3, 4], {
    stride: [2, 2],
    dilation: [2, 3],
    padding: [2, 1, 0, 3],
  }),
  convolution("16 images, groups", [16, 6, 6, 8], [3, 3, 4, 6], { groups: 2 }),
  convolution("16 images, window larger than the image", [16, 3, 2, 4], [5, 5, 4, 4], {
    padding: [2, 2, 2, 2],
  }),
  convolution("16 images, a stride beyond the window", [16, 8, 8, 4], [2, 2, 4, 4], {
    stride: [3, 3],
    padding: [0, 0, 0, 0],
  }),
  // On cards groups of few channels have kernels of their own.
  convolution("depthwise by fours", [2, 7, 9, 12], [3, 3, 1, 12], {
    groups: 12,
    stride: [2, 1],
    padding: [1, 0, 2, 1],
  }),
  convolution("depthwise, dilation and stride", [1, 11, 10, 4], [3, 2, 1, 4], {
    groups: 4,
    stride: [3, 2],
    dilation: [2, 3],
    padding: [2, 2, 1, 3],
  }),
  convolution("groups of four channels", [3, 6, 5, 8], [3, 3, 4, 16], { groups: 2 }),
  convolution("groups of eight channels, stride", [1, 9, 8, 16], [2, 3, 8, 8], {
    groups: 2,
    stride: [2, 2],
    dilation: [1, 2],
  }),
  convolution("5 images, sums cut in pieces", [5, 17, 13, 3], [3, 3, 3, 4]),
  ...compositions([
    [
      "a long inner axis, cut in pieces",
      [real([5, 2048], -0.1, 0.1), real([2048, 6])],
      (a, b) => matmul(a, b),
    ],
    [
      "a long inner axis and a tail",
      [real([8, 1024], -0.1, 0.1), real([1024, 8]), real([8]), real([8, 8])],
      (a, b, bias, z) => e.multiply(e.tanh(e.add(matmul(a, b), bias)), z),
    ],
    [
      "depthwise with a tail",
      [real([2, 5, 6, 8]), real([3, 3, 1, 8]), real([8]), real([2, 5, 6, 8])],
      (x, k, bias, z) => e.relu(e.add(e.add(conv2d(x, k, geometry({ groups: 8 })), bias), z)),
    ],
    ["larger than a block", [real([130, 70], -0.3, 0.3), real([70, 68])], (a, b) => matmul(a, b)],
    [
      "blocks of 64",
      [real([32, 66, 19], -0.3, 0.3), real([32, 19, 65])],
      (a, b) => matmul(a, b),
    ],
  ]),
];

const errors = new Largest("products on webgpu against the reference", 3e-5);

for (const tiling of ["register", "workgroup"] as const satisfies readonly Tiling[]) {
  for (const item of sizes) {
    testOnWebgpu(
      `${item.name}, ${tiling} tiling`,
      (device) => compareCase(device, item, [{}], errors),
      tiling,
    );
  }
}
