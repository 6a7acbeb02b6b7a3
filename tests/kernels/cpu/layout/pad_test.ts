import { assertEquals } from "@std/assert";
import type { PadKernel } from "../../../../lib/graph/kernel.ts";
import { sizeOf, stridesOf } from "../../../../lib/core/shape.ts";
import { runKernel } from "../run_kernel.ts";
import { forEachIndex, integers } from "../reference.ts";

Deno.test("cpu pad: frames and gaps", () => {
  const cases: [number[], number[], number[], number[]][] = [
    [[5], [2], [3], [0]],
    [[5], [0], [0], [2]],
    [[2, 5, 6, 3], [0, 1, 2, 0], [0, 2, 1, 0], [0, 0, 0, 0]],
    [[2, 3, 4], [1, 0, 1], [0, 0, 0], [1, 2, 0]],
    [[2, 3, 4], [0, 0, 1], [0, 1, 0], [0, 1, 1]],
    [[3, 40, 50], [1, 1, 1], [1, 1, 1], [0, 0, 0]],
    [[1, 3], [1, 0], [0, 2], [0, 0]],
    [[0, 3], [1, 0], [1, 2], [0, 0]],
  ];
  for (const [input, low, high, interior] of cases) {
    for (const [dtype, value] of [["f32", -0.5], ["i32", 7]] as const) {
      const output = input.map((size, a) =>
        low[a]! + high[a]! + size + Math.max(0, size - 1) * interior[a]!
      );
      const kernel: PadKernel = { kind: "pad", input, output, low, interior, value, dtype };
      const size = sizeOf(output), numbers = integers(1, sizeOf(input));
      const data = dtype === "f32" ? numbers : Int32Array.from(numbers);
      const expected = dtype === "f32" ? new Float32Array(size) : new Int32Array(size);
      expected.fill(value);
      const strides = stridesOf(output);
      forEachIndex(input, (index, flat) => {
        const at = index.reduce(
          (sum, i, a) => sum + (low[a]! + i * (interior[a]! + 1)) * strides[a]!,
          0,
        );
        expected[at] = data[flat]!;
      });
      const [found] = runKernel(kernel, [data], [{ dtype, size }]);
      assertEquals(found, expected, `${input} ${low} ${high} ${interior}`);
    }
  }
});
