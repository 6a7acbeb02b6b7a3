import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { DivergenceError } from "../../lib/core/errors.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { LearningRateCurve } from "../../lib/train/learning_rate_curve.ts";
import type { LearningRateFinderOptions } from "../../lib/train/learning_rate_finder.ts";
import { sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { adam, sgd } from "../../lib/train/optimizers.ts";
import { DataStream } from "../../lib/train/stream.ts";
import { testOnDevices } from "../tensor/devices.ts";
import { assertSameWeights, bitsOf, corners, stateful, useCpu } from "./helpers.ts";

const train = corners(90);
const plain = () => sequential([3], { seed: 1 }).dense(8).relu().dense(3);

testOnDevices(
  "the rates grow by one factor, and the losses are those of training with them",
  async () => {
    const net = stateful(), twin = stateful();
    const { rates, rawLosses, losses, stopped } = await net.findLearningRate(train, {
      from: 1e-4,
      to: 0.1,
      steps: 10,
      batchSize: 90,
      smoothing: 0.5,
      optimizer: sgd({ learningRate: 77, momentum: 0.9 }),
    });
    assertEquals([rates.length, stopped], [10, undefined]);
    rates.forEach((rate, i) => assertAlmostEquals(rate, 1e-4 * 1000 ** (i / 9), 1e-9));
    // The same by fit, a step an epoch.
    const { epochs } = await twin.fit(train, {
      epochs: 10,
      batchSize: 90,
      optimizer: sgd({ learningRate: { rate: (epoch) => rates[epoch]! }, momentum: 0.9 }),
    });
    assertEquals(rawLosses, epochs.map(({ loss }) => loss));
    let mean = 0;
    losses.forEach((loss, i) => {
      mean = (mean + rawLosses[i]!) / 2;
      assertAlmostEquals(loss, mean / (1 - 0.5 ** (i + 1)), 1e-9);
    });
  },
);

Deno.test("the model, its statistics and what trainOnBatch remembers are as before", async () => {
  await useCpu();
  const [x, y] = [tensor([[1, 0, 0], [0, 1, 0]]), tensor(Int32Array.of(0, 1))];
  const nets: Model[] = [];
  for (const looks of [false, true]) {
    const net = stateful();
    const optimizer = adam({ learningRate: 0.05 });
    await net.trainOnBatch(x, y, { optimizer });
    const before = await bitsOf(net);
    if (looks) {
      const { stopped } = await net.findLearningRate(train, { optimizer, steps: 30, to: 1e6 });
      assertEquals(stopped, "diverged");
    }
    assertEquals(await bitsOf(net), before);
    assertEquals([net.classes, net.normalization], [undefined, undefined]);
    await net.trainOnBatch(x, y);
    nets.push(net);
  }
  await assertSameWeights(nets[0]!, nets[1]!);
});

Deno.test("it finds a rate at which training goes well, and ends where the loss diverges", async () => {
  await useCpu();
  const net = plain();
  const options = { optimizer: sgd(), batchSize: 16, to: 1e4 };
  const curve = await net.findLearningRate(train, options);
  assertEquals(curve.stopped, "diverged");
  assert(curve.rates.length < 100 && curve.rates.length > 50, `${curve.rates.length} steps`);
  const { suggestion } = curve;
  assert(suggestion! > 1e-3 && suggestion! < 5, `${suggestion}`);
  const { epochs } = await net.fit(train, {
    epochs: 8,
    batchSize: 16,
    optimizer: sgd({ learningRate: suggestion! }),
  });
  assert(epochs.at(-1)!.loss < 0.6 * epochs[0]!.loss);
  // The same seed, the same curve.
  const again = await plain().findLearningRate(train, options);
  assertEquals(again.rawLosses, curve.rawLosses);
});

Deno.test("steps of several batches, weights of classes, streams", async () => {
  await useCpu();
  const options = { steps: 12, to: 1, shuffle: false, optimizer: sgd() };
  const classWeights = [1, 3, 0.5];
  const large = await plain().findLearningRate(train, { ...options, classWeights, batchSize: 30 });
  const parts = await plain().findLearningRate(train, {
    ...options,
    classWeights,
    batchSize: 10,
    accumulate: 3,
  });
  large.rawLosses.forEach((loss, i) => assertAlmostEquals(parts.rawLosses[i]!, loss, 1e-5));
  const [all] = [...train.batches({ batchSize: 90 })];
  const stream = new DataStream(train, () =>
    Array.from({ length: 90 }, (_, i) => ({
      inputs: [all!.inputs[0]!.slice(3 * i, 3 * i + 3)],
      targets: [all!.targets[0]!.slice(i, i + 1)],
    })));
  const streamed = await plain().findLearningRate(stream, { ...options, batchSize: 40 });
  const stored = await plain().findLearningRate(train, { ...options, batchSize: 40 });
  assertEquals(streamed.rawLosses, stored.rawLosses);
  await plain().findLearningRate(train, { ...options, classWeights: "balanced" });
});

Deno.test("a signal ends it; the curve so far is returned", async () => {
  await useCpu();
  const controller = new AbortController();
  let reads = 0;
  const watched = train.map((example) => {
    if (++reads === 200) controller.abort();
    return example;
  });
  const net = stateful(), before = await bitsOf(net);
  const { rates, stopped } = await net.findLearningRate(watched, { signal: controller.signal });
  assertEquals(stopped, "aborted");
  assert(rates.length > 0 && rates.length < 12);
  assertEquals(await bitsOf(net), before);
});

Deno.test("the suggestion is a tenth of the rate at which the loss is least", () => {
  const rates = Array.from({ length: 40 }, (_, i) => 10 ** (i / 8 - 4));
  const valley = (at: number) => rates.map((_, i) => 1 + Math.abs(i - at));
  const curve = (losses: number[]) => new LearningRateCurve({ rates, losses, rawLosses: losses });
  assertAlmostEquals(curve(valley(25)).suggestion!, rates[25 - 8]!, 1e-12);
  // The first tenth are means of few; a steep fall at the start tells nothing.
  assertEquals(curve(valley(3)).suggestion, undefined);
  const steep = valley(25).map((loss, i) => i < 5 ? loss + 99 : loss);
  assertAlmostEquals(curve(steep).suggestion!, rates[17]!, 1e-12);
  assertEquals(
    String(curve(valley(25))),
    "learning rates from 0.00010 to 7.5; the loss is least at 0.13, which suggests 0.013",
  );
  assertEquals(
    String(curve(rates)),
    "learning rates from 0.00010 to 7.5; the loss falls at none of them",
  );
});

Deno.test("what cannot be is an error before anything changes", async () => {
  await useCpu();
  const fail = async (
    options: LearningRateFinderOptions,
    kind: Parameters<typeof assertRejects>[1],
    message: string,
    net = stateful(),
    data = train,
  ) => {
    const before = await bitsOf(net);
    await assertRejects(() => net.findLearningRate(data, options), kind, message);
    assertEquals(await bitsOf(net), before);
  };
  await fail({ from: 0 }, RangeError, "findLearningRate: from: expected a number above 0");
  await fail({ from: 1, to: 0.1 }, RangeError, "to: expected more than from 1, found 0.1");
  await fail({ steps: 3 }, RangeError, "steps: expected an integer of at least 10");
  await fail({ smoothing: 1 }, RangeError, "smoothing");
  await fail({ divergence: 1 }, RangeError, "divergence");
  await fail({ epochs: 2 } as object, RangeError, "epochs");
  const frozen = stateful();
  for (const weight of frozen.weights) weight.frozen = true;
  await fail({}, TypeError, "the model has no weights that may change; unfreeze() some", frozen);
  await fail({}, TypeError, "expected examples of shape", sequential([4]).dense(3));
  const inputs = [[1, 2, 3], [1, NaN, 3]];
  const holes = arrayDataset({ inputs, targets: [0, 1] });
  await fail({}, RangeError, "inputs[0] of example 1 holds NaN at [1]", stateful(), holes);
  const far = arrayDataset({ inputs: [[3e38, -3e38, 3e38]], targets: [[1, 1, 1]] });
  const loss = "meanSquaredError";
  await fail({ loss }, DivergenceError, "at step 1", sequential([3]).dense(3), far);
});
