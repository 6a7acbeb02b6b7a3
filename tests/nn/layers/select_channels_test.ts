import { assertEquals, assertThrows } from "@std/assert";
import { selectChannels } from "../../../lib/nn/layers/select_channels.ts";
import { call, count } from "./call.ts";

Deno.test("selectChannels: any channels in any order", () => {
  const { shape, data } = call(selectChannels([1, 2, 0, 2]), [1, 2, 3], count(6));
  assertEquals(shape, [1, 2, 4]);
  assertEquals(data, [1, 2, 0, 2, 4, 5, 3, 5]);
});

Deno.test("selectChannels: errors", () => {
  assertThrows(() => selectChannels([]), RangeError, "expected integers");
  assertThrows(() => selectChannels([-1]), RangeError, "expected integers");
  assertThrows(
    () => call(selectChannels([0, 3]), [1, 1, 3], count(3)),
    RangeError,
    "expected less than 3, found 3",
  );
});
