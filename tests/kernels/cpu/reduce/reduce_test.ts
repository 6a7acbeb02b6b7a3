import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { ReduceKernel, Step, View } from "../../../../lib/graph/kernel.ts";
import { type Shape, sizeOf, stridesOf } from "../../../../lib/core/shape.ts";
import { runKernel } from "../run_kernel.ts";
import { evaluate, forEachIndex, integers, normals } from "../reference.ts";

function kernelOf(
  combine: "sum" | "max",
  dtype: "f32" | "i32",
  shape: Shape,
  axes: readonly number[],
  head: boolean,
  view: View = { offset: 0, strides: stridesOf(shape) },
): ReduceKernel {
  const columns = { offset: 0, strides: shape.map((_, axis) => axis === shape.length - 1 ? 1 : 0) };
  const steps: Step[] = [{ kind: "load", input: 0, view, dtype }];
  if (head) {
    steps.push(
      { kind: "load", input: 1, view: columns, dtype },
      { kind: "apply", op: "multiply", operands: [0, 1], attributes: {}, dtype },
    );
  }
  const expression = { steps, stores: [{ step: steps.length - 1, dtype }] };
  return { kind: "reduce", combine, shape, axes, expression, dtype };
}

function check(kernel: ReduceKernel): void {
  const { shape, axes, dtype, combine, expression } = kernel;
  const make = (data: Float32Array<ArrayBuffer>) => dtype === "f32" ? data : Int32Array.from(data);
  const inputs = [
    make(integers(1, sizeOf(shape))),
    make(integers(2, shape.at(-1) ?? 1)),
  ].slice(0, expression.steps.length > 1 ? 2 : 1);
  const kept = shape.filter((_, axis) => !axes.includes(axis));
  const strides = stridesOf(kept);
  const initial = combine === "sum" ? 0 : dtype === "f32" ? -Infinity : -(2 ** 31);
  const expected = make(new Float32Array(sizeOf(kept)).fill(initial));
  forEachIndex(shape, (index) => {
    const to = index.filter((_, axis) => !axes.includes(axis))
      .reduce((sum, i, axis) => sum + i * strides[axis]!, 0);
    const value = evaluate(expression, inputs, index)[0]!;
    expected[to] = combine === "sum" ? expected[to]! + value : Math.max(expected[to]!, value);
  });
  const [found] = runKernel(kernel, inputs, [{ dtype, size: expected.length }]);
  assertEquals(found, expected, `${combine} of ${dtype} [${shape}] over ${axes}`);
}

Deno.test("cpu reduce: each axis and several, of odd sizes", () => {
  const cases: [Shape, number[][]][] = [
    [[], [[]]],
    [[1], [[0], []]],
    [[5], [[0]]],
    [[64], [[0]]],
    [[77], [[0]]],
    [[3, 5], [[0], [1], [0, 1]]],
    [[7, 1, 10], [[0], [1], [2], [0, 2]]],
    [[13, 6], [[0], [1]]],
    [[6, 33], [[0], [1]]],
    [[9, 100], [[0], [1]]],
    [[5, 3, 7], [[0], [1], [2], [0, 1], [0, 2], [1, 2]]],
    [[2, 3, 4, 5], [[0, 2], [1, 3], [1, 2], [0, 1, 3], [3], [0]]],
    [[2, 7, 7, 36], [[1, 2], [0, 1, 2], [3]]],
    [[3, 0], [[1]]],
    [[0, 3], [[0]]],
    [[0, 3], [[1]]],
  ];
  for (const [shape, lists] of cases) {
    for (const axes of lists) {
      for (const dtype of ["f32", "i32"] as const) {
        for (const head of [false, true]) {
          check(kernelOf("sum", dtype, shape, axes, head));
          check(kernelOf("max", dtype, shape, axes, head));
        }
      }
    }
  }
});

Deno.test("cpu reduce: long reductions in parts", () => {
  for (
    const [shape, axes] of [
      [[10000, 6], [0]],
      [[4099, 35], [0]],
      [[40001], [0]],
      [[3, 20002], [1]],
      [[2, 5003, 3], [1]],
      [[5003, 3, 2], [0, 2]],
      [[4, 3, 9001], [0, 2]],
      [[30, 2, 1000], [0, 2]],
    ] as const
  ) {
    check(kernelOf("sum", "f32", shape, axes, true));
    check(kernelOf("max", "i32", shape, axes, false));
  }
});

Deno.test("cpu reduce: several results at once have the bits of each alone", () => {
  const shapes = [[[4099, 35], [0]], [[3, 64], [1]], [[30, 2, 1000], [0, 2]], [[9, 5], [
    1,
  ]]] as const;
  for (const [shape, axes] of shapes) {
    for (const combine of ["sum", "max"] as const) {
      const kernel = kernelOf(combine, "f32", shape, axes, true);
      const inputs = [normals(1, sizeOf(shape)), normals(2, shape.at(-1)!)];
      const outputs = sizeOf(shape) / sizeOf(axes.map((axis) => shape[axis]!));
      const run = (steps: readonly number[]) => {
        const stores = steps.map((step) => ({ step, dtype: "f32" }) as const);
        const several = { ...kernel, expression: { ...kernel.expression, stores } };
        return runKernel(several, inputs, stores.map(() => ({ dtype: "f32", size: outputs })));
      };
      const order = [2, 0, 1];
      assertEquals(run(order), order.map((step) => run([step])[0]!), `${combine} of [${shape}]`);
    }
  }
});

Deno.test("cpu reduce: a transposed head", () => {
  const view = { offset: 0, strides: [1, 45] };
  check(kernelOf("sum", "f32", [45, 37], [0], true, view));
  check(kernelOf("sum", "f32", [45, 37], [1], true, view));
});

Deno.test("cpu reduce: a long sum keeps its digits", () => {
  const x = normals(3, 300000).map((value) => value + 10);
  const exact = x.reduce((sum, value) => sum + value, 0);
  const [found] = runKernel(kernelOf("sum", "f32", [300000], [0], false), [x], [
    { dtype: "f32", size: 1 },
  ]);
  assertAlmostEquals(found![0]!, exact, exact * 3e-7);
});

Deno.test("cpu reduce: NaN is the largest", () => {
  const x = Float32Array.of(1, NaN, 3, 2, 5);
  const [found] = runKernel(kernelOf("max", "f32", [5], [0], false), [x], [
    { dtype: "f32", size: 1 },
  ]);
  assertEquals(found![0], NaN);
});
