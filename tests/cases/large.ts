import * as e from "../../lib/graph/ops/elementwise.ts";
import { conv2d } from "../../lib/graph/ops/conv2d.ts";
import { transpose } from "../../lib/graph/ops/layout.ts";
import { matmul } from "../../lib/graph/ops/matmul.ts";
import { argmax, reduceMax, reduceSum } from "../../lib/graph/ops/reduce.ts";
import { averagePool2d, maxPool2d } from "../../lib/tensor/functions/pool.ts";
import { onNodes } from "../nodes.ts";
import { type Case, compositions, distinct, real } from "./case.ts";

const plain = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const;

/**
 * Sizes at which devices split work among threads and workgroups and operands into blocks, none of
 * them a multiple of a tile. Too slow to be differentiated by finite differences.
 */
export const largeCases: readonly Case[] = compositions([
  ["large element-wise", [real([1003, 37]), real([37])], (x, y) => e.tanh(e.multiply(x, y))],
  ["large transpose", [real([257, 131])], (x) => e.exp(transpose(x))],
  ["large sum", [real([70_001])], (x) => e.scale(reduceSum(x), 1 / 70_001)],
  ["large sums of rows", [real([300, 211])], (x) => e.scale(reduceSum(x, [1]), 1 / 211)],
  ["large sums of columns", [real([1003, 67])], (x) => e.scale(reduceSum(x, [0]), 1 / 1003)],
  ["large sums of products", [real([1003, 67]), real([1003, 67])], (x, y) =>
    e.scale(
      e.add(reduceSum(e.multiply(x, y), [0]), e.multiply(reduceSum(x, [0]), reduceSum(y, [0]))),
      1e-3,
    )],
  ["large maximum", [distinct([9, 1009])], (x) => reduceMax(x, [1])],
  ["large argmax", [distinct([67, 311])], (x) => argmax(x, 1)],
  [
    "matmul, long inner axis",
    [real([37, 1100], -0.2, 0.2), real([1100, 19])],
    (a, b) => matmul(a, b),
  ],
  ["matmul, tall", [real([517, 33]), real([33, 41])], (a, b) => matmul(a, b)],
  [
    "matmul, wide, transposed",
    [real([33, 43]), real([517, 33])],
    (a, b) => matmul(a, b, true, true),
  ],
  ["matmul, a batch", [real([7, 35, 67]), real([7, 67, 33])], (a, b) => matmul(a, b)],
  [
    "convolution, 3x3",
    [real([2, 15, 14, 19], -0.5, 0.5), real([3, 3, 19, 37])],
    (x, k) => conv2d(x, k, plain),
  ],
  [
    "convolution, 5x5, few channels",
    [real([3, 21, 23, 1]), real([5, 5, 1, 7])],
    (x, k) => conv2d(x, k, plain),
  ],
  [
    "convolution, 11x11, stride 4",
    [real([1, 47, 43, 3]), real([11, 11, 3, 21])],
    (x, k) => conv2d(x, k, { ...plain, stride: [4, 4], padding: [2, 2, 2, 2] }),
  ],
  [
    "depthwise convolution",
    [real([2, 17, 15, 33]), real([3, 3, 1, 33])],
    (x, k) => conv2d(x, k, { ...plain, groups: 33 }),
  ],
  [
    "large max pool",
    [distinct([2, 29, 31, 17])],
    onNodes((x) => maxPool2d(x, 3, { stride: 2 })),
  ],
  [
    "large average pool",
    [real([2, 29, 31, 17])],
    onNodes((x) => averagePool2d(x, 3, { stride: 2, padding: 1 })),
  ],
]);
