import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Dataset, Example } from "../../lib/train/dataset.ts";
import { sequential } from "../../lib/train/model.ts";
import { DataStream } from "../../lib/train/stream.ts";
import type { FitOptions } from "../../lib/train/training_options.ts";
import type { Random } from "../../lib/core/random.ts";
import { assertSameWeights, bitsOf, corners, scratch, useCpu } from "./helpers.ts";

await useCpu();

/** Noise on the inputs; what was drawn is noted. */
function noisy(noted: string[] = []) {
  return ({ inputs: [x], targets }: Example, index: number, epoch: number, random: Random) => {
    const noise = random.normal(0, 0.5);
    noted.push(`${epoch} ${index} ${noise}`);
    return { inputs: [x!.map((value) => value + noise)], targets };
  };
}

const net = () => sequential([3], { seed: 2 }).dense(3);
const options: FitOptions = { epochs: 3, batchSize: 4, seed: 7 };

/** The data set, and the same as a stream. */
const kinds: Readonly<Record<string, (noted?: string[]) => Dataset | DataStream>> = {
  "a data set": (noted) => corners(10).map(noisy(noted)),
  "a stream": (noted) => {
    const data = corners(10);
    const stream = new DataStream(data, function* () {
      for (let i = 0; i < data.length; i++) yield data.get(i);
    });
    return stream.map(noisy(noted));
  },
};

for (const [kind, make] of Object.entries(kinds)) {
  Deno.test(`${kind} with random changes: other ones in each epoch, the same for a seed`, async () => {
    const [first, second, third] = [[], [], []] as [string[], string[], string[]];
    const [a, b, other] = [net(), net(), net()];
    await a.fit(make(first), options);
    await b.fit(make(second), options);
    await other.fit(make(third), { ...options, seed: 8 });
    assertEquals(first, second);
    const noise = [...first, ...third].map((line) => line.split(" ")[2]);
    assertEquals(new Set(noise).size, 60);
    await assertSameWeights(a, b);
    assertNotEquals(await bitsOf(a), await bitsOf(other));
  });

  Deno.test(`${kind} with random changes: a resumed run is as an uninterrupted one`, async () => {
    await using folder = await scratch();
    const noted: string[] = [], whole: string[] = [], stop = new AbortController();
    const [a, b] = [net(), net()];
    await a.fit(make(whole), options);
    await net().fit(make(), {
      ...options,
      checkpoint: { directory: folder.path },
      signal: stop.signal,
      onStep: ({ step }) => step === 5 && stop.abort(),
    });
    await b.fit(make(noted), { ...options, resume: folder.path });
    await assertSameWeights(a, b);
    assert(noted.length > 0 && noted.every((line) => whole.includes(line)));
  });
}

Deno.test("measuring sees the same examples each time", async () => {
  const data = kinds["a data set"]!(), model = net();
  const { epochs } = await model.fit(data, { ...options, validation: data });
  assertEquals(epochs.at(-1)!.validation, await model.evaluate(data, { batchSize: 4 }));
});
