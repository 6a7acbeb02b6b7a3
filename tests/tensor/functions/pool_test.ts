import { assertEquals, assertThrows } from "@std/assert";
import { averagePool2d, maxPool2d } from "../../../lib/tensor/functions/pool.ts";
import { leaf } from "../../../lib/graph/node.ts";
import type { PoolOptions, Size2d } from "../../../lib/tensor/functions/settings.ts";
import { Tensor } from "../../../lib/tensor/tensor.ts";
import { onNodes } from "../../nodes.ts";
import { evaluate } from "../../reference.ts";

/** Height and width that max pooling of an image gives. */
function sizeOf(height: number, width: number, window: Size2d, options: PoolOptions = {}) {
  return maxPool2d(new Tensor(leaf([1, height, width, 1], "f32")), window, options).shape.slice(
    1,
    3,
  );
}

Deno.test("windows do not overlap unless a stride is given", () => {
  assertEquals(sizeOf(6, 7, 2), [3, 3]);
  assertEquals(sizeOf(6, 7, [3, 2], { stride: 1 }), [4, 6]);
});

Deno.test("ceil mode counts a last window that begins inside the image", () => {
  assertEquals(sizeOf(7, 8, 2, { ceilMode: true }), [4, 4]);
  assertEquals(sizeOf(6, 6, 3, { stride: 2, ceilMode: true }), [3, 3]);
  // A window that would begin in the padding after the image does not count.
  assertEquals(sizeOf(5, 5, 2, { padding: 1, ceilMode: true }), [3, 3]);
  assertEquals(sizeOf(2, 2, 1, { stride: 3, ceilMode: true }), [1, 1]);
});

Deno.test("the mean leaves padding out unless asked to count it", () => {
  const x = leaf([1, 2, 2, 1], "f32"), data = new Map([[x, [4, 4, 4, 4]]]);
  const mean = (countIncludePadding: boolean) => [
    ...evaluate(
      [onNodes((x) => averagePool2d(x, 2, { padding: 1, countIncludePadding }))(x)],
      data,
    )[0]!,
  ];
  assertEquals(mean(false), [4, 4, 4, 4]);
  assertEquals(mean(true), [1, 1, 1, 1]);
});

Deno.test("settings that make no sense", () => {
  const x = new Tensor(leaf([1, 4, 4, 1], "f32"));
  assertThrows(() => maxPool2d(x, 0), RangeError, "maxPool2d: window: expected an integer");
  assertThrows(() => averagePool2d(x, 2, { stride: 0 }), RangeError, "averagePool2d: stride");
  assertThrows(() => maxPool2d(x, 5), RangeError, "window 5x5");
  assertThrows(() => maxPool2d(x, 2, { padding: 2 }), RangeError, "smaller than the window");
});
