import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { keyOf, philox, Random } from "../../lib/core/random.ts";

Deno.test("Philox gives the published words", () => {
  // The known answers for philox4x32-10 that its authors publish with Random123.
  const hex = (words: ArrayLike<number>) => Array.from(words, (w) => w.toString(16));
  assertEquals(hex(philox(0, 0, 0, 0, 0, 0)), ["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]);
  const ones = 0xffffffff;
  assertEquals(hex(philox(ones, ones, ones, ones, ones, ones)), [
    "408f276d",
    "41c83b0e",
    "a20bc7c6",
    "6d5451fd",
  ]);
  assertEquals(
    hex(philox(0xa4093822, 0x299f31d0, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344)),
    ["d16cfe09", "94fdcceb", "5001e420", "24126ea1"],
  );
});

Deno.test("a stream is set by its seed and number", () => {
  const draw = (seed: number, stream?: number) => {
    const random = new Random(seed, stream);
    return Array.from({ length: 10 }, () => random.word());
  };
  assertEquals(draw(7, 1), draw(7, 1));
  assertNotEquals(draw(7, 1), draw(7, 2));
  assertNotEquals(draw(7, 1), draw(8, 1));
  assertNotEquals(draw(1), draw(1 + 2 ** 32));
  assertEquals(draw(7), draw(7, 0));
});

Deno.test("uniform and normal numbers have the right mean and spread", () => {
  const random = new Random(3), count = 20_000;
  const moments = (draw: () => number) => {
    const numbers = Array.from({ length: count }, draw);
    const mean = numbers.reduce((sum, x) => sum + x, 0) / count;
    return [mean, numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count] as const;
  };
  const [mean, variance] = moments(() => random.uniform(-1, 3));
  assert(Math.abs(mean - 1) < 0.03 && Math.abs(variance - 16 / 12) < 0.03);
  const [m, v] = moments(() => random.normal(2, 3));
  assert(Math.abs(m - 2) < 0.08 && Math.abs(v - 9) < 0.3);
});

Deno.test("integers stay below their bound and a permutation holds each once", () => {
  const random = new Random(4);
  const seen = new Set(Array.from({ length: 300 }, () => random.integer(7)));
  assertEquals([...seen].sort(), [0, 1, 2, 3, 4, 5, 6]);
  const order = random.permutation(100);
  assertEquals([...order].sort((a, b) => a - b), Array.from({ length: 100 }, (_, i) => i));
  assertNotEquals([...order], Array.from({ length: 100 }, (_, i) => i));
  assertEquals(random.permutation(0).length, 0);
});

Deno.test("a seed is an integer", () => {
  assertEquals(keyOf(2 ** 32 + 5), [5, 1]);
  assertThrows(() => keyOf(0.5), RangeError, "seed: expected an integer, found 0.5");
  assertThrows(() => new Random(NaN), RangeError, "found NaN");
});
