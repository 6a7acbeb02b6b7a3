import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { imagenetColors, pipeline, principalColors, shiftColors } from "../../lib/augment/mod.ts";
import { Random } from "../../lib/core/random.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { makeDataset } from "../../lib/train/dataset.ts";

/** Pixels that spread along `axes`, vectors at right angles, so much from the middle. */
function spread(count: number, axes: readonly (readonly number[])[], by: readonly number[]) {
  const random = new Random(4), data = new Uint8Array(count * 3);
  for (let i = 0; i < data.length; i += 3) {
    const amounts = by.map((deviation) => random.normal(0, deviation));
    for (let c = 0; c < 3; c++) {
      data[i + c] = Math.round(
        128 + axes.reduce((sum, axis, k) => sum + amounts[k]! * axis[c]!, 0),
      );
    }
  }
  return data;
}

Deno.test("the principal colours are the axes that pixels were spread along", async () => {
  const axes = [[2 / 3, 2 / 3, 1 / 3], [2 / 3, -1 / 3, -2 / 3], [1 / 3, -2 / 3, 2 / 3]];
  const data = spread(40_000, axes, [24, 12, 5]);
  const images = arrayDataset({ inputs: { data, shape: [10, 20, 3] } });
  const { variances, components } = await principalColors(images);
  [24, 12, 5].forEach((deviation, i) => {
    assertAlmostEquals(Math.sqrt(variances[i]!) * 255, deviation, deviation * 0.03);
    const cosine = components[i]!.reduce((sum, x, c) => sum + x * axes[i]![c]!, 0);
    assertAlmostEquals(Math.abs(cosine), 1, 0.002);
    assertAlmostEquals(components[i]!.reduce((sum, x) => sum + x * x, 0), 1, 1e-12);
  });
  // Of some examples alone: nearly the same.
  const few = await principalColors(images, { examples: 100 });
  assertAlmostEquals(few.variances[0]!, variances[0]!, variances[0]! * 0.05);
});

Deno.test("images of one colour vary along nothing; what is no image has no colours", async () => {
  const inputs = { data: new Uint8Array(12).fill(9), shape: [2, 2, 3] };
  const { variances, components } = await principalColors(arrayDataset({ inputs }));
  assertEquals(variances, [0, 0, 0]);
  assertEquals(components.flat().toSorted(), [0, 0, 0, 0, 0, 0, 1, 1, 1]);
  const numbers = arrayDataset({ inputs: [[1, 2, 3]] });
  await assertRejects(() => principalColors(numbers), TypeError, "found f32[3]");
});

Deno.test("examples that take time to read", async () => {
  const slow = makeDataset(
    3,
    { inputs: [{ shape: [1, 2, 3], dtype: "u8" }], targets: [] },
    async (_, batch, row) => {
      await Promise.resolve();
      batch.inputs[0]!.set([0, 0, 0, 255, 255, 255], row * 6);
    },
  );
  const { components } = await principalColors(slow);
  for (const x of components[0]!) assertAlmostEquals(x, 1 / Math.sqrt(3), 1e-12);
});

Deno.test("colours are shifted, cut off and rounded", () => {
  const image = { width: 1, height: 1, data: Uint8Array.of(250, 5, 100) };
  assertEquals([...shiftColors(image, [0.1, -0.1, 0.01]).data], [255, 0, 103]);
  assertThrows(() => shiftColors(image, [1]), TypeError, "expected 3 numbers");
});

Deno.test("PCA colour adds each component, times its variance and a normal number", () => {
  const image = { width: 1, height: 1, data: Uint8Array.of(128, 128, 128) };
  // One component alone, made large, so that rounding counts for little.
  const settings = { variances: [1, 0, 0], components: imagenetColors.components };
  const augment = pipeline([{ type: "pcaColor", standardDeviation: 0.1, ...settings }]);
  const sums = [0, 0, 0], squares = [0, 0, 0], n = 4000, random = new Random(2);
  for (let i = 0; i < n; i++) {
    augment.apply(image, random).data.forEach((x, c) => {
      sums[c]! += x - 128;
      squares[c]! += (x - 128) ** 2;
    });
  }
  for (let c = 0; c < 3; c++) {
    const expected = 25.5 * Math.abs(imagenetColors.components[0]![c]!);
    assertAlmostEquals(Math.sqrt(squares[c]! / n), expected, expected * 0.04);
    assert(Math.abs(sums[c]! / n) < expected * 0.06, `a mean of ${sums[c]! / n}`);
  }
});
