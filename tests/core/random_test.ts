import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { keyOf, philox, Random } from "../../lib/core/random.ts";

Deno.test("Philox gives the words of its authors' known answers", () => {
  // Random123, tests/kat_vectors: philox 4x32, 10 rounds.
  const f = 0xffffffff, zeros = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8];
  assertEquals([...philox(0, 0, 0, 0, 0, 0)], zeros);
  const ones = [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd];
  assertEquals([...philox(f, f, f, f, f, f)], ones);
  assertEquals(
    [...philox(0xa4093822, 0x299f31d0, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344)],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  );
  // Several at once, over the end of a word of the counter.
  const three = [[f - 1, 7], [f, 7], [0, 8]].flatMap((
    [c0, c1],
  ) => [...philox(1, 2, c0!, c1!, 3, 4)]);
  assertEquals([...philox(1, 2, f - 1, 7, 3, 4, new Uint32Array(12))], three);
});

Deno.test("a seed is any safe integer", () => {
  assertEquals(keyOf(7), [7, 0]);
  assertEquals(keyOf(2 ** 32 + 1), [1, 1]);
  assertEquals(keyOf(-1), [0xffffffff, 0xffffffff]);
  for (const seed of [0.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => new Random(seed), RangeError, "seed: expected an integer");
  }
});

Deno.test("a seed and a stream decide the numbers", () => {
  const draw = (seed: number, stream?: number) => {
    const random = new Random(seed, stream);
    return Array.from({ length: 9 }, () => random.word());
  };
  assertEquals(draw(7, 1), draw(7, 1));
  const different = [draw(7), draw(7, 1), draw(8), draw(-7), draw(7 + 2 ** 32)];
  assertEquals(new Set(different.map(String)).size, different.length);
});

Deno.test("uniform numbers fill their range", () => {
  const random = new Random(1), count = 20_000;
  let sum = 0, low = Infinity, high = -Infinity;
  for (let i = 0; i < count; i++) {
    const x = random.uniform(-2, 3);
    [low, high, sum] = [Math.min(low, x), Math.max(high, x), sum + x];
  }
  assert(low >= -2 && low < -1.99 && high < 3 && high > 2.99);
  assertAlmostEquals(sum / count, 0.5, 4 * 5 / Math.sqrt(12 * count));
  for (let i = 0; i < 100; i++) {
    const x = random.uniform();
    assertEquals(Math.fround(x), x);
  }
});

Deno.test("normal numbers have the moments of a normal distribution", () => {
  const random = new Random(2), count = 40_000;
  const moments = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const z = (random.normal(3, 2) - 3) / 2;
    for (let k = 0; k < 4; k++) moments[k]! += z ** (k + 1) / count;
  }
  // Mean, variance, skewness and kurtosis, within four standard errors.
  [0, 1, 0, 3].forEach((expected, k) =>
    assertAlmostEquals(moments[k]!, expected, 4 * Math.sqrt([1, 2, 15, 96][k]! / count))
  );
});

Deno.test("integers stay below their bound, each as often as another", () => {
  const random = new Random(3), counts = new Uint32Array(7);
  for (let i = 0; i < 70_000; i++) counts[random.integer(7)]!++;
  for (const count of counts) assertAlmostEquals(count, 10_000, 4 * Math.sqrt(10_000));
});

Deno.test("a permutation holds every number once, each place as likely", () => {
  assertEquals([...new Random(1).permutation(0)], []);
  assertEquals([...new Random(1).permutation(100)].sort((a, b) => a - b), [
    ...Array(100).keys(),
  ]);
  assertEquals(new Random(1).permutation(50), new Random(1).permutation(50));
  const random = new Random(4), firsts = new Uint32Array(5);
  for (let i = 0; i < 10_000; i++) firsts[random.permutation(5)[0]!]!++;
  for (const count of firsts) assertAlmostEquals(count, 2000, 4 * Math.sqrt(2000));
});

Deno.test("numbers drawn at once are those drawn one by one, wherever the stream stands", () => {
  for (const taken of [0, 1, 2, 3, 4]) {
    for (const length of [0, 1, 5, 64]) {
      const [one, all] = [new Random(5, 2), new Random(5, 2)];
      for (const random of [one, all]) for (let i = 0; i < taken; i++) random.normal();
      if (taken > 2) [one, all].forEach((random) => random.word());
      for (const kind of ["normal", "uniform", "normal"] as const) {
        const expected = Float32Array.from({ length }, () => one[kind](-1, 3));
        const found = new Float32Array(length);
        if (kind === "normal") all.fillNormal(found, -1, 3);
        else all.fillUniform(found, -1, 3);
        assertEquals(found, expected, `${kind}, ${length} numbers after ${taken}`);
      }
      assertEquals(all.word(), one.word());
    }
  }
});

Deno.test("the bits of a seed's numbers do not change", () => {
  const random = new Random(-5, 7), words = new Float32Array(6);
  random.fillNormal(words);
  assertEquals([...new Uint32Array(words.buffer)], [
    1031441511,
    3181645503,
    1056800215,
    1059570092,
    3201626899,
    1066814513,
  ]);
});

Deno.test("lanes of a stream are sequences of their own", () => {
  const words = (lane?: number) => {
    const random = new Random(5, 9, lane);
    return Array.from({ length: 6 }, () => random.word());
  };
  assertEquals(words(0), words());
  assertEquals(words(3), words(3));
  const all = [0, 1, 2, 3].flatMap(words);
  assertEquals(new Set(all).size, all.length);
});
