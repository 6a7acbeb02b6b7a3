import { assert, assertEquals, assertRejects } from "@std/assert";
import { DivergenceError } from "../../lib/core/errors.ts";
import { input } from "../../lib/nn/symbolic.ts";
import { readCheckpoint } from "../../lib/train/checkpoint.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import type { Dataset } from "../../lib/train/dataset.ts";
import { bySteps, stepDecay } from "../../lib/train/learning_rate.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { adam, sgd } from "../../lib/train/optimizers.ts";
import { DataStream } from "../../lib/train/stream.ts";
import type { FitOptions } from "../../lib/train/training_options.ts";
import { ema } from "../../lib/train/weight_average.ts";
import { testOnDevices } from "../tensor/devices.ts";
import { assertSameWeights, corners, scratch, stateful, useCpu, weightsOf } from "./helpers.ts";

const plain = () => sequential([3], { seed: 1 }).dense(8).relu().dense(3);

/** The largest difference of two models' weights. */
async function apart(a: Model, b: Model): Promise<number> {
  const others = await weightsOf(b);
  const each = [...await weightsOf(a)].map(([name, data]) =>
    Math.max(...Array.from(data, (value, i) => Math.abs(value - others.get(name)![i]!)))
  );
  return Math.max(...each);
}

/** Trains one model in large batches and another in parts of them, and compares. */
async function assertOneStep(
  make: () => Model,
  data: Dataset,
  options: FitOptions = {},
): Promise<void> {
  const [large, parts] = [make(), make()];
  const settings: FitOptions = {
    epochs: 3,
    shuffle: false,
    optimizer: sgd({ learningRate: 0.2, momentum: 0.9, clipValue: 0.05 }),
    ...options,
  };
  const expected = await large.fit(data, { ...settings, batchSize: 12 });
  const history = await parts.fit(data, { ...settings, batchSize: 4, accumulate: 3 });
  assertEquals(history.steps, expected.steps);
  const error = await apart(large, parts);
  assert(error > 0 && error < 1e-6, `off by ${error}`);
}

testOnDevices(
  "a step of several batches is that of the batch which they are together",
  async () => {
    // Groups of 4 + 4 + 4 and of 4 + 4 + 3, 4 + 4 and 1 examples at the end.
    for (const count of [35, 25]) await assertOneStep(plain, corners(count));
    const adaptive = () => adam({ learningRate: 0.02, clipNorm: 0.1 });
    await assertOneStep(plain, corners(35), { optimizer: adaptive(), shuffle: true });
  },
);

testOnDevices("each batch counts by the weights of its examples and classes", async () => {
  const { length } = corners(32), weights = Float32Array.from({ length }, (_, i) => i * i % 7);
  const rows = [...corners(32).batches({ batchSize: 32 })][0]!;
  const data = arrayDataset({
    inputs: { data: rows.inputs[0] as Float32Array, shape: [3] },
    targets: rows.targets[0] as Int32Array,
    weights,
  });
  await assertOneStep(plain, data);
  await assertOneStep(plain, data, { classWeights: [1, 5, 0.5] });
  await assertOneStep(plain, corners(32), {
    classWeights: [1, 5, 0.5],
    loss: { name: "crossEntropy", labelSmoothing: 0.1 },
  });
  // A group in which nothing counts changes nothing.
  const nothing = arrayDataset({ inputs: [[1, 0, 0]], targets: [0], weights: [0] });
  const net = plain(), before = plain();
  await net.fit(nothing, { batchSize: 1, accumulate: 2, optimizer: sgd() });
  await assertSameWeights(net, before);
});

testOnDevices("each of several outputs counts by its own weights", async () => {
  const make = () => {
    const x = input([3]), hidden = x.dense(8).tanh();
    const outputs = [["kind", 3], ["side", 1], ["size", 2]] as const;
    return model(x, outputs.map(([name, size]) => hidden.dense(size, { name })), { seed: 2 });
  };
  const rows = [...corners(32).batches({ batchSize: 32 })][0]!,
    inputs = {
      data: rows.inputs[0] as Float32Array,
      shape: [3],
    };
  const labels = Array.from(rows.targets[0]!, Number);
  const data = arrayDataset({
    inputs,
    targets: [
      { data: rows.targets[0] as Int32Array, shape: [] },
      { data: Float32Array.from(labels, (label) => label > 0 ? 1 : 0), shape: [1] },
      { data: Float32Array.from(labels.flatMap((label) => [label, -1])), shape: [2] },
    ],
  });
  const options: FitOptions = {
    loss: { kind: "crossEntropy", side: "binaryCrossEntropy", size: "meanSquaredError" },
    lossWeights: { side: 0.5, size: 0.1 },
    optimizer: sgd({ learningRate: 0.05 }),
  };
  await assertOneStep(make, data, options);
  await assertOneStep(make, data, {
    ...options,
    classWeights: { kind: [1, 4, 2], side: [3, 0.2] },
  });
});

/** Everything that has a state, in groups of three of the eleven batches of an epoch. */
const run = (more: FitOptions = {}): FitOptions => ({
  epochs: 3,
  batchSize: 8,
  accumulate: 3,
  seed: 5,
  optimizer: adam({ learningRate: bySteps(stepDecay(0.05, { every: 5 })), clipNorm: 1 }),
  ...more,
});

