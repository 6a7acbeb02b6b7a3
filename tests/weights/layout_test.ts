import { assert, assertEquals } from "@std/assert";
import type { WeightTensor } from "../../lib/weights/weight_file.ts";
import { readOutputsLast } from "../../lib/weights/layout.ts";

/** A tensor whose numbers count up, and the lengths that were read of it. */
function counting(shape: readonly number[]): { tensor: WeightTensor; lengths: number[] } {
  const size = shape.reduce((product, d) => product * d, 1);
  const lengths: number[] = [];
  const read = (begin = 0, end = size) => {
    lengths.push(end - begin);
    return Promise.resolve(Float32Array.from({ length: end - begin }, (_, i) => begin + i));
  };
  return { tensor: { name: "w", shape, type: "f32", read }, lengths };
}

Deno.test("readOutputsLast: every axis goes to its place", async () => {
  const [o, c, h, w] = [2, 3, 4, 5];
  const { tensor } = counting([o, c, h, w]);
  const found = await readOutputsLast(tensor, o, [c, h, w]);
  for (let i = 0, y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      for (let channel = 0; channel < c; channel++) {
        for (let output = 0; output < o; output++) {
          assertEquals(found[i++], ((output * c + channel) * h + y) * w + x);
        }
      }
    }
  }
});

Deno.test("readOutputsLast: a large kernel is read a part at a time", async () => {
  const { tensor, lengths } = counting([300, 20_000]);
  const found = await readOutputsLast(tensor, 300, [20_000, 1, 1]);
  assert(Math.max(...lengths) <= 1 << 20);
  assertEquals(lengths.reduce((sum, length) => sum + length, 0), 6_000_000);
  assertEquals([found[0], found[299], found[300], found[5_999_999]], [0, 5_980_000, 1, 5_999_999]);
});

Deno.test("readOutputsLast: nothing comes of nothing", async () => {
  assertEquals(await readOutputsLast(counting([0, 3]).tensor, 0, [3, 1, 1]), new Float32Array(0));
});
