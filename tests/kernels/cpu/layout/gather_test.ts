import { assertEquals } from "@std/assert";
import { runKernel } from "../run_kernel.ts";
import { integers } from "../reference.ts";

const rowOf = (index: number, rows: number) =>
  Math.max(0, Math.min(rows - 1, index < 0 ? index + rows : index));
/** Some from the end, and some outside. */
const indicesFor = (rows: number, count: number) =>
  Int32Array.from({ length: count }, (_, i) => (i * 7) % (2 * rows + 3) - rows - 1);

Deno.test("cpu gather: rows, from the end too, clamped outside", () => {
  for (const [rows, width, count] of [[5, 1, 9], [4, 3, 7], [10, 100, 33], [3, 4097, 5]] as const) {
    const data = integers(1, rows * width), indices = indicesFor(rows, count);
    const expected = new Float32Array(count * width);
    indices.forEach((index, i) => {
      const row = rowOf(index, rows) * width;
      expected.set(data.subarray(row, row + width), i * width);
    });
    const kernel = { kind: "gather", rows, width, count, dtype: "f32" } as const;
    const output = { dtype: "f32", size: expected.length } as const;
    assertEquals(runKernel(kernel, [data, indices], [output])[0], expected);
  }
});

Deno.test("cpu scatterAdd: in order, rows from the end too, clamped outside", () => {
  for (
    const [rows, width, count] of [[5, 1, 9], [4, 3, 7], [10, 100, 33], [3, 1029, 5], [
      2,
      2,
      0,
    ]] as const
  ) {
    const updates = integers(1, count * width), indices = indicesFor(rows, count);
    const expected = new Float32Array(rows * width);
    indices.forEach((index, i) => {
      for (let c = 0; c < width; c++) {
        expected[rowOf(index, rows) * width + c]! += updates[i * width + c]!;
      }
    });
    const kernel = { kind: "scatterAdd", rows, width, count } as const;
    const output = { dtype: "f32", size: expected.length } as const;
    assertEquals(runKernel(kernel, [updates, indices], [output])[0], expected);
  }
});
