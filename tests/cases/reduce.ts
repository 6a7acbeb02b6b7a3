import { add, multiply, scale } from "../../lib/graph/ops/elementwise.ts";
import { broadcastTo, reverse, transpose } from "../../lib/graph/ops/layout.ts";
import {
  argmax,
  reduceMax,
  reduceMin,
  reduceProduct,
  reduceSum,
} from "../../lib/graph/ops/reduce.ts";
import { type Case, distinct, examples, given, integers, real } from "./case.ts";

/** Examples of the reductions. */
export const reduceCases: readonly Case[] = [
  ...examples("reduceSum", [
    ["a vector", [real([37])], (x) => reduceSum(x)],
    ["the last axis", [real([3, 7])], (x) => reduceSum(x, [1])],
    ["the first axis", [real([7, 5])], (x) => reduceSum(x, [0])],
    ["a middle axis", [real([2, 5, 3])], (x) => reduceSum(x, [1])],
    ["outer and inner axes", [real([3, 4, 5])], (x) => reduceSum(x, [0, 2])],
    ["batch, height and width", [real([2, 3, 3, 5])], (x) => reduceSum(x, [0, 1, 2])],
    ["everything", [real([3, 4, 2])], (x) => reduceSum(x)],
    ["an axis of size 1", [real([3, 1])], (x) => reduceSum(x, [1])],
    ["a transpose", [real([3, 7])], (x) => reduceSum(transpose(x), [1])],
    ["reversed", [real([3, 7])], (x) => reduceSum(reverse(x, [1]), [0])],
    ["a broadcast value", [real([3, 1])], (x) => reduceSum(broadcastTo(x, [2, 3, 4]), [0, 2])],
    ["a product before it", [real([4, 6]), real([6])], (a, b) => reduceSum(multiply(a, b), [1])],
    ["long", [real([2, 3000])], (x) => scale(reduceSum(x, [1]), 1 / 3000)],
    ["long, over the first axis", [real([3000, 3])], (x) => scale(reduceSum(x, [0]), 1 / 3000)],
    ["i32", [integers([5, 6])], (x) => reduceSum(x, [0])],
  ]),
  ...examples("reduceMax", [
    ["a vector", [distinct([37])], (x) => reduceMax(x)],
    ["the last axis", [distinct([3, 7])], (x) => reduceMax(x, [1])],
    ["the first axis", [distinct([7, 5])], (x) => reduceMax(x, [0])],
    ["outer and inner axes", [distinct([3, 4, 5])], (x) => reduceMax(x, [0, 2])],
    ["negative numbers", [real([3, 5], -9, -1)], (x) => reduceMax(x, [1])],
    ["ties", [given([2, 5], [1, 3, 3, 2, 3, 5, 5, 1, 0, 0])], (x) => reduceMax(x, [1])],
    ["i32", [integers([5, 6])], (x) => reduceMax(x, [1])],
    ["a transpose", [distinct([3, 7])], (x) => reduceMax(transpose(x), [1])],
  ]),
  ...examples("reduceProduct", [
    ["a vector", [real([7])], (x) => reduceProduct(x)],
    ["the last axis", [real([3, 5])], (x) => reduceProduct(x, [1])],
    ["the first axis", [real([6, 5])], (x) => reduceProduct(x, [0])],
    ["a middle axis", [real([2, 3, 3])], (x) => reduceProduct(x, [1])],
    ["outer and inner axes", [real([2, 4, 3])], (x) => reduceProduct(x, [0, 2])],
    ["an axis of size 1", [real([3, 1])], (x) => reduceProduct(x, [1])],
    [
      "no zero, one, two, in each place",
      [{ ...given([4, 3], [2, 3, 4, 0, 3, 4, 2, 0, 0, 2, 3, 0]), differentiable: true }],
      (x) => reduceProduct(x, [1]),
    ],
    ["a transpose", [real([3, 4])], (x) => reduceProduct(transpose(x), [1])],
    ["a sum before it", [real([4, 3]), real([3])], (a, b) => reduceProduct(add(a, b), [1])],
    ["long", [real([2, 1500], 0.99, 1.01)], (x) => reduceProduct(x, [1])],
    ["i32", [integers([4, 3])], (x) => reduceProduct(x, [0])],
    ["i32 beyond 32 bits", [integers([3, 2], 60_000, 70_000)], (x) => reduceProduct(x, [0])],
  ]),
  ...examples("reduceMin", [
    ["a vector", [distinct([37])], (x) => reduceMin(x)],
    ["the last axis", [distinct([3, 7])], (x) => reduceMin(x, [1])],
    ["the first axis", [distinct([7, 5])], (x) => reduceMin(x, [0])],
    ["outer and inner axes", [distinct([3, 4, 5])], (x) => reduceMin(x, [0, 2])],
    ["positive numbers", [real([3, 5], 1, 9)], (x) => reduceMin(x, [1])],
    ["ties", [given([2, 5], [4, 3, 3, 7, 3, 0, 5, 1, 0, 0])], (x) => reduceMin(x, [1])],
    ["i32", [integers([5, 6])], (x) => reduceMin(x, [1])],
    ["a transpose", [distinct([3, 7])], (x) => reduceMin(transpose(x), [1])],
  ]),
  ...examples("argmax", [
    ["the last axis", [distinct([3, 7])], (x) => argmax(x, -1)],
    ["the first axis", [distinct([7, 5])], (x) => argmax(x, 0)],
    ["a middle axis", [distinct([2, 5, 3])], (x) => argmax(x, 1)],
    ["ties take the first", [given([2, 4], [1, 3, 3, 2, 0, 0, 0, 0])], (x) => argmax(x, 1)],
    ["i32", [integers([5, 6])], (x) => argmax(x, 1)],
    ["a transpose", [distinct([3, 7])], (x) => argmax(transpose(x), 1)],
    ["minus infinity everywhere", [given([2, 3], [-Infinity])], (x) => argmax(x, 1)],
  ]),
];
