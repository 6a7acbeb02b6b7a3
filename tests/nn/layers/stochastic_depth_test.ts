import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { stochasticDepth } from "../../../lib/nn/layers.ts";
import { ones } from "../../../lib/tensor/create.ts";
import { randomKey } from "../../../lib/tensor/random_key.ts";
import { sequential } from "../../../lib/train/make_model.ts";
import { useCpu } from "../../train/helpers.ts";

await useCpu();

/** What is left of 1,000 examples of ones, six numbers each. */
async function examples(rate: number, mode: "row" | "batch", step: number): Promise<number[][]> {
  const net = sequential([3, 2]).stochasticDepth(rate, { mode });
  const { output } = net.apply(ones([1000, 3, 2]), { training: true, key: randomKey(5, step) });
  const numbers = [...await output.data()];
  return Array.from({ length: 1000 }, (_, i) => numbers.slice(6 * i, 6 * i + 6));
}

Deno.test("stochasticDepth drops whole examples and keeps the mean", async () => {
  const rows = await examples(0.3, "row", 0);
  for (const row of rows) assert(new Set(row).size === 1);
  const kept = rows.filter(([x]) => x !== 0);
  assert(kept.every(([x]) => x === Math.fround(1 / 0.7)));
  assertAlmostEquals(kept.length / rows.length, 0.7, 0.06);
});

Deno.test("stochasticDepth by batch drops all of it or nothing", async () => {
  let kept = 0;
  for (let step = 0; step < 40; step++) {
    const values = new Set((await examples(0.5, "batch", step)).flat());
    assertEquals(values.size, 1);
    if (values.has(2)) kept++;
    else assert(values.has(0));
  }
  assert(kept > 8 && kept < 32, `${kept}`);
});

Deno.test("stochasticDepth changes nothing at inference, and refuses to drop all", async () => {
  const net = sequential([2]).stochasticDepth(0.9);
  assertEquals(await (await net.predict(ones([3, 2]))).data(), new Float32Array(6).fill(1));
  assertThrows(() => stochasticDepth(1), RangeError, "stochasticDepth: rate");
});
