import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Batch, Dataset } from "../../lib/train/dataset.ts";
import { counting, inTime, rows } from "./counting.ts";

const rowsInTime = async (batches: AsyncIterable<Batch>) => rows(await Array.fromAsync(batches));

Deno.test("examples that take time give the batches of those at hand, from any start on", async () => {
  const noisy = (data: Dataset) =>
    data.map(async ({ inputs: [x], targets }, _index, _epoch, random) => {
      await Promise.resolve();
      return { inputs: [x!.map((value) => value + random.uniform(0, 1))], targets };
    });
  const { data } = inTime(11), cut = { batchSize: 3, shuffle: 5, epoch: 2, seed: 9 };
  const expected = await rowsInTime(noisy(counting(11)).batches(cut));
  assertEquals(await rowsInTime(counting(11).batches(cut)), rows(counting(11).batches(cut)));
  for (const prefetch of [0, 1, 7]) {
    assertEquals(await rowsInTime(noisy(data).batches({ ...cut, prefetch })), expected);
    for (const reuse of [false, true]) {
      const batches = noisy(data).batches({ ...cut, prefetch, reuse, start: 2 });
      assertEquals(await rowsInTime(batches), expected.slice(2));
    }
  }
  const views = data.concatenate(data.shuffle(1)).slice(5, 15);
  const plain = counting(11).concatenate(counting(11).shuffle(1)).slice(5, 15);
  assertEquals(
    await rowsInTime(views.batches({ batchSize: 4 })),
    rows(plain.batches({ batchSize: 4 })),
  );
  const tensors = await Array.fromAsync(data.tensors({ batchSize: 8 }));
  assertEquals(Array.from(await tensors[1]!.y.data()), [2, 0, 1]);
});

Deno.test("as many batches are read ahead as were asked for", async () => {
  for (const prefetch of [0, 2]) {
    const { data, counts } = inTime(20), reads: number[] = [];
    for await (const _ of data.batches({ batchSize: 4, prefetch })) reads.push(counts.reads);
    assertEquals(reads, [1, 2, 3, 4, 5].map((done) => Math.min(20, 4 * (done + prefetch))));
  }
});

Deno.test("prefetch: a data set says how many, views keep it, and batches() may say otherwise", async () => {
  const reads = async (change: (data: Dataset) => Dataset, cut: object = {}) => {
    const { data, counts } = inTime(20), reads: number[] = [];
    for await (const _ of change(data).batches({ batchSize: 4, ...cut })) reads.push(counts.reads);
    return reads;
  };
  const ahead = (count: number) => [1, 2, 3, 4, 5].map((done) => Math.min(20, 4 * (done + count)));
  assertEquals(await reads((data) => data), ahead(2));
  for (const count of [0, 1, 3]) {
    assertEquals(await reads((data) => data.prefetch(count)), ahead(count));
    const mapped = (data: Dataset) => data.prefetch(count).map((e) => e).shuffle(1).cache(0);
    assertEquals(await reads(mapped), ahead(count));
    assertEquals(await reads((data) => data.prefetch(count), { prefetch: 2 }), ahead(2));
  }
  const same = await rowsInTime(inTime(11).data.prefetch(5).batches({ batchSize: 3, shuffle: 2 }));
  assertEquals(same, rows(counting(11).batches({ batchSize: 3, shuffle: 2 })));
  assertEquals([...counting(4).prefetch(3).batches({ batchSize: 2 })].length, 2);
  for (const wrong of [-1, 0.5]) {
    assertThrows(
      () => counting(3).prefetch(wrong),
      RangeError,
      "prefetch: expected an integer of at",
    );
  }
});

Deno.test("what reads at once refuses examples that take time, and says what to do", async () => {
  const { data } = inTime(6);
  for (const read of [() => data.get(1), () => [...data.batches({ batchSize: 2 })]]) {
    assertThrows(read, TypeError, "take time to read: await load(indices)");
  }
  assertEquals((await data.load([4, 1])).inputs[0], Float32Array.of(4, 4.5, 1, 1.5));
  const there = await data.collect();
  assertEquals([there.length, there.classes, there.get(5).targets[0]![0]], [6, ["0", "1", "2"], 2]);
});

Deno.test("examples that cannot be read are left out of batches, and are errors by themselves", async () => {
  const { data } = inTime(8, [1, 4, 5]);
  const batches = await Array.fromAsync(data.batches({ batchSize: 2 }));
  assertEquals(batches.map(({ size }) => size), [1, 2, 0, 2]);
  assertEquals(rows(batches), [[0], [2, 3], [], [6, 7]]);
  assertEquals(batches[0]!.targets[0], Int32Array.of(0));
  assertEquals((await data.collect()).length, 5);
  await assertRejects(() => data.load([0, 4]), SyntaxError, "example 4 is torn");
  const mapped = data.map((example) => example), kept = data.cache();
  for (const view of [mapped, kept, kept]) {
    assertEquals(await rowsInTime(view.batches({ batchSize: 4 })), [[0, 2, 3], [6, 7]]);
  }
});

Deno.test("a cache reads what fits its bytes once, and draws it once", async () => {
  const { data, counts } = inTime(10),
    noise = data.map(({ inputs: [x], targets }, _i, _e, random) => ({
      inputs: [x!.map(() => random.uniform(0, 1))],
      targets,
    }));
  const one = 2 * 4 + 4, cached = noise.cache(6 * one);
  const read = (epoch: number) => rowsInTime(cached.batches({ batchSize: 4, epoch, seed: epoch }));
  const first = await read(0);
  assertEquals(await read(1), first, "the same numbers, kept or not");
  assertEquals(counts.reads, 14);
  assertThrows(() => data.cache(-1), RangeError, "cache: bytes");
});
