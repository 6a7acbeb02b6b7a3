import { assertEquals } from "@std/assert";
import { nativeTail } from "../../../../kernels/cpu/product/tail_native.ts";
import { convolutionShape } from "../../../../lib/graph/ops/conv2d.ts";
import { sizeOf } from "../../../../lib/core/shape.ts";
import type { ConvolutionKernel, Step, Tail } from "../../../../lib/graph/kernel.ts";
import { normals } from "../reference.ts";
import { runKernel } from "../run_kernel.ts";

const result: Step = { kind: "result", dtype: "f32" };
const load = (input: number, row: number, offset = 0): Step => (
  { kind: "load", input, view: { offset, strides: [row, 1] }, dtype: "f32" }
);
const apply = (op: string, ...operands: number[]): Step => (
  { kind: "apply", op, operands, attributes: {}, dtype: "f32" }
);
const tail = (...steps: Step[]): Tail => (
  { steps, stores: [{ step: steps.length - 1, dtype: "f32" }] }
);

/** By name, for so many columns: each tail, and how it computes an element. */
const tails = (columns: number): Record<string, readonly [Tail, Element]> => ({
  "bias": [tail(result, load(2, 0), apply("add", 0, 1)), (x, [column]) => f(x + column)],
  "bias from the second number on": [
    tail(result, load(2, 0, 1), apply("add", 0, 1), apply("relu", 2)),
    (x, [, next]) => Math.max(0, f(x + next)),
  ],
  "normalised, relu": [
    tail(
      ...[result, load(2, 0), apply("multiply", 0, 1), load(3, 0), apply("add", 2, 3)],
      apply("relu", 4),
    ),
    (x, [a], [b]) => Math.max(0, f(f(x * a) + b)),
  ],
  "normalised, added to what lies as the result, relu": [
    tail(
      ...[load(4, columns), result, load(2, 0), apply("multiply", 1, 2), load(3, 0)],
      ...[apply("subtract", 3, 4), apply("add", 0, 5), apply("relu", 6)],
    ),
    (x, [a], [b], place) => Math.max(0, f(place + f(f(x * a) - b))),
  ],
  "two normalised": [
    tail(
      ...[load(4, columns), load(2, 0), apply("multiply", 0, 1), load(3, 0), apply("add", 2, 3)],
      ...[result, load(3, 0), apply("multiply", 5, 6), load(2, 0), apply("add", 7, 8)],
      ...[apply("subtract", 4, 9), apply("relu", 10)],
    ),
    (x, [a], [b], place) => Math.max(0, f(f(f(place * a) + b) - f(f(x * b) + a))),
  ],
  "squared": [tail(result, apply("multiply", 0, 0)), (x) => f(x * x)],
});

type Element = (
  x: number,
  a: readonly [number, number],
  b: readonly [number, number],
  place: number,
) => number;

const f = Math.fround;

/** A convolution's results with a tail are those without it, and the tail computed here. */
function check(
  image: readonly number[],
  window: number,
  filters: number,
  { stride = 1, padding = 0, inPlace = false } = {},
): void {
  const kernelShape = [window, window, image[3]!, filters];
  const geometry = {
    stride: [stride, stride],
    padding: [padding, padding, padding, padding],
    dilation: [1, 1],
    groups: 1,
  } as const;
  const output = convolutionShape(image, kernelShape, geometry), size = sizeOf(output);
  const kernel: ConvolutionKernel = {
    kind: "conv2d",
    image,
    kernel: kernelShape,
    output,
    geometry,
  };
  const operands = [normals(1, sizeOf(image)), normals(2, sizeOf(kernelShape))];
  const outputs = [{ dtype: "f32", size }] as const;
  const sums = runKernel(kernel, operands, outputs)[0] as Float32Array;
  const [a, b, place] = [normals(3, filters + 1), normals(4, filters + 1), normals(5, size)];
  for (const [name, [tail, element]] of Object.entries(tails(filters))) {
    const [found] = runKernel({ ...kernel, tail }, [...operands, a, b, place], outputs, {
      inPlace: inPlace ? 4 : false,
    });
    const expected = sums.map((x, i) => {
      const column = i % filters;
      return element(x, [a[column]!, a[column + 1]!], [b[column]!, b[column + 1]!], place[i]!);
    });
    assertEquals(found, expected, `${name}, ${image} to ${filters}`);
  }
}

Deno.test("cpu tail: what native tiles do with their sums has the bits of WebAssembly", () => {
  for (const filters of [5, 8, 13, 16, 31, 32, 33, 70]) {
    check([1, 5, 9, 3], 1, filters);
    check([2, 9, 20, 4], 3, filters, { padding: 1 });
  }
  check([3, 14, 14, 6], 5, 16);
  check([2, 29, 29, 3], 7, 40, { stride: 2, padding: 3 });
  // Sums in chains, rows in a table: these go through memory.
  check([1, 6, 7, 1100], 1, 20);
  check([2, 7, 7, 8], 3, 24, { padding: 1 });
});

Deno.test("cpu tail: over what it loads", () => {
  check([2, 9, 20, 4], 3, 33, { padding: 1, inPlace: true });
  check([1, 6, 7, 1100], 1, 20, { inPlace: true });
});

Deno.test("cpu tail: which ones native tiles do", () => {
  const axes = [{ count: 64, a: 4, b: 128 }], rows = { a: 256, result: 256 };
  const does = (...steps: Step[]) => nativeTail(tail(...steps), axes, rows) !== undefined;
  for (const [tail] of Object.values(tails(64))) {
    assertEquals(nativeTail(tail, axes, rows)?.steps.length, tail.steps.length);
    assertEquals(nativeTail(tail, axes, { ...rows, a: "table" }), undefined);
    assertEquals(nativeTail(tail, [{ count: 2000, a: 4, b: 128 }], rows), undefined);
  }
  assertEquals(does(result, apply("tanh", 0)), false);
  const scalar: Step = {
    kind: "load",
    input: 2,
    view: { offset: 0, strides: [0, 0] },
    dtype: "f32",
  };
  assertEquals(does(result, scalar, apply("add", 0, 1)), false);
  // More loads than there are arguments, more values at a time than there are registers.
  const columns = Array.from({ length: 7 }, (_, i) => load(2 + i, 0));
  const sum = columns.map((_, i) => apply("add", i === 0 ? 0 : 7 + i, 1 + i));
  assertEquals(does(result, ...columns, ...sum), false);
  const products = Array.from(
    { length: 5 },
    (_, i) => apply("multiply", 1 + i % 5, 1 + (i + 1) % 5),
  );
  const total = products.map((_, i) => apply("add", i === 0 ? 0 : 10 + i, 6 + i));
  assertEquals(does(result, ...columns.slice(0, 5), ...products, ...total), false);
});
