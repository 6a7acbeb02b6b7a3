import { assertEquals } from "@std/assert";
import type { MapKernel, Step, View } from "../../../../lib/graph/kernel.ts";
import type { TensorData } from "../../../../lib/core/dtype.ts";
import { keyOf, philox } from "../../../../lib/core/random.ts";
import { type Shape, sizeOf, stridesOf } from "../../../../lib/core/shape.ts";
import { runKernel } from "../run_kernel.ts";
import { evaluate, forEachIndex, integers } from "../reference.ts";

/** Compares load 0 * load 1 + load 1 (f32) and load 0 > load 1 (i32) with plain loops. */
function check(shape: Shape, a: View, b: View, inputs: [TensorData, TensorData]): void {
  const steps: Step[] = [
    { kind: "load", input: 0, view: a, dtype: "f32" },
    { kind: "load", input: 1, view: b, dtype: "f32" },
    { kind: "apply", op: "multiply", operands: [0, 1], attributes: {}, dtype: "f32" },
    { kind: "apply", op: "add", operands: [2, 1], attributes: {}, dtype: "f32" },
    {
      kind: "apply",
      op: "compare",
      operands: [0, 1],
      attributes: { direction: "greater" },
      dtype: "i32",
    },
  ];
  const expression = { steps, stores: [{ step: 3, dtype: "f32" }, { step: 4, dtype: "i32" }] };
  const kernel = { kind: "map", shape, expression } as MapKernel;
  const size = sizeOf(shape);
  const found = runKernel(kernel, inputs, [{ dtype: "f32", size }, { dtype: "i32", size }]);
  const expected = [new Float32Array(size), new Int32Array(size)];
  forEachIndex(shape, (index, flat) => {
    const [x, y] = evaluate(kernel.expression, inputs, index);
    expected[0]![flat] = x!;
    expected[1]![flat] = y!;
  });
  assertEquals(found, expected, `${shape} ${JSON.stringify([a, b])}`);
}

const full = (shape: Shape): View => ({ offset: 0, strides: stridesOf(shape) });

Deno.test("cpu map: contiguous, any size", () => {
  for (const n of [1, 2, 3, 4, 5, 7, 13, 15, 16, 17, 31, 33, 8191, 16385, 40003]) {
    check([n], full([n]), full([n]), [integers(1, n), integers(2, n)]);
  }
  check([], full([]), full([]), [integers(1, 1), integers(2, 1)]);
  check([1, 1], full([1, 1]), full([1, 1]), [integers(1, 1), integers(2, 1)]);
  check([0, 3], full([0, 3]), full([0, 3]), [integers(1, 0), integers(2, 0)]);
});

Deno.test("cpu map: rows and columns broadcast", () => {
  for (const columns of [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 15, 16, 17, 20, 23, 64, 100]) {
    for (const rows of [1, 2, 3, 5, 130, 1001]) {
      const shape = [rows, columns], size = rows * columns;
      check(shape, full(shape), { offset: 0, strides: [0, 1] }, [
        integers(1, size),
        integers(2, columns),
      ]);
      check(shape, full(shape), { offset: 0, strides: [1, 0] }, [
        integers(1, size),
        integers(2, rows),
      ]);
      check(shape, { offset: 0, strides: [1, rows] }, { offset: 0, strides: [0, 0] }, [
        integers(1, size),
        integers(2, 1),
      ]);
    }
  }
  const wide = [3, 20001];
  check(wide, full(wide), { offset: 0, strides: [1, 0] }, [integers(1, 60003), integers(2, 3)]);
});

Deno.test("cpu map: slices, transposes, reversals, many axes", () => {
  const input = integers(3, 5 * 6 * 7 * 8);
  const views: [Shape, View][] = [
    [[5, 6, 7, 8], full([5, 6, 7, 8])],
    [[8, 7, 6, 5], { offset: 0, strides: [1, 8, 56, 336] }],
    [[5, 7, 6, 8], { offset: 0, strides: [336, 8, 56, 1] }],
    [[2, 3, 3, 3], { offset: 337, strides: [672, 112, 16, 2] }],
    [[5, 6, 7, 8], { offset: 7, strides: [336, 56, 8, -1] }],
    [[5, 6, 56], { offset: 335, strides: [336, -56, -1] }],
    [[4, 5, 6, 7], { offset: 7, strides: [0, 336, 56, 8] }],
    [[5, 3, 1, 2, 3], { offset: 0, strides: [336, 112, 0, 8, 1] }],
  ];
  for (const [shape, view] of views) {
    check(shape, view, full(shape), [input, integers(4, sizeOf(shape))]);
    check(shape, view, view, [input, integers(4, input.length)]);
  }
});

