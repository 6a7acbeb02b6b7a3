import type { Node } from "../../lib/graph/node.ts";
import { conv2d, conv2dInputGradient } from "../../lib/graph/ops/conv2d.ts";
import * as e from "../../lib/graph/ops/elementwise.ts";
import { iota, literal } from "../../lib/graph/ops/generate.ts";
import {
  broadcastTo,
  concatenate,
  pad,
  reshape,
  reverse,
  slice,
  transpose,
} from "../../lib/graph/ops/layout.ts";
import { matmul } from "../../lib/graph/ops/matmul.ts";
import { reduceMax, reduceSum } from "../../lib/graph/ops/reduce.ts";
import { windowMax } from "../../lib/graph/ops/window.ts";
import { type Case, compositions, distinct, integers, real } from "./case.ts";
import { offset } from "../nodes.ts";

const plain = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const;

/** A bounded element-wise function, several ops long. */
function chain(x: Node, length: number): Node {
  for (let i = 0; i < length; i++) {
    x = i % 3 === 0 ? e.tanh(x) : i % 3 === 1 ? offset(e.scale(x, 1.5), 0.25) : e.sin(x);
  }
  return x;
}

/** Graphs that exercise what the compiler may join, and what it may not. */
export const fusionCases: readonly Case[] = compositions([
  ["a long element-wise chain", [real([3, 7])], (x) => chain(x, 60)],
  [
    "a chain over many inputs",
    Array.from({ length: 12 }, () => real([5])),
    (...xs) => xs.reduce((sum, x) => e.add(e.tanh(sum), x)),
  ],
  ["a value with several readers", [real([4, 5])], (x) => {
    const y = e.exp(x);
    return e.add(e.multiply(y, reverse(y, [1])), e.multiply(y, reduceSum(y)));
  }],
  ["a diamond over a reduction", [real([4, 5])], (x) => {
    const y = e.tanh(x);
    return e.multiply(y, e.subtract(y, reshape(reduceSum(y, [1]), [4, 1])));
  }],
  [
    "a tail after matmul",
    [real([5, 6]), real([6, 9]), real([9]), real([5, 9])],
    (a, b, bias, z) => e.add(e.multiply(e.tanh(e.add(matmul(a, b), bias)), literal(0.5)), z),
  ],
  [
    "a tail after a batch of one: a residual, and what broadcasts from each axis",
    [real([1, 5, 6]), real([1, 6, 9]), real([1, 5, 9]), real([1, 1, 9]), real([1, 5, 1])],
    (a, b, x, y, z) => e.multiply(e.add(e.tanh(e.add(e.add(matmul(a, b), x), y)), x), z),
  ],
  ["a tail of which matmul is read twice", [real([5, 6]), real([6, 9])], (a, b) => {
    const y = matmul(a, b);
    return e.multiply(y, e.logistic(y));
  }],
  ["a tail beside another reader of matmul", [real([5, 6]), real([6, 9])], (a, b) => {
    const y = matmul(a, b);
    return e.add(e.tanh(y), reshape(reduceMax(y, [1]), [5, 1]));
  }],
  ["a tail with a column, which does not fit", [real([5, 6]), real([6, 9]), real([5, 1])], (
    a,
    b,
    column,
  ) => e.multiply(matmul(a, b), column)],
  ["a tail with a transpose of the same size", [real([6, 4]), real([4, 6]), real([6, 6])], (
    a,
    b,
    c,
  ) => e.add(matmul(a, b), transpose(c))],
  ["a tail that adds its own transpose", [real([6, 4]), real([4, 6])], (a, b) => {
    const y = matmul(a, b);
    return e.add(y, transpose(y));
  }],
  ["a tail over two matmuls", [real([5, 6]), real([6, 9]), real([5, 2]), real([2, 9])], (
    a,
    b,
    c,
    d,
  ) => e.multiply(matmul(a, b), e.tanh(matmul(c, d)))],
  [
    "a tail that reads an operand of matmul",
    [real([6, 6]), real([6, 6])],
    (a, b) => e.add(matmul(a, b), a),
  ],
  [
    "a tail of a batch",
    [real([2, 3, 4]), real([2, 4, 5]), real([2, 3, 5])],
    (a, b, c) => e.tanh(e.add(matmul(a, b), c)),
  ],
  [
    "a tail with iota and a scalar",
    [real([3, 4]), real([4, 5]), real([])],
    (a, b, s) => e.multiply(e.add(matmul(a, b), iota([3, 5], 1, "f32")), s),
  ],
  [
    "a tail after a reshape",
    [real([6, 4]), real([4, 5]), real([5])],
    (a, b, bias) => e.relu(e.add(reshape(matmul(a, b), [2, 3, 5]), bias)),
  ],
  [
    "a tail after a reshape that splits rows",
    [real([3, 4]), real([4, 6]), real([2])],
    (a, b, c) => e.add(reshape(matmul(a, b), [3, 3, 2]), c),
  ],
  ["a tail of a convolution", [
    real([1, 4, 4, 2]),
    real([3, 3, 2, 5]),
    real([5]),
    real([1, 4, 4, 5]),
  ], (x, k, bias, z) => e.relu(e.add(e.add(conv2d(x, k, plain), bias), z))],
  [
    "a tail of a 1x1 convolution",
    [real([1, 4, 4, 3]), real([1, 1, 3, 5]), real([5])],
    (x, k, b) => e.tanh(e.add(conv2d(x, k, { ...plain, padding: [0, 0, 0, 0] }), b)),
  ],
  [
    "a tail of a depthwise convolution",
    [real([2, 4, 3, 6]), real([3, 3, 1, 6]), real([6]), real([2, 4, 3, 6])],
    (x, k, bias, z) => e.tanh(e.add(e.add(conv2d(x, k, { ...plain, groups: 6 }), bias), z)),
  ],
  ["a tail of a transposed convolution", [real([1, 4, 4, 5]), real([3, 3, 2, 5]), real([2])], (
    y,
    k,
    b,
  ) => e.tanh(e.add(conv2dInputGradient(y, k, [1, 4, 4, 2], plain), b))],
  ["convolution, bias, maximum, pool", [distinct([1, 6, 6, 1]), real([3, 3, 1, 4]), real([4])], (
    x,
    k,
    b,
  ) =>
    windowMax(e.add(conv2d(x, k, plain), b), {
      window: [2, 2],
      stride: [2, 2],
      padding: [0, 0, 0, 0],
    })],
  [
    "a head before a sum",
    [real([4, 6]), real([6])],
    (x, w) => reduceSum(e.multiply(e.tanh(x), e.exp(w)), [1]),
  ],
  [
    "a head before a sum over the first axis",
    [real([7, 3]), real([7, 1])],
    (x, w) => reduceSum(e.multiply(e.tanh(x), w), [0]),
  ],
  ["a head before a maximum", [distinct([4, 6])], (x) => reduceMax(e.exp(e.scale(x, 0.5)), [0])],
  ["a head with two readers", [real([4, 6])], (x) => {
    const y = e.exp(x);
    return e.divide(y, reshape(reduceSum(y, [1]), [4, 1]));
  }],
  [
    "a head with a reversed input",
    [real([4, 6])],
    (x) => reduceSum(e.multiply(x, reverse(x, [0, 1])), [0]),
  ],
  ["several sums of one value, and maxima", [real([5, 4]), real([5, 4])], (x, y) => {
    const d = e.subtract(x, y), sums = [d, e.multiply(d, d), e.multiply(d, y)];
    const maxima = [reduceMax(e.exp(x), [0]), reduceMax(e.exp(e.negate(x)), [0])];
    return concatenate([...sums.map((value) => reduceSum(value, [0])), ...maxima], 0);
  }],
  ["a sum that another of the same axes needs", [real([5, 4])], (x) => {
    const centred = e.subtract(x, e.scale(reduceSum(x, [0]), 0.2));
    return reduceSum(e.multiply(e.multiply(centred, centred), centred), [0]);
  }],
  [
    "sums of sums",
    [real([3, 4, 5])],
    (x) => reduceSum(e.exp(e.scale(reduceSum(e.tanh(x), [1]), 0.2)), [0]),
  ],
  [
    "a tail and then a head",
    [real([5, 6]), real([6, 9])],
    (a, b) => reduceSum(e.tanh(matmul(a, b)), [0]),
  ],
  [
    "integers in a head",
    [integers([4, 6]), integers([6])],
    (a, b) => reduceSum(e.multiply(a, b), [1]),
  ],
  [
    "a transpose in the middle",
    [real([4, 5]), real([5, 4])],
    (a, b) => e.multiply(e.exp(transpose(e.tanh(a))), b),
  ],
  ["a slice in the middle", [real([6, 5])], (x) => e.tanh(slice(e.exp(x), [1, 0], [2, 5], [3, 1]))],
  ["a reverse in the middle", [real([4, 5])], (x) => e.tanh(reverse(e.exp(x), [0]))],
  [
    "a reshape after a transpose",
    [real([4, 6]), real([8, 3])],
    (x, y) => e.multiply(reshape(transpose(e.tanh(x)), [8, 3]), y),
  ],
  ["a reshape in the middle", [real([4, 6])], (x) => e.tanh(reshape(e.exp(x), [3, 8]))],
  [
    "a broadcast of a computed scalar",
    [real([4]), real([3, 4])],
    (a, b) => e.multiply(e.exp(broadcastTo(reduceSum(a), [3, 4])), b),
  ],
  [
    "a broadcast of a transpose of a slice",
    [real([4, 3]), real([2, 2, 3])],
    (a, b) => e.add(broadcastTo(transpose(slice(a, [1, 0], [3, 1])), [2, 2, 3]), b),
  ],
  ["slices put together again", [real([4, 6])], (x) =>
    concatenate([
      slice(x, [0, 3], [4, 3]),
      e.negate(slice(x, [0, 0], [4, 3])),
    ], 1)],
  [
    "concatenate, then element-wise",
    [real([2, 3]), real([2, 4])],
    (a, b) => e.exp(concatenate([e.tanh(a), b], 1)),
  ],
  ["pad, then element-wise", [real([2, 3])], (x) => e.exp(pad(e.tanh(x), [1, 1], [0, 2], [0, 1]))],
  ["an unused broadcast axis of size 1", [real([1]), real([1, 3, 1])], (a, b) => e.multiply(a, b)],
  ["constants only", [], () => e.add(e.exp(literal(0.5, [2, 3])), iota([2, 3], 1, "f32"))],
  ["one value under two shapes", [real([4, 6])], (x) => {
    const y = e.tanh(x);
    return e.add(
      reduceSum(e.multiply(reshape(y, [2, 12]), reshape(x, [2, 12])), [1]),
      reduceSum(y),
    );
  }],
  [
    "matmul of matmul of transposes",
    [real([3, 4]), real([4, 5]), real([3, 5])],
    (a, b, c) => matmul(transpose(matmul(a, b)), e.add(c, matmul(a, b))),
  ],
]);
