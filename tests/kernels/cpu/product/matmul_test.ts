import { assertEquals } from "@std/assert";
import type { MatmulKernel } from "../../../../lib/graph/kernel.ts";
import type { Shape } from "../../../../lib/core/shape.ts";
import { runKernel } from "../run_kernel.ts";
import { integers } from "../reference.ts";
import { expectedOutputs, outputsOf, tailInputs, tailOf } from "./tail.ts";

/** What a kernel should yield: loops in f64 over small integers, whose sums are exact. */
function expectedOf(kernel: MatmulKernel, a: Float32Array, b: Float32Array): Float64Array {
  const { batch, m, n, k, transposeA, transposeB } = kernel;
  const result = new Float64Array(batch * m * n);
  for (let g = 0; g < batch; g++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) {
          const x = a[g * m * k + (transposeA ? p * m + i : i * k + p)]!;
          sum += x * b[g * k * n + (transposeB ? j * k + p : p * n + j)]!;
        }
        result[(g * m + i) * n + j] = sum;
      }
    }
  }
  return result;
}

function check(
  [m, n, k]: readonly [number, number, number],
  { batch = 1, transposeA = false, transposeB = false, tail = false, inPlace = false } = {},
): void {
  const shape: Shape = batch === 1 ? [m, n] : [batch, m, n];
  const kernel: MatmulKernel = {
    kind: "matmul",
    batch,
    m,
    n,
    k,
    transposeA,
    transposeB,
    ...(tail ? { tail: tailOf(shape) } : {}),
  };
  const [a, b] = [integers(1, batch * m * k), integers(2, batch * k * n)];
  const loads = tail ? tailInputs(shape) : undefined;
  const expected = expectedOutputs(expectedOf(kernel, a, b), n, loads);
  const found = runKernel(kernel, [a, b, ...loads ?? []], outputsOf(shape, tail), {
    inPlace: inPlace ? 2 : false,
  });
  const name = `${batch} x [${m}, ${k}]${transposeA ? "T" : ""} x [${k}, ${n}]${
    transposeB ? "T" : ""
  }${tail ? " with a tail" : ""}`;
  found.forEach((output, index) => assertEquals(output, expected[index], name));
}

const transposes = [
  {},
  { transposeA: true },
  { transposeB: true },
  { transposeA: true, transposeB: true },
];

Deno.test("cpu matmul: every small size", () => {
  for (const transposed of transposes) {
    for (const m of [1, 2, 3, 5, 7]) {
      for (const n of [1, 3, 4, 5, 9]) {
        for (const k of [1, 2, 6]) check([m, n, k], { ...transposed, tail: (m + n + k) % 2 === 0 });
      }
    }
  }
});

Deno.test("cpu matmul: odd sizes, plain and transposed, with and without a tail", () => {
  const sizes = [[13, 17, 11], [64, 64, 64], [31, 8, 33], [100, 10, 84], [6, 70, 130], [4, 41, 53]];
  for (const transposed of transposes) {
    for (const size of sizes as [number, number, number][]) {
      check(size, transposed);
      check(size, { ...transposed, tail: true });
    }
  }
});

Deno.test("cpu matmul: long sums, which are split for the threads and the cache", () => {
  for (const transposed of transposes) {
    check([20, 24, 3000], { ...transposed, tail: true });
    check([97, 13, 1031], transposed);
  }
});

Deno.test("cpu matmul: a tail that stores over what it loads", () => {
  for (const transposed of transposes) {
    for (const size of [[30, 22, 40], [300, 400, 130], [3, 90, 70], [20, 24, 3000]] as const) {
      check(size, { ...transposed, tail: true, inPlace: true });
    }
  }
});

Deno.test("cpu matmul: batches", () => {
  for (const transposed of transposes) {
    check([7, 9, 5], { ...transposed, batch: 3 });
    check([16, 20, 12], { ...transposed, batch: 5, tail: true });
    check([2, 3, 1], { ...transposed, batch: 9, tail: true });
  }
});

Deno.test("cpu matmul: one to four rows", () => {
  for (const m of [1, 2, 3, 4]) {
    for (const [n, k] of [[1000, 77], [37, 400], [10, 84], [600, 3]] as const) {
      check([m, n, k]);
      check([m, n, k], { tail: true });
      check([m, n, k], { transposeB: true, tail: true });
    }
  }
});

Deno.test("cpu matmul: few rows by a large matrix, in parts of the sum and blocks of columns", () => {
  for (const m of [1, 2, 4]) {
    check([m, 701, 1100], { tail: true });
    check([m, 4109, 130]);
    check([m, 300, 600], { batch: 2, tail: true });
  }
});

Deno.test("cpu matmul: a sum over nothing is 0", () => {
  check([5, 6, 0]);
  check([5, 6, 0], { transposeA: true, tail: true });
  check([300, 400, 0], { transposeA: true });
  check([700, 700, 0], { batch: 2, transposeB: true, tail: true });
  check([1, 1000, 0]);
});

Deno.test("cpu matmul: large operands, which are packed block by block", () => {
  for (const transposed of transposes) {
    check([13, 700, 701], { ...transposed, tail: true });
    check([2, 1030, 900], { ...transposed, tail: true });
    check([9, 300, 500], { ...transposed, batch: 3 });
  }
  // Several blocks of rows, too.
  check([780, 40, 800], { transposeA: true, tail: true });
});

Deno.test("cpu matmul: so many blocks that they share scratch memory in waves", () => {
  check([3900, 520, 3], { transposeA: true });
  check([3900, 520, 2], { transposeA: true, transposeB: true, tail: true });
});
