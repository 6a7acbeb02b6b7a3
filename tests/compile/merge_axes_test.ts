import { assertEquals } from "@std/assert";
import { compile } from "../../lib/compile/compile.ts";
import { mergeAxes, withMergedAxes } from "../../lib/compile/merge_axes.ts";
import type { MapKernel, ReduceKernel, Step } from "../../lib/graph/kernel.ts";
import { leaf } from "../../lib/graph/node.ts";
import { add } from "../../lib/graph/ops/elementwise.ts";
import { broadcastTo, pad } from "../../lib/graph/ops/layout.ts";
import { reduceSum } from "../../lib/graph/ops/reduce.ts";

const load = (strides: readonly number[], offset = 0): Step => ({
  kind: "load",
  input: 0,
  view: { offset, strides },
  dtype: "f32",
});

const iota = (axis: number): Step => ({ kind: "iota", axis, dtype: "i32" });

const map = (shape: readonly number[], steps: readonly Step[]): MapKernel => ({
  kind: "map",
  shape,
  expression: { steps, stores: [{ step: 0, dtype: "f32" }] },
});

Deno.test("axes that everything walks like one are a group; axes of size 1 are in none", () => {
  assertEquals(mergeAxes([2, 3, 4], [[12, 4, 1]]), [[0, 1, 2]]);
  assertEquals(mergeAxes([2, 3, 4], [[12, 4, 1], [0, 0, 1]]), [[0, 1], [2]]);
  assertEquals(mergeAxes([2, 3, 4], [[4, 8, 1]]), [[0], [1], [2]]);
  assertEquals(mergeAxes([2, 1, 4, 1], [[4, 99, 1, 77]]), [[0, 2]]);
  assertEquals(mergeAxes([2, 3], []), [[0, 1]]);
  assertEquals(mergeAxes([2, 3], [], ["kept", "reduced"]), [[0], [1]]);
  assertEquals(mergeAxes([1, 1], [[5, 5]]), []);
});

Deno.test("a kernel has as few axes as its views allow", () => {
  // A bias: rows by columns.
  assertEquals(
    withMergedAxes(map([2, 3, 4], [load([12, 4, 1], 5), load([0, 0, 1])])),
    map([6, 4], [load([4, 1], 5), load([0, 1])]),
  );
  // An index along an axis keeps that apart; along one of size 1 it is always 0.
  assertEquals(
    withMergedAxes(map([2, 3, 4], [load([12, 4, 1]), iota(1)])),
    map([2, 3, 4], [load([12, 4, 1]), iota(1)]),
  );
  assertEquals(
    withMergedAxes(map([2, 1, 4], [load([4, 4, 1]), iota(1), iota(2)])),
    map([2, 4], [load([4, 1]), { kind: "literal", value: 0, dtype: "i32" }, iota(1)]),
  );
});

Deno.test("reduced axes merge with reduced ones alone", () => {
  const reduce = (shape: readonly number[], axes: readonly number[], step: Step): ReduceKernel => ({
    ...map(shape, [step]),
    kind: "reduce",
    combine: "sum",
    axes,
    dtype: "f32",
  });
  assertEquals(
    withMergedAxes(reduce([2, 3, 1, 4, 5], [1, 2, 3], load([60, 20, 0, 5, 1]))),
    reduce([2, 12, 5], [1], load([60, 5, 1])),
  );
  assertEquals(
    withMergedAxes(reduce([2, 3], [0, 1], load([3, 1]))),
    reduce([6], [0], load([1])),
  );
});

Deno.test("the kernels of a plan have merged axes", () => {
  const x = leaf([2, 3, 4, 5], "f32"), bias = leaf([5], "f32");
  const biased = add(x, broadcastTo(bias, x.shape));
  const roots = [biased, reduceSum(x, [1, 2]), pad(x, [0, 1, 0, 0], [0, 0, 0, 0])];
  const shapes = compile(roots, [x, bias]).launches.map(({ kernel }) =>
    kernel.kind === "pad"
      ? [kernel.input, kernel.output, kernel.low]
      : "shape" in kernel
      ? kernel.shape
      : undefined
  );
  assertEquals(shapes, [[24, 5], [2, 12, 5], [[2, 60], [2, 80], [0, 20]]]);
});
