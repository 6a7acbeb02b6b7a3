/** Examples drawn by weights, and classes drawn equally often. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { mixup } from "../../lib/augment/mixup.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { type Dataset, makeDataset } from "../../lib/train/dataset.ts";
import { assertSameWeights, corners, scratch, stateful, useCpu } from "./helpers.ts";

await useCpu();

/** Examples 0, 1, … of which the first `counts[0]` are of class 0, and so on. */
function classed(...counts: readonly number[]): Dataset {
  const targets = counts.flatMap((count, label) => Array(count).fill(label));
  return arrayDataset({
    inputs: targets.map((_, i) => [i]),
    targets: Int32Array.from(targets),
    classes: counts.length,
  });
}

/** Which examples an epoch has, in their order. */
const drawn = (data: Dataset, cut: { epoch?: number; seed?: number; start?: number } = {}) =>
  [...data.batches({ batchSize: 5, ...cut })].flatMap(({ inputs }) => [...inputs[0]!]);

/** How often each of `count` examples comes. */
const timesOf = (count: number, indices: readonly number[]) => {
  const times = Array<number>(count).fill(0);
  for (const index of indices) times[index]!++;
  return times;
};

Deno.test("sample: each example comes as often as its weight says", async () => {
  const weights = [0, 1, 2, 5, 0, 0.5, 3, 0], length = 20_000;
  const sum = weights.reduce((a, b) => a + b);
  for (const list of [weights, Float32Array.from(weights)]) {
    const data = await classed(8).sample({ weights: list, length });
    assertEquals(data.length, length);
    const times = timesOf(8, drawn(data, { seed: 4 }));
    // Chi-squared of 4 degrees of freedom: 18.5 in one of a thousand.
    let distance = 0;
    for (const [i, weight] of weights.entries()) {
      const expected = length * weight / sum;
      if (weight === 0) assertEquals(times[i], 0);
      else distance += (times[i]! - expected) ** 2 / expected;
    }
    assert(distance < 18.5, `${times}: ${distance}`);
  }
  // With replacement: of n draws of n, 1/e of the examples come not at all.
  const even = timesOf(1000, drawn(await classed(1000).sample({ weights: Array(1000).fill(1) })));
  const missing = even.filter((times) => times === 0).length;
  assert(missing > 320 && missing < 416, `${missing} of 1000`);
});

Deno.test("sample: balanced has each class equally often, and its examples in turn", async () => {
  const source = classed(40, 7, 0, 3), data = await source.sample({ balanced: true });
  assertEquals([data.length, await source.classCounts()], [50, [40, 7, 0, 3]]);
  for (const epoch of [0, 1, 2]) {
    const times = timesOf(50, drawn(data, { epoch, seed: 2 }));
    const parts = [times.slice(0, 40), times.slice(40, 47), times.slice(47)];
    const counts = parts.map((part) => part.reduce((a, b) => a + b));
    assertEquals(counts.toSorted(), [16, 17, 17]);
    for (const part of parts) assert(Math.max(...part) - Math.min(...part) <= 1, `${part}`);
  }
  // The remainder falls on one class, then on another.
  const long = await source.sample({ balanced: true, length: 4 });
  const first = new Set<string>();
  for (let epoch = 0; epoch < 20; epoch++) {
    const labels = [...long.batches({ batchSize: 4, epoch })][0]!.targets[0]!;
    first.add([0, 1, 3].map((label) => labels.filter((one) => one === label).length).join());
  }
  assertEquals([...first].sort(), ["1,1,2", "1,2,1", "2,1,1"]);
  assertEquals(await (await source.sample({ balanced: true, length: 300 })).classCounts(), [
    100,
    100,
    0,
    100,
  ]);
});

Deno.test("sample: the draw depends on seed and epoch alone, and goes on from any batch", async () => {
  for (const how of [{ balanced: true }, { weights: [1, 2, 3, 4, 5, 6, 7, 8, 9] }]) {
    const data = await classed(6, 3).sample({ ...how, length: 23 });
    const of = (epoch: number, seed: number) => String(drawn(data, { epoch, seed }));
    const texts = [of(0, 0), of(1, 0), of(0, 1), of(1, 1), of(2, 1)];
    assertEquals(new Set(texts).size, 5);
    assertEquals([of(0, 0), of(1, 0), of(0, 1), of(1, 1), of(2, 1)], texts);
    const whole = drawn(data, { epoch: 3, seed: 6 });
    assertEquals(drawn(data, { epoch: 3, seed: 6, start: 2 }), whole.slice(10));
    const again = await classed(6, 3).sample({ ...how, length: 23 });
    assertEquals(drawn(again, { epoch: 3, seed: 6 }), whole);
  }
});

Deno.test("sample: an example that comes twice draws random numbers of its own each time", async () => {
  const one = arrayDataset({ inputs: [[0]], targets: [0], classes: 1 });
  const noisy = one.map(({ targets }, _index, _epoch, random) => ({
    inputs: [Float32Array.of(random.uniform())],
    targets,
  }));
  const data = await noisy.sample({ weights: [1], length: 8 });
  assertEquals(new Set(drawn(data)).size, 8);
  const after = (await one.sample({ weights: [1], length: 8 })).map((
    { targets },
    _i,
    _e,
    random,
  ) => ({
    inputs: [Float32Array.of(random.uniform())],
    targets,
  }));
  assertEquals(new Set(drawn(after)).size, 8);
});

