import { assert } from "@std/assert";
import type { Kernel } from "../../../lib/graph/kernel.ts";
import { Random } from "../../../lib/core/random.ts";
import { runKernel } from "./run_kernel.ts";

/**
 * The error of a kernel over positive numbers, for some of its results, relative to these. A sum in one
 * chain of n additions loses about n / 8 units of the last place: these are sums of thousands.
 */
function errorOf(
  kernel: Kernel,
  sizes: readonly [number, number?],
  results: number,
  exact: (result: number, inputs: readonly Float32Array[]) => number,
): number {
  const random = new Random(1, 2);
  const inputs = sizes.map((size = 0) =>
    Float32Array.from({ length: size }, () => random.uniform())
  );
  const [found] = runKernel(kernel, inputs, [{ dtype: "f32", size: results }]);
  let squares = 0, count = 0;
  for (let i = 0; i < results; i += Math.ceil(results / 16)) {
    const expected = exact(i, inputs);
    squares += (found![i]! / expected - 1) ** 2;
    count++;
  }
  return Math.sqrt(squares / count);
}

/** The sum of `term` for numbers from 0, in f64. */
function sum(count: number, term: (number: number) => number): number {
  let result = 0;
  for (let i = 0; i < count; i++) result += term(i);
  return result;
}

/** A product of matrices [m, k] and [k, n]. */
function product(m: number, n: number, k: number, transposeA: boolean, transposeB = false): number {
  const kernel = { kind: "matmul", batch: 1, m, n, k, transposeA, transposeB } as const;
  return errorOf(kernel, [m * k, k * n], m * n, (i, [a, b]) => {
    const row = Math.floor(i / n), column = i % n;
    return sum(k, (l) =>
      a![transposeA ? l * m + row : row * k + l]! *
      b![transposeB ? column * k + l : l * n + column]!);
  });
}

function check(name: string, error: number, limit: number): void {
  assert(error < limit, `${name}: error ${error.toExponential(1)}`);
}

Deno.test("cpu products: long sums keep their digits", () => {
  for (const transposeA of [false, true]) {
    check("small", product(16, 16, 20000, transposeA), 2e-7);
    check("blocked", product(120, 200, 5000, transposeA), 2e-7);
    check("few columns", product(40, 3, 9001, transposeA), 2e-7);
  }
  check("few rows", product(2, 100, 20001, false), 3e-7);
  check("B transposed", product(20, 20, 10000, false, true), 2e-7);
});

Deno.test("cpu conv2d: its kernel's gradient over many pixels keeps its digits", () => {
  const [n, size, channels, filters] = [16, 40, 8, 8], pixels = n * size * size;
  const image = [n, size, size, channels], output = [n, size, size, filters];
  const geometry = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;
  const kernel = [1, 1, channels, filters];
  const error = errorOf(
    { kind: "conv2dKernelGradient", image, kernel, output, geometry },
    [pixels * channels, pixels * filters],
    channels * filters,
    (i, [x, g]) => {
      const [channel, filter] = [Math.floor(i / filters), i % filters];
      return sum(pixels, (p) => x![p * channels + channel]! * g![p * filters + filter]!);
    },
  );
  check("kernel gradient", error, 1.5e-7);
});

Deno.test("cpu reduce: long sums over axes apart keep their digits", () => {
  // Of [outer, kept, inner] to [kept], and over rows that are apart in memory.
  for (const [outer, kept, inner] of [[400, 8, 4], [400, 3, 7], [200, 5, 36]] as const) {
    for (const byColumns of inner < 36 ? [true] : [false, true]) {
      const shape = byColumns ? [outer, inner, kept] : [outer, kept, inner];
      const strides = [kept * inner + 5, shape[2]!, 1];
      const expression = {
        steps: [{ kind: "load", input: 0, view: { offset: 0, strides }, dtype: "f32" }],
        stores: [{ step: 0, dtype: "f32" }],
      } as const;
      const axes = byColumns ? [0, 1] : [0, 2];
      const kernel = {
        kind: "reduce",
        combine: "sum",
        shape,
        axes,
        expression,
        dtype: "f32",
      } as const;
      const error = errorOf(
        kernel,
        [outer * strides[0]!],
        kept,
        (i, [x]) =>
          sum(
            outer,
            (o) =>
              sum(inner, (k) => x![o * strides[0]! + (byColumns ? k * kept + i : i * inner + k)]!),
          ),
      );
      check(`[${shape}] over ${axes}`, error, 1.5e-7);
    }
  }
});

Deno.test("cpu reduce: long sums of columns and of rows keep their digits", () => {
  for (const [rows, columns] of [[1000, 100], [50000, 8], [300, 36], [20000, 3]] as const) {
    for (const axis of [0, 1]) {
      const shape = axis === 0 ? [rows, columns] : [columns, rows];
      const view = { offset: 0, strides: [shape[1]!, 1] };
      const expression = {
        steps: [{ kind: "load", input: 0, view, dtype: "f32" }],
        stores: [{ step: 0, dtype: "f32" }],
      } as const;
      const kernel = {
        kind: "reduce",
        combine: "sum",
        shape,
        axes: [axis],
        expression,
        dtype: "f32",
      } as const;
      const error = errorOf(
        kernel,
        [rows * columns],
        columns,
        (i, [x]) => sum(rows, (row) => x![axis === 0 ? row * columns + i : i * rows + row]!),
      );
      check(`[${shape}] over ${axis}`, error, 1.5e-7);
    }
  }
});