Deno.test("cpu map: u8 inputs, iota, scalars that are computed once", () => {
  for (const shape of [[3, 5], [5, 16], [2, 3, 7], [1000, 3], [50]]) {
    for (const step of [1, 2]) {
      const rank = shape.length, size = sizeOf(shape);
      const data = Uint8Array.from({ length: size * step }, (_, i) => i * 37 % 256);
      const view = { offset: 0, strides: stridesOf(shape).map((stride) => stride * step) };
      const scalar = { offset: 1, strides: shape.map(() => 0) };
      const steps: Step[] = [
        { kind: "load", input: 0, view, dtype: "u8" },
        apply("convert", [0], { dtype: "f32" }),
        { kind: "iota", axis: rank - 1, dtype: "f32" },
        apply("add", [1, 2]),
        { kind: "load", input: 1, view: scalar, dtype: "f32" },
        { kind: "literal", value: 2, dtype: "f32" },
        apply("multiply", [4, 5]),
        apply("multiply", [3, 6]),
        { kind: "iota", axis: 0, dtype: "i32" },
      ];
      const stores = [{ step: 7, dtype: "f32" as const }, { step: 8, dtype: "i32" as const }];
      const kernel: MapKernel = { kind: "map", shape, expression: { steps, stores } };
      const inputs = [data, Float32Array.of(9, 3)];
      const expected = [new Float32Array(size), new Int32Array(size)];
      forEachIndex(shape, (index, flat) => {
        const values = evaluate(kernel.expression, inputs, index);
        values.forEach((value, store) => expected[store]![flat] = value);
      });
      const outputs = stores.map(({ dtype }) => ({ dtype, size }));
      assertEquals(runKernel(kernel, inputs, outputs), expected, String(shape));
    }
  }
});

function apply(op: string, operands: number[], attributes: Record<string, unknown> = {}): Step {
  return { kind: "apply", op, operands, attributes, dtype: "f32" };
}

Deno.test("cpu map: random numbers have the bits of lib/core/random.ts", () => {
  for (const shape of [[1], [7, 3], [2, 5, 9], [33000]]) {
    const size = sizeOf(shape), [key0, key1] = keyOf(123456789012), step = 7, stream = 3;
    const zeros = { offset: 0, strides: shape.map(() => 0) };
    const steps: Step[] = [
      { kind: "randomUniform", input: 0, stream, dtype: "f32" },
      // Something transposed, so that the axes do not merge.
      {
        kind: "load",
        input: 1,
        view: { offset: 0, strides: stridesOf(shape.toReversed()).toReversed() },
        dtype: "f32",
      },
      { kind: "load", input: 1, view: zeros, dtype: "f32" },
      apply("multiply", [1, 2]),
      apply("add", [0, 3]),
    ];
    const kernel: MapKernel = {
      kind: "map",
      shape,
      expression: { steps, stores: [{ step: 4, dtype: "f32" }] },
    };
    const state = Int32Array.of(key0, key1, step);
    const [found] = runKernel(kernel, [state, new Float32Array(size)], [{ dtype: "f32", size }]);
    const expected = Float32Array.from(
      { length: size },
      (_, i) => (philox(key0, key1, i, 0, step, stream)[0]! >>> 8) * 2 ** -24,
    );
    assertEquals(found, expected);
  }
});

Deno.test("cpu map: an output may take the place of an input", () => {
  const n = 20000, x = integers(5, n);
  const steps: Step[] = [
    { kind: "load", input: 0, view: full([n]), dtype: "f32" },
    apply("add", [0, 0]),
  ];
  const kernel: MapKernel = {
    kind: "map",
    shape: [n],
    expression: { steps, stores: [{ step: 1, dtype: "f32" }] },
  };
  const [found] = runKernel(kernel, [x], [{ dtype: "f32", size: n }], { inPlace: true });
  assertEquals(found, x.map((value) => value * 2));
});
