import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { readCheckpoint } from "../../lib/train/checkpoint.ts";
import { checkpointName } from "../../lib/train/checkpoint_names.ts";
import { loadModel } from "../../lib/train/load_model.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import type { FitOptions } from "../../lib/train/training_options.ts";
import { ema, swa, type WeightAverage } from "../../lib/train/weight_average.ts";
import { assertSameWeights, bitsOf, scratch, stateful, useCpu, weightsOf } from "./helpers.ts";
import { interrupted, train, validation } from "./whole_run.ts";

await useCpu();

const run = (average: WeightAverage, more: FitOptions = {}): FitOptions => ({
  epochs: 5,
  batchSize: 8,
  seed: 5,
  optimizer: sgd({ learningRate: 0.2, momentum: 0.9 }),
  average,
  ...more,
});

/** One that counts how often it was told of weights. */
const latest: WeightAverage = {
  name: "latest",
  after: "step",
  update: (_, weight) => weight,
  statistics: "average",
};

Deno.test("what is validated is the average, and the model holds it afterwards", async () => {
  for (const average of [ema(0.95), swa({ start: 3 })]) {
    const net = stateful();
    const live: unknown[] = [];
    const { epochs } = await net.fit(train, {
      ...run(average, { validation }),
      onEpoch: async () => void live.push(await bitsOf(net)),
    });
    const { loss, top1 } = await net.evaluate(validation, { batchSize: 8 });
    const measured = epochs.at(-1)!.validation!;
    assertEquals([measured.loss, measured.top1], [loss, top1]);
    assertNotEquals(await bitsOf(net), live.at(-1));
    // What trains is what would train without an average.
    const plain = stateful(), others: unknown[] = [];
    const { average: _, ...without } = run(average);
    const expected = await plain.fit(train, {
      ...without,
      onEpoch: async () => void others.push(await bitsOf(plain)),
    });
    assertEquals(live, others);
    assertEquals(epochs.map(({ loss }) => loss), expected.epochs.map(({ loss }) => loss));
  }
});

Deno.test("an average that is the last weights, and a decay of 0, are training without one", async () => {
  const plain = stateful();
  const { average: _, ...without } = run(latest, { validation });
  const expected = await plain.fit(train, without);
  for (const average of [latest, ema(0)]) {
    const net = stateful();
    const { epochs } = await net.fit(train, run(average, { validation }));
    assertEquals(epochs.map((e) => e.validation), expected.epochs.map((e) => e.validation));
    await assertSameWeights(net, plain);
  }
});

Deno.test("before it starts, swa measures the last weights; one that never starts changes nothing", async () => {
  const [a, b] = [stateful(), stateful()];
  const { average: _, ...without } = run(latest, { validation });
  const expected = await a.fit(train, without);
  const found = await b.fit(train, run(swa({ start: 9 }), { validation }));
  assertEquals(found.epochs.map((e) => e.validation), expected.epochs.map((e) => e.validation));
  await assertSameWeights(a, b);
});

Deno.test("statistics counted anew are those of the averaged weights", async () => {
  const net = sequential([3], { seed: 1 }).dense(6).batchNorm().relu().dense(3);
  await net.fit(train, run(swa({ start: 2 })));
  const weights = await weightsOf(net);
  const layer = sequential([3]).dense(6);
  for (const name of ["kernel", "bias"]) {
    layer.weight(`dense1.${name}`).assign(weights.get(`dense1.${name}`)!);
  }
  const mean = new Float64Array(6), batches = [...train.batches({ batchSize: 8 })];
  for (const { size, inputs: [x] } of batches) {
    const data = { inputs: { data: x as Float32Array, shape: [3] } };
    const { arrayDataset } = await import("../../lib/train/array_dataset.ts");
    const features = await (await layer.predict(arrayDataset(data))).data();
    features.forEach((value, i) => mean[i % 6]! += value / size / batches.length);
  }
  const counted = weights.get("batchNorm1.runningMean")!;
  mean.forEach((value, i) => assertAlmostEquals(counted[i]!, value, 1e-5));
});

for (
  const [name, average] of [
    ["ema", ema(0.9, { warmUp: true })],
    ["swa", swa({ start: 2, every: 2 })],
    ["swa of every epoch", swa({ start: 1 })],
  ] as const
) {
  for (const measured of [true, false]) {
    const called = `${name}${measured ? ", validated" : ""}`;
    Deno.test(`a resumed run equals an uninterrupted one, bit for bit: ${called}`, async () => {
      const options = run(average, measured ? { validation } : {});
      const stopping = { earlyStopping: { patience: 9, restoreBest: true } };
      for (const more of measured ? [{}, stopping] : [{}]) {
        const whole = stateful();
        const expected = await whole.fit(train, { ...options, ...more });
        for (const at of [1, 12, 30, 36, 47]) {
          await using folder = await scratch();
          await interrupted(stateful(), folder.path, at, { ...options, ...more });
          const second = stateful(99);
          const { epochs } = await second.fit(train, { ...options, ...more, resume: folder.path });
          assertEquals(epochs.map((e) => e.validation), expected.epochs.map((e) => e.validation));
          await assertSameWeights(second, whole);
        }
      }
    });
  }
}

