import { assertEquals, assertThrows } from "@std/assert";
import type { ConvolutionOptions, Padding } from "../../../lib/tensor/functions/settings.ts";
import { convTranspose2d } from "../../../lib/tensor/functions/convolution.ts";
import { zeros } from "../../../lib/tensor/create.ts";

/** The shape that a 3x3 kernel gives for images [1, 4, 5, 2]. */
function shapeOf(options: ConvolutionOptions, outputPadding: [number, number] = [0, 0]) {
  const kernel = zeros([3, 3, 6 / (options.groups ?? 1), 2]);
  return convTranspose2d(zeros([1, 4, 5, 2]), kernel, { ...options, outputPadding }).shape;
}

Deno.test("the size is the one that a convolution would turn into the input's", () => {
  assertEquals(shapeOf({}), [1, 6, 7, 6]);
  assertEquals(shapeOf({ stride: 2 }), [1, 9, 11, 6]);
  assertEquals(shapeOf({ stride: [1, 2], padding: 1 }), [1, 4, 9, 6]);
  assertEquals(shapeOf({ stride: 2, padding: 1 }, [1, 0]), [1, 8, 9, 6]);
  assertEquals(shapeOf({ stride: 2, padding: "same", groups: 2 }), [1, 8, 10, 6]);
});

Deno.test("padding that leaves nothing is an error", () => {
  const all: Padding = [3, 3, 0, 0];
  assertThrows(() => shapeOf({ padding: all }), RangeError, "leaves nothing of the result");
});
