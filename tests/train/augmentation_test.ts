import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { type Dataset, type Example, makeDataset } from "../../lib/train/dataset.ts";
import { sequential } from "../../lib/train/make_model.ts";
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

/** A data set whose examples take time to read, some of which cannot be read. */
function inTime(data: Dataset, unreadable: readonly number[] = []): Dataset {
  return makeDataset(data.length, data, async (index, batch, row) => {
    for (let wait = index % 4; wait > 0; wait--) await Promise.resolve();
    return unreadable.includes(index) ? new SyntaxError("torn") : data.read(index, batch, row);
  });
}

/** The data set, and the same as a stream. */
const kinds: Readonly<Record<string, (noted?: string[]) => Dataset | DataStream>> = {
  "a data set": (noted) => corners(10).map(noisy(noted)),
  "a data set that takes time": (noted) => inTime(corners(10)).map(noisy(noted)),
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

Deno.test("data that take time train, measure and predict as those at hand, without what cannot be read", async () => {
  const there = corners(9), [a, b] = [net(), net()], data = inTime(there);
  await a.fit(there, { ...options, classWeights: "balanced", validation: there });
  await b.fit(data, { ...options, classWeights: "balanced", validation: data });
  await assertSameWeights(a, b);
  assertEquals(await b.evaluate(data), await a.evaluate(there));
  const bits = async (data: Dataset) => await (await a.predict(data, { batchSize: 4 })).data();
  assertEquals(await bits(data), await bits(there));

  const torn = inTime(there, [3, 4, 5]), rest = inTime(there.take(3).concatenate(there.skip(6)));
  const [c, d] = [net(), net()], once = { ...options, batchSize: 3, shuffle: false } as const;
  const { epochs, steps } = await c.fit(torn, once);
  await d.fit(rest, once);
  await assertSameWeights(c, d);
  assertEquals([epochs.length, steps], [3, 9], "a batch of which nothing is left counts as a step");
  assertEquals(await c.evaluate(torn), await d.evaluate(rest));
  await assertRejects(() => c.predict(torn), SyntaxError, "torn");
  await assertRejects(
    () => c.fit(inTime(there, [0, 1, 2, 3, 4, 5, 6, 7, 8])),
    RangeError,
    "found none",
  );
});
