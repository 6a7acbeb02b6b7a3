import { assertEquals, assertThrows } from "@std/assert";
import { identityShortcut } from "../../../lib/nn/layers/identity_shortcut.ts";
import { call, count } from "./call.ts";

Deno.test("identityShortcut: every second pixel, zeros on either side of the channels", () => {
  const { shape, data } = call(identityShortcut(4, 2), [3, 3, 2], count(18));
  assertEquals(shape, [2, 2, 4]);
  assertEquals(data, [
    ...[0, 0, 1, 0],
    ...[0, 4, 5, 0],
    ...[0, 12, 13, 0],
    ...[0, 16, 17, 0],
  ]);
});

Deno.test("identityShortcut: an odd number of zeros leaves one more at the end", () => {
  assertEquals(call(identityShortcut(4, 1), [1, 1, 1], [9]).data, [0, 9, 0, 0]);
});

Deno.test("identityShortcut: errors", () => {
  const shrinking = () => call(identityShortcut(1, 2), [2, 2, 2], count(8));
  assertThrows(shrinking, RangeError, "expected at least the 2 channels, found 1");
  assertThrows(() => identityShortcut(4, 0), RangeError, "stride");
});