Deno.test("sample: views, caches and labels that are read go with it", async () => {
  const source = classed(9, 3);
  const [part] = source.split(8, 1), sampled = await part.sample({ balanced: true });
  assertEquals(await sampled.classCounts(), [4, 4]);
  assertEquals(
    Array.from(sampled.labels!),
    [...sampled.batches({ batchSize: 8 })].flatMap((
      { targets },
    ) => [...targets[0]!]),
  );
  // Labels that only reading tells; one example cannot be read.
  const slow = makeDataset(12, source, async (index, batch, row, draw) => {
    await Promise.resolve();
    return index === 10 ? new SyntaxError("torn") : source.read(index, batch, row, draw);
  });
  assertEquals([slow.labels, await slow.classCounts()], [undefined, [9, 2]]);
  const balanced = await slow.sample({ balanced: true });
  assertEquals(await balanced.classCounts(), [6, 6]);
  const cached = await source.cache().sample({ balanced: true });
  assertEquals(
    drawn(cached, { epoch: 1 }),
    drawn(await source.sample({ balanced: true }), { epoch: 1 }),
  );
  assert(String(drawn(cached, { epoch: 1 })) !== String(drawn(cached, { epoch: 2 })));
});

Deno.test("sample: training on it is resumed bit for bit, with weights of classes too", async () => {
  await using place = await scratch();
  const source = corners(60), weights = Array.from({ length: 60 }, (_, i) => 1 + i % 4);
  for (const how of [{ balanced: true }, { weights }]) {
    const options = { epochs: 3, batchSize: 8, seed: 7, classWeights: [1, 2, 3] };
    const [whole, resumed] = [stateful(), stateful()], stop = new AbortController();
    await whole.fit(await source.sample(how), options);
    await stateful().fit(await source.sample(how), {
      ...options,
      checkpoint: { directory: place.path },
      signal: stop.signal,
      onStep: ({ step }) => step === 11 && stop.abort(),
    });
    await resumed.fit(await source.sample(how), { ...options, resume: place.path });
    await assertSameWeights(whole, resumed);
    // Another choice of examples would not be that run.
    const drawnBy = "balanced" in how ? "sampling balanced" : "sampling weights of checksum ";
    const others = [source, await source.sample({ weights: weights.map((one) => one + 1) })];
    for (const other of others) {
      await assertRejects(
        () => stateful().fit(other, { ...options, resume: place.path }),
        RangeError,
        `it was trained with ${drawnBy}`,
      );
    }
    const plain = stateful();
    await plain.fit(source, options);
    const [a, b] = await Promise.all([whole, plain].map((net) => net.weights[0]!.read()));
    assert(String(a) !== String(b), "another order of examples, other weights");
  }
  // Views go on saying how examples are drawn.
  const often = await source.sample({ balanced: true }), { sampling } = often;
  for (
    const  of of[mixup(often), often.map((one) => one), often.take(9), source.concatenate(often)]
  ) {
    assertEquals(of.sampling, sampling);
  }
  // Balanced by drawing: the weights that balance the rest are all 1.
  const even = await classed(20, 4).sample({ balanced: true });
  assertEquals(await even.classCounts(), [12, 12]);
});

Deno.test("sample: what cannot be drawn is refused at once", async () => {
  const data = classed(3, 1), plain = arrayDataset({ inputs: [[1], [2]], targets: [[1], [2]] });
  const refuse = (
    data: Dataset,
    given: object,
    error: typeof RangeError | typeof TypeError,
    message: string,
  ) => assertRejects(() => data.sample(given), error, message);
  await refuse(data, {}, TypeError, "expected weights or balanced: true, found neither");
  await refuse(data, { weights: [1, 1, 1, 1], balanced: true }, TypeError, "found both");
  await refuse(
    data,
    { weights: [1, 2] },
    RangeError,
    "expected 4 numbers, one for each example, found 2",
  );
  await refuse(data, { weights: [0, 0, 0, 0] }, RangeError, "a finite sum above 0, found 0");
  for (const wrong of [-1, NaN, Infinity]) {
    await refuse(data, { weights: [1, 1, wrong, 1] }, RangeError, `found ${wrong} at place 2`);
  }
  await refuse(
    data,
    { balanced: true, length: 0 },
    RangeError,
    "length: expected an integer from 1",
  );
  await refuse(data, { balance: true }, RangeError, 'unknown option "balance"');
  await refuse(data, { weights: 3 }, TypeError, "weights: expected a number for each example");
  await refuse(
    plain,
    { balanced: true },
    TypeError,
    "sample: balanced: expected target 0 to be the label of a class with a name, found f32 [1]; ",
  );
  const unclassed = arrayDataset({ inputs: [[1], [2]], targets: Int32Array.of(0, 1) });
  await refuse(unclassed, { balanced: true }, TypeError, "found no classes; give the data some");
  const mixed = mixup(data, { alpha: 1 });
  await refuse(
    mixed,
    { balanced: true },
    TypeError,
    "found f32 [2]; count and draw the data before",
  );
  const torn = makeDataset(2, data, () => Promise.resolve(new SyntaxError("torn")));
  await refuse(torn, { balanced: true }, RangeError, "no example can be read");
});
