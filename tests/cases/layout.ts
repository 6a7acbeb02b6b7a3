import { convert, exp, negate, select, tanh } from "../../lib/graph/ops/elementwise.ts";
import { iota, literal, randomUniform } from "../../lib/graph/ops/generate.ts";
import { gather, scatterAdd } from "../../lib/graph/ops/gather.ts";
import {
  broadcastTo,
  concatenate,
  pad,
  reshape,
  reverse,
  slice,
  transpose,
} from "../../lib/graph/ops/layout.ts";
import { bytes, type Case, constant, examples, given, indices, integers, real } from "./case.ts";

/** Examples of the ops that move elements, and of those that make them. */
export const layoutCases: readonly Case[] = [
  ...examples("broadcast", [
    ["new axes", [real([3])], (x) => broadcastTo(x, [2, 4, 3])],
    ["an inner axis", [real([2, 1, 3])], (x) => broadcastTo(x, [2, 5, 3])],
    ["a scalar", [real([])], (x) => broadcastTo(x, [3, 3])],
    ["of a computed value", [real([4, 1])], (x) => broadcastTo(exp(x), [2, 4, 3])],
    ["axes of size 1 stay", [real([1, 3])], (x) => broadcastTo(x, [4, 1, 3])],
    ["i32", [integers([3, 1])], (x) => broadcastTo(x, [3, 5])],
  ]),
  ...examples("reshape", [
    ["to a vector", [real([2, 3, 4])], (x) => reshape(x, [-1])],
    ["after a transpose", [real([4, 6])], (x) => reshape(transpose(x), [3, 8])],
    ["to a scalar", [real([1, 1])], (x) => reshape(x, [])],
    ["after a slice", [real([5, 4])], (x) => reshape(slice(x, [1, 1], [3, 2]), [2, 3])],
  ]),
  ...examples("transpose", [
    ["a matrix", [real([3, 5])], (x) => transpose(x)],
    ["four axes", [real([2, 3, 4, 5])], (x) => transpose(x, [3, 0, 2, 1])],
    ["a tall matrix", [real([33, 2])], (x) => transpose(x)],
    ["of i32", [integers([4, 7])], (x) => transpose(x)],
    ["a cycle of three, computed", [real([2, 3, 4])], (x) => tanh(transpose(exp(x), [1, 2, 0]))],
  ]),
  ...examples("slice", [
    ["a block", [real([5, 7])], (x) => slice(x, [1, 2], [3, 4])],
    ["strided", [real([9, 7])], (x) => slice(x, [1, 0], [3, 3], [3, 2])],
    ["one element", [real([4, 5])], (x) => slice(x, [2, 3], [1, 1])],
    ["a slice of a slice", [real([12])], (x) => slice(slice(x, [1], [5], [2]), [1], [2], [2])],
  ]),
  ...examples("reverse", [
    ["one axis", [real([3, 5])], (x) => reverse(x, [1])],
    ["all axes", [real([3, 2, 4])], (x) => reverse(x, [0, 1, 2])],
    [
      "after a transpose and a slice",
      [real([4, 6])],
      (x) => reverse(slice(transpose(x), [1, 0], [4, 4]), [0]),
    ],
    ["into a kernel", [real([4, 3])], (x) => pad(reverse(x, [0]), [1, 0], [0, 2])],
  ]),
  ...examples("pad", [
    ["a frame", [real([3, 4])], (x) => pad(x, [1, 0], [2, 3])],
    ["between neighbours", [real([3, 2])], (x) => pad(x, [0, 1], [1, 0], [1, 2])],
    ["with a value", [real([2, 3])], (x) => pad(x, [1, 1], [1, 1], [0, 0], -7.5)],
    ["with minus infinity", [constant(real([5]))], (x) => pad(x, [2], [1], [1], -Infinity)],
    ["i32", [integers([3])], (x) => pad(x, [1], [2], [1], 4)],
    ["images", [real([2, 3, 3, 5])], (x) => pad(x, [0, 1, 2, 0], [0, 2, 1, 0])],
    ["of a view", [real([4, 3])], (x) => pad(transpose(x), [1, 0], [0, 1])],
  ]),
  ...examples("concatenate", [
    ["the last axis", [real([3, 2]), real([3, 5])], (a, b) => concatenate([a, b], 1)],
    [
      "the first axis, three inputs",
      [real([1, 4]), real([3, 4]), real([2, 4])],
      (...xs) => concatenate(xs, 0),
    ],
    ["a middle axis", [real([2, 1, 3]), real([2, 4, 3])], (a, b) => concatenate([a, b], -2)],
    ["one value twice", [real([2, 3])], (x) => concatenate([x, x], 0)],
    [
      "views and computed values",
      [real([3, 2]), real([2, 3])],
      (a, b) => concatenate([negate(a), transpose(b)], 1),
    ],
    ["i32", [integers([3]), integers([4])], (a, b) => concatenate([a, b], 0)],
    ["ten inputs", Array.from({ length: 10 }, () => real([2, 3])), (...xs) => concatenate(xs, 1)],
  ]),

  ...examples("gather", [
    ["rows", [real([5, 3]), integers([7], 0, 5)], gather],
    ["a table of indices", [real([4, 2, 3]), integers([2, 3], 0, 4)], gather],
    ["numbers", [real([6]), integers([4], 0, 6)], gather],
    ["indices below 0 count from the end, and those outside are clamped", [
      real([4, 3]),
      indices([4], [-3, 9, 0, 3]),
    ], gather],
    ["i32", [integers([4, 3]), integers([5], 0, 4)], gather],
    ["of a transpose", [real([3, 5]), integers([4], 0, 5)], (x, i) => gather(transpose(x), i)],
  ]),
  ...examples("scatterAdd", [
    ["rows, some twice", [real([7, 3]), integers([7], 0, 5)], (u, i) => scatterAdd(u, i, 5)],
    [
      "a table of indices",
      [real([2, 3, 4]), integers([2, 3], 0, 4)],
      (u, i) => scatterAdd(u, i, 4),
    ],
    ["numbers", [real([9]), integers([9], 0, 3)], (u, i) => scatterAdd(u, i, 3)],
    [
      "indices below 0 count from the end, and those outside are clamped",
      [real([4, 3]), indices([4], [-3, 9, 0, 3])],
      (u, i) => scatterAdd(u, i, 4),
    ],
  ]),

  ...examples("literal", [
    ["f32", [], () => literal(0.1, [3, 2])],
    ["i32", [], () => literal(-4, [5], "i32")],
    [
      "infinities of one shape stay apart",
      [],
      () => concatenate([literal(Infinity, [2]), literal(-Infinity, [2]), literal(0, [2])], 0),
    ],
    [
      "infinities in one kernel stay apart",
      [integers([9], 0, 2)],
      (x) => select(x, literal(Infinity), literal(-Infinity)),
    ],
    [
      "infinities stay apart",
      [given([4], [1, 2, 3, 4])],
      (x) => concatenate([literal(Infinity, [2]), x, literal(-Infinity, [3])], 0),
    ],
  ]),
  ...examples("iota", [
    ["i32, the last axis", [], () => iota([3, 5], 1)],
    ["f32, the first axis", [], () => iota([3, 5], 0, "f32")],
    ["through a view", [], () => reverse(transpose(iota([3, 4], 1)), [0])],
  ]),
  ...examples("randomUniform", [
    ["a matrix", [indices([3], [123, 456, 7])], (s) => randomUniform(s, [5, 7], 3)],
    ["negative words", [indices([3], [-1, -2147483648, 1000])], (s) => randomUniform(s, [33], 1)],
    [
      "a state that is computed",
      [indices([3], [9, 8, 7])],
      (s) => randomUniform(negate(s), [4], 0),
    ],
    [
      "two streams",
      [indices([3], [1, 2, 3])],
      (s) => concatenate([randomUniform(s, [9], 0), randomUniform(s, [9], 1)], 0),
    ],
  ]),
  ...examples("leaf", [
    ["f32", [real([3, 5])], (x) => x],
    ["i32", [integers([3, 5])], (x) => x],
    ["u8", [bytes([7])], (x) => convert(x, "i32")],
    [
      "u8, reshaped after a transpose",
      [bytes([3, 4])],
      (x) => convert(reverse(reshape(transpose(x), [2, 6]), [1]), "f32"),
    ],
    [
      "u8, reshaped, transposed, reshaped",
      [bytes([3, 4])],
      (x) => convert(reshape(transpose(reshape(x, [2, 6])), [4, 3]), "i32"),
    ],
  ]),
];
