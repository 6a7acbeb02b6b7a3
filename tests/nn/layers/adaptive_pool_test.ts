import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { adaptiveAveragePool2d } from "../../../lib/nn/layers/adaptive_pool.ts";
import { call, count } from "./call.ts";

Deno.test("adaptiveAveragePool2d: windows that divide the image", () => {
  const { shape, data } = call(adaptiveAveragePool2d(2), [4, 4, 1], count(16));
  assertEquals(shape, [2, 2, 1]);
  assertEquals(data, [2.5, 4.5, 10.5, 12.5]);
});

Deno.test("adaptiveAveragePool2d: overlapping windows, as in PyTorch", () => {
  // Of five rows, three windows: 0 to 1, 1 to 3, 3 to 4.
  const { shape, data } = call(adaptiveAveragePool2d([3, 1]), [5, 2, 1], count(10));
  assertEquals(shape, [3, 1, 1]);
  [1.5, 4.5, 7.5].forEach((mean, i) => assertAlmostEquals(data[i]!, mean));
});

Deno.test("adaptiveAveragePool2d: as many windows as pixels change nothing, more repeat them", () => {
  assertEquals(call(adaptiveAveragePool2d(2), [2, 2, 1], count(4)).data, count(4));
  assertEquals(call(adaptiveAveragePool2d(2), [1, 1, 1], [7]).data, [7, 7, 7, 7]);
});

Deno.test("adaptiveAveragePool2d: errors", () => {
  assertThrows(() => adaptiveAveragePool2d(0), RangeError, "at least 1");
  assertThrows(
    () => call(adaptiveAveragePool2d([1, 1e9]), [1, 1, 1], [7]),
    RangeError,
    "size: expected at most 4096, found 1x1000000000",
  );
  assertThrows(() => call(adaptiveAveragePool2d(2), [4], count(4)), TypeError, "images");
});
