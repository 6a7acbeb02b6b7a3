import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { wilsonInterval } from "../../lib/evaluate/interval.ts";

// Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17,
// 1998, table I, method 3 (Wilson's score without continuity correction).
const published: [number, number, number, number][] = [
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
];

for (const [count, total, low, high] of published) {
  Deno.test(`${count} of ${total}: as published`, () => {
    const [a, b] = wilsonInterval(count, total);
    assertAlmostEquals(a, low, 5e-5);
    assertAlmostEquals(b, high, 5e-5);
  });
}

Deno.test("the ends stay within 0 and 1, and mirror one another", () => {
  assertEquals(wilsonInterval(0, 0), [0, 1]);
  assertEquals(wilsonInterval(5, 5)[1], 1);
  const [low, high] = wilsonInterval(3, 10), [mirroredLow, mirroredHigh] = wilsonInterval(7, 10);
  assertAlmostEquals(low, 1 - mirroredHigh, 1e-12);
  assertAlmostEquals(high, 1 - mirroredLow, 1e-12);
  assertThrows(() => wilsonInterval(2, 1), RangeError, "found 2 of 1");
});