Deno.test("a run interrupted in its validation, or while statistics are counted, goes on the same", async () => {
  const options = run(swa({ start: 2 }), { validation });
  const whole = stateful();
  const expected = await whole.fit(train, options);
  // An epoch reads 90 examples; from the second on, statistics read them again before the validation.
  for (const after of [185, 240, 360, 500]) {
    await using folder = await scratch();
    const controller = new AbortController();
    let reads = 0;
    const watched = train.map((example) => {
      if (++reads === after) controller.abort();
      return example;
    });
    const first = await stateful().fit(watched, {
      ...options,
      checkpoint: { directory: folder.path },
      signal: controller.signal,
    });
    assertEquals(first.stopped, "aborted");
    const second = stateful(9);
    const { epochs } = await second.fit(train, { ...options, resume: folder.path });
    assertEquals(epochs.map((e) => e.validation), expected.epochs.map((e) => e.validation));
    await assertSameWeights(second, whole);
  }
});

Deno.test("the best epoch's weights are averages", async () => {
  for (const average of [ema(0.9), swa({ start: 2 })]) {
    const net = stateful();
    const { epochs } = await net.fit(train, {
      ...run(average, { validation, epochs: 9 }),
      optimizer: sgd({ learningRate: { rate: (epoch) => epoch < 4 ? 0.1 : 3 } }),
      earlyStopping: { patience: 99, restoreBest: true },
    });
    const best = Math.min(...epochs.map(({ validation }) => validation!.loss));
    assert(best < epochs.at(-1)!.validation!.loss);
    assertEquals((await net.evaluate(validation, { batchSize: 8 })).loss, best);
  }
});

Deno.test("a run that was stopped leaves the average where it is complete", async () => {
  await using folder = await scratch();
  for (const average of [ema(0.9), swa({ start: 1 })]) {
    const net = stateful();
    const { stopped } = await interrupted(net, folder.path, 20, run(average));
    assertEquals(stopped, "aborted");
    const { tensors } = await readCheckpoint(folder.path);
    const name = "dense1.kernel", found = [...await net.weight(name).read()];
    // Without validation, the statistics of the first epoch's average have not been counted.
    const kept = average.name === "ema" ? `trainer.average.${name}` : name;
    assertEquals(found, [...tensors.get(kept)!.data]);
    await assertSameWeights(await loadModel(`${folder.path}/${checkpointName}`), net);
    await Deno.remove(`${folder.path}/${checkpointName}`);
  }
});

Deno.test("the model of a checkpoint is the average", async () => {
  await using folder = await scratch();
  for (const average of [ema(0.9), swa({ start: 3 })]) {
    for (const more of [{}, { validation }]) {
      const net = stateful();
      const checkpoint = { directory: folder.path };
      await net.fit(train, { ...run(average, more), checkpoint });
      await assertSameWeights(await loadModel(`${folder.path}/${checkpointName}`), net);
    }
  }
});

Deno.test("frozen weights stay as they are, bit for bit", async () => {
  for (const average of [ema(0.9), swa({ start: 1 })]) {
    const net = stateful();
    net.weight("dense1.kernel").frozen = true;
    const before = await bitsOf(net);
    await net.fit(train, run(average));
    const after = await bitsOf(net);
    assertEquals(after["dense1.kernel"], before["dense1.kernel"]);
    assertNotEquals(after["dense2.kernel"], before["dense2.kernel"]);
  }
});

Deno.test("a run goes on with the same average alone", async () => {
  await using folder = await scratch();
  await stateful().fit(train, { ...run(ema(0.9)), checkpoint: { directory: folder.path } });
  const { average: _, ...without } = run(latest);
  for (const options of [run(ema(0.99)), run(swa({ start: 2 })), without]) {
    await assertRejects(
      () => stateful().fit(train, { ...options, resume: folder.path }),
      RangeError,
      'trained with average ["ema",{"decay":0.9}]',
    );
  }
});

Deno.test("averages that cannot be are refused", async () => {
  assertThrows(() => ema(1), RangeError, "ema: decay: expected a number of at least 0");
  assertThrows(() => ema(0.9, { gamma: 2 }), TypeError, "give warmUp: true as well");
  assertThrows(() => swa({ start: 0 }), RangeError, "swa: start");
  assertThrows(() => swa({} as { start: number }), TypeError, "start");
  assertThrows(() => swa({ start: 2, every: 0.5 }), RangeError, "swa: every");
  const average = "ema" as unknown as WeightAverage;
  await assertRejects(() => stateful().fit(train, { average }), TypeError, "ema(0.999)");
  const flat: WeightAverage = { ...latest, name: "flat", update: (old) => old.sum() };
  await assertRejects(
    () => stateful().fit(train, { average: flat }),
    TypeError,
    "average: flat: dense1.kernel: expected",
  );
});