Deno.test("steps, rates and progress count updates; an epoch's last has the batches left", async () => {
  await useCpu();
  const steps: number[] = [], rates: number[] = [];
  const schedule = {
    rate: (epoch: number, step = 0) => {
      rates.push(epoch);
      return 0.01 / (1 + step);
    },
  };
  const { steps: all, epochs } = await stateful().fit(corners(85), {
    ...run(),
    optimizer: sgd({ learningRate: schedule }),
    onStep: ({ step }) => void steps.push(step),
  });
  assertEquals([all, steps.at(-1), steps.length], [12, 12, 12]);
  assertEquals(epochs.map(({ step, learningRate }) => [step, learningRate]), [
    [4, 0.01 / 4],
    [8, 0.01 / 8],
    [12, 0.01 / 12],
  ]);
  assertEquals([...new Set(rates.filter((rate) => rate < 1))], [0, 0.25, 0.5, 0.75]);
});

/** A data set that ends training when so many examples were read. */
function stopping(data: Dataset, after: number) {
  const controller = new AbortController();
  let reads = 0;
  const watched = data.map((example) => {
    if (++reads === after) controller.abort();
    return example;
  });
  return { watched, signal: controller.signal };
}

Deno.test("a run goes on in the middle of a step, bit for bit as if it had not been interrupted", async () => {
  await useCpu();
  const data = corners(85).map(({ inputs: [x], targets }, _, __, random) => ({
    inputs: [Float32Array.from(x!, (value) => value + random.normal(0, 0.1))],
    targets,
  }));
  const whole = stateful();
  const expected = await whole.fit(data, run({ average: ema(0.9), validation: corners(20) }));
  const stood = new Set<number>();
  for (const after of [9, 20, 30, 81, 85, 100, 140]) {
    await using folder = await scratch();
    const { watched, signal } = stopping(data, after);
    const options = run({ average: ema(0.9), validation: corners(20) });
    const first = await stateful().fit(watched, {
      ...options,
      checkpoint: { directory: folder.path },
      signal,
    });
    assertEquals(first.stopped, "aborted");
    const { position } = await readCheckpoint(folder.path);
    stood.add(position.batch % 3);
    const second = stateful(9);
    const history = await second.fit(data, { ...options, resume: folder.path });
    assertEquals([history.steps, history.epochs.length], [expected.steps, 3]);
    assertEquals(history.epochs.at(-1)!.validation, expected.epochs.at(-1)!.validation);
    await assertSameWeights(second, whole);
  }
  assertEquals(stood, new Set([0, 1, 2]));
});

Deno.test("a stream is trained on as its examples in memory", async () => {
  await useCpu();
  const data = corners(85), [all] = [...data.batches({ batchSize: 85 })];
  const stream = new DataStream(data, () =>
    Array.from({ length: 85 }, (_, i) => ({
      inputs: [all!.inputs[0]!.slice(3 * i, 3 * i + 3)],
      targets: [all!.targets[0]!.slice(i, i + 1)],
    })));
  const [a, b] = [stateful(), stateful()];
  await a.fit(data, run({ shuffle: false }));
  const { steps } = await b.fit(stream, run({ shuffle: false }));
  assertEquals(steps, 12);
  await assertSameWeights(a, b);
  // Interrupted in its second epoch's third step.
  await using folder = await scratch();
  const controller = new AbortController();
  const options = run({ shuffle: false, checkpoint: { directory: folder.path } });
  await stateful().fit(stream, {
    ...options,
    signal: controller.signal,
    onStep: ({ step }) => step === 6 && controller.abort(),
  });
  const c = stateful(3);
  await c.fit(stream, { ...run({ shuffle: false }), resume: folder.path });
  await assertSameWeights(c, a);
});

Deno.test("a run of other steps does not go on from a checkpoint", async () => {
  await useCpu();
  await using folder = await scratch();
  const checkpoint = { directory: folder.path };
  await stateful().fit(corners(30), { ...run(), accumulate: 1, checkpoint });
  await assertRejects(
    () => stateful().fit(corners(30), { ...run(), resume: folder.path }),
    RangeError,
    "it was trained without accumulate, and this run has 3; resume without accumulate",
  );
  await stateful().fit(corners(30), { ...run(), checkpoint });
  for (const accumulate of [1, 2]) {
    await assertRejects(
      () => stateful().fit(corners(30), { ...run(), accumulate, resume: folder.path }),
      RangeError,
      "it was trained with accumulate 3",
    );
  }
});

Deno.test("a loss that is not finite names the step, and the data where they are to blame", async () => {
  await useCpu();
  const steep = () => sgd({ learningRate: 1e30 });
  const error = await assertRejects(
    () => plain().fit(corners(40), { batchSize: 4, accumulate: 3, optimizer: steep() }),
    DivergenceError,
  );
  assertEquals(error.step, 2);
  const inputs = Array.from({ length: 24 }, (_, i) => [i === 17 ? NaN : i, 1, 0]);
  const data = arrayDataset({ inputs, targets: inputs.map((_, i) => i % 3) });
  await assertRejects(
    () =>
      plain().fit(data, {
        batchSize: 2,
        accumulate: 4,
        shuffle: false,
        optimizer: sgd({ learningRate: 0.001 }),
      }),
    RangeError,
    "inputs[0] of example 17 holds NaN",
  );
});

Deno.test("accumulate is a count, and other names for it are known", async () => {
  const fit = (options: object) => () => plain().fit(corners(4), options);
  await assertRejects(fit({ accumulate: 0 }), RangeError, "accumulate: expected an integer");
  await assertRejects(fit({ gradientAccumulationSteps: 2 }), RangeError, "say accumulate");
});
