import { assertEquals } from "@std/assert";
import { runKernel } from "../run_kernel.ts";
import { integers } from "../reference.ts";

Deno.test("cpu concatenate", () => {
  for (
    const [outer, inner] of [[1, [3, 5]], [4, [1, 2, 7]], [3, [0, 4]], [1, [40000, 3]], [50, [
      600,
      601,
    ]]] as const
  ) {
    const line = inner.reduce((sum: number, length) => sum + length, 0), size = outer * line;
    const inputs = inner.map((length, i) => integers(i, outer * length));
    const expected = new Float32Array(size);
    let before = 0;
    inner.forEach((length, i) => {
      for (let block = 0; block < outer; block++) {
        expected.set(
          inputs[i]!.subarray(block * length, (block + 1) * length),
          block * line + before,
        );
      }
      before += length;
    });
    const kernel = { kind: "concatenate", outer, inner, dtype: "f32" } as const;
    assertEquals(runKernel(kernel, inputs, [{ dtype: "f32", size }])[0], expected);
  }
});
