import { assertEquals, assertThrows } from "@std/assert";
import { typedArray } from "../../lib/core/dtype.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { valueAndGradient } from "../../lib/tensor/gradient.ts";
import { resize2d } from "../../lib/tensor/resize.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { difference } from "../device/compare.ts";
import { type FixtureArray, fixtures, numbersOf } from "../fixtures/load.ts";
import { Largest } from "../largest.ts";
import { testEachOnDevices } from "./devices.ts";

const given = (array: FixtureArray) =>
  tensor(typedArray(array.dtype, numbersOf(array)), { shape: array.shape });

const errors = new Largest("resize2d against PyTorch", 1e-5);

testEachOnDevices(
  [...fixtures("resize").entries()],
  ([i, { size, options }]) => `resize2d to [${size}], ${options.method} (record ${i})`,
  async ([i, { size, options, inputs: [x], output, outputGradient, gradients }]) => {
    const weights = given(outputGradient!), images = given(x!);
    const result = resize2d(images, size, options);
    assertEquals(result.shape, output.shape);
    const weighted = (x: Tensor) => resize2d(x, size, options).mul(weights).sum();
    const { gradient } = valueAndGradient(weighted)(images);
    for (const [found, expected] of [[result, output], [gradient, gradients![0]!]] as const) {
      errors.check(difference(await found.data(), numbersOf(expected), false), `record ${i}`);
    }
  },
);

Deno.test("resize2d: the size that images have changes nothing, and what is wrong is named", () => {
  const x = zeros([1, 2, 3, 1]);
  assertEquals(resize2d(x, [2, 3]).shape, [1, 2, 3, 1]);
  assertThrows(() => resize2d(zeros([2, 3]), [1, 1]), TypeError, "expected images");
  assertThrows(() => resize2d(x, [0, 1]), RangeError, "size: expected two integers");
  assertThrows(() => resize2d(x, [1, 1], { method: "cubic" as "bicubic" }), RangeError, '"cubic"');
});
