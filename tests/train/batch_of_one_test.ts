import { assertEquals, assertRejects } from "@std/assert";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { readCheckpoint } from "../../lib/train/checkpoint.ts";
import { DataStream } from "../../lib/train/stream.ts";
import { ema } from "../../lib/train/weight_average.ts";
import { assertSameWeights, bitsOf, corners, scratch, stateful, useCpu } from "./helpers.ts";

await useCpu();

const images = (count: number) =>
  arrayDataset({
    inputs: {
      data: Float32Array.from({ length: count * 16 }, (_, i) => Math.sin(i)),
      shape: [4, 4, 1],
    },
    targets: Int32Array.from({ length: count }, (_, i) => i % 2),
  });
const pooled = () => sequential([4, 4, 1]).conv2d(3, 3).globalAveragePool2d().batchNorm().dense(2);
const spatial = () => sequential([4, 4, 1]).conv2d(3, 3).batchNorm().flatten().dense(2);
const onePixel = () => sequential([4, 4, 1]).conv2d(3, 4).batchNorm().flatten().dense(2);

Deno.test("a last batch of one that batch norm does not take is an error before the first step", async () => {
  for (const make of [pooled, onePixel]) {
    const net = make(), before = await bitsOf(net);
    let steps = 0;
    await assertRejects(
      () => net.fit(images(13), { batchSize: 4, onStep: () => steps++ }),
      RangeError,
      "fit: a batch has one example alone, the last of 13 examples in batches of 4: batchNorm: expected more than one number a channel in training, found 1; give dropRemainder: true",
    );
    assertEquals(steps, 0);
    assertEquals(await bitsOf(net), before);
    const { steps: done } = await net.fit(images(13), { batchSize: 4, dropRemainder: true });
    assertEquals(done, 3);
    await assertRejects(
      () => net.fit(images(1)),
      RangeError,
      "all that the data have: batchNorm: expected more than one number a channel in training, found 1; train on more",
    );
    await assertRejects(
      () => net.fit(images(3), { batchSize: 1 }),
      RangeError,
      "use a larger batch",
    );
  }
});

Deno.test("where it can be trained on, a last batch of one stays", async () => {
  const fits: [Model, number][] = [
    [spatial(), 13],
    [pooled().freeze("batchNorm1"), 13],
    [pooled(), 14],
    [pooled(), 12],
  ];
  for (const [net, count] of fits) {
    const { steps } = await net.fit(images(count), { batchSize: 4 });
    assertEquals(steps, Math.ceil(count / 4));
  }
  await pooled().fit(images(12), { batchSize: 4, validation: images(5) });
});

Deno.test("a stream that ends with one example says so, and its checkpoint goes on without it", async () => {
  await using folder = await scratch();
  const data = corners(13);
  const stream = new DataStream(data, function* () {
    for (let i = 0; i < data.length; i++) yield data.get(i);
  });
  await assertRejects(
    () => stateful().fit(stream, { batchSize: 4, checkpoint: { directory: folder.path } }),
    RangeError,
    "the last of a stream in batches of 4: batchNorm: expected more than one number a channel in training, found 1; give dropRemainder: true",
  );
  assertEquals((await readCheckpoint(folder.path)).position.step, 3);
  const options = { batchSize: 4, dropRemainder: true, epochs: 2 };
  const { steps } = await stateful().fit(stream, { ...options, resume: folder.path });
  assertEquals(steps, 6);
});

Deno.test("so it is where the batch before it waits for the step's others", async () => {
  await using folder = await scratch();
  const data = corners(13);
  const stream = new DataStream(data, function* () {
    for (let i = 0; i < data.length; i++) yield data.get(i);
  });
  const options = { batchSize: 4, accumulate: 2 };
  await assertRejects(
    () => stateful().fit(stream, { ...options, checkpoint: { directory: folder.path } }),
    RangeError,
    "the last of a stream in batches of 4",
  );
  const { step, batch } = (await readCheckpoint(folder.path)).position;
  assertEquals([step, batch], [1, 3]);
  const more = { ...options, dropRemainder: true, epochs: 2 };
  const [net, whole] = [stateful(9), stateful()];
  const { steps } = await net.fit(stream, { ...more, resume: folder.path });
  await whole.fit(stream, more);
  assertEquals(steps, 4);
  await assertSameWeights(net, whole);
});

Deno.test("batch renormalisation at batches of one: with pixels it trains, without it is an error before", async () => {
  const renorm = () => sequential([4, 4, 1]).conv2d(3, 3).batchRenorm().flatten().dense(2);
  const { steps } = await renorm().fit(images(3), { batchSize: 1 });
  assertEquals(steps, 3);
  const net = sequential([4, 4, 1]).flatten().dense(3).batchRenorm().dense(2);
  const before = await bitsOf(net);
  for (const accumulate of [1, 4]) {
    await assertRejects(
      () => net.fit(images(8), { batchSize: 1, accumulate }),
      RangeError,
      "batchRenorm: expected more than one number a channel in training, found 1; use a larger batch",
    );
  }
  assertEquals(await bitsOf(net), before);
});

Deno.test("with everything frozen nothing can be trained, averaged or looked for", async () => {
  const net = stateful();
  for (const weight of net.weights) weight.frozen = true;
  const message = "the model has no weights that may change; unfreeze() some";
  for (const options of [{}, { accumulate: 2 }, { average: ema(0.9) }]) {
    await assertRejects(() => net.fit(corners(8), options), TypeError, message);
  }
  await assertRejects(() => net.findLearningRate(corners(8)), TypeError, message);
});
