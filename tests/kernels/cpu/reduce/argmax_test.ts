import { assertEquals } from "@std/assert";
import { sizeOf } from "../../../../lib/core/shape.ts";
import { integers } from "../reference.ts";
import { runKernel } from "../run_kernel.ts";

Deno.test("cpu argmax: first of equals, any axis, NaN", () => {
  for (
    const [shape, axis] of [[[7, 10], 1], [[7, 10], 0], [[3, 5, 6], 1], [[2, 1, 9], 1]] as const
  ) {
    for (const dtype of ["f32", "i32"] as const) {
      const numbers = integers(3, sizeOf(shape));
      const data = dtype === "f32" ? numbers : Int32Array.from(numbers);
      const length = shape[axis]!, inner = sizeOf(shape.slice(axis + 1));
      const size = sizeOf(shape) / length, expected = new Int32Array(size);
      for (let i = 0; i < size; i++) {
        const start = Math.floor(i / inner) * length * inner + i % inner;
        const values = Array.from({ length }, (_, k) => data[start + k * inner]!);
        expected[i] = values.indexOf(Math.max(...values));
      }
      const kernel = { kind: "argmax", shape, axis, dtype } as const;
      assertEquals(runKernel(kernel, [data], [{ dtype: "i32", size }])[0], expected);
    }
  }
  const [found] = runKernel(
    { kind: "argmax", shape: [5], axis: 0, dtype: "f32" },
    [Float32Array.of(1, 9, NaN, 10, NaN)],
    [{ dtype: "i32", size: 1 }],
  );
  assertEquals(found, Int32Array.of(2));
});
