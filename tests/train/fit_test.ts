import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { DivergenceError } from "../../lib/core/errors.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { input } from "../../lib/nn/symbolic.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import type { Dataset } from "../../lib/train/dataset.ts";
import type { FitOptions } from "../../lib/train/training_options.ts";
import type { LossLike } from "../../lib/train/loss.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { adam, sgd } from "../../lib/train/optimizers.ts";
import { DataStream } from "../../lib/train/stream.ts";
import { filesIn } from "../folders.ts";
import { assertSameWeights, bitsOf, corners, scratch, stateful, useCpu } from "./helpers.ts";

await useCpu();

const linear = () => sequential([3]).dense(3);
/** 2 x0 - x1 + 1, from two numbers. */
const plane: Dataset = arrayDataset({
  inputs: Array.from({ length: 64 }, (_, i) => [(i % 8) / 4 - 1, Math.floor(i / 8) / 4 - 1]),
  targets: Float32Array.from(
    { length: 64 },
    (_, i) => 2 * ((i % 8) / 4 - 1) - (Math.floor(i / 8) / 4 - 1) + 1,
  ),
});

Deno.test("fit learns, and its history says what was measured", async () => {
  const net = stateful();
  const [train, test] = corners(300).split(240);
  const epochs: number[] = [], steps: number[] = [];
  const history = await net.fit(train, {
    epochs: 4,
    batchSize: 50,
    optimizer: adam({ learningRate: 0.01 }),
    validation: test,
    onStep: ({ step }) => steps.push(step),
    onEpoch: ({ epoch }) => void epochs.push(epoch),
  });
  assertEquals(epochs, [1, 2, 3, 4]);
  assertEquals(steps, Array.from({ length: 20 }, (_, i) => i + 1));
  assertEquals([history.steps, history.stopped, history.checkpoint], [20, undefined, undefined]);
  const [first, , , last] = history.epochs;
  assert(last!.loss < first!.loss);
  assertEquals([last!.step, last!.learningRate], [20, 0.01]);
  assert(last!.seconds > 0 && last!.imagesPerSecond > 0);
  const measured = await net.evaluate(test, { batchSize: 50 });
  assertEquals(measured, last!.validation!);
  assert(measured.top1! > 0.8);
});

Deno.test("the loss of an epoch is the mean over its examples, also where a batch is not full", async () => {
  const net = linear();
  const data = corners(10);
  const before = await net.evaluate(data, { batchSize: 10 });
  const { epochs: [record] } = await net.fit(data, {
    batchSize: 4,
    optimizer: sgd({ learningRate: 0 }),
  });
  assert(Math.abs(record!.loss - before.loss) < 1e-6);
  assertEquals(record!.top1, before.top1);
});

Deno.test("dropRemainder leaves the last batch out", async () => {
  const { steps } = await linear().fit(corners(10), { batchSize: 4, dropRemainder: true });
  assertEquals(steps, 2);
});

Deno.test("regression: a plane is found, whether targets have an axis or not", async () => {
  const column = plane.map((example) => example, {
    targets: [{ shape: [1], dtype: "f32" }],
  });
  for (const data of [plane, column]) {
    const net = sequential([2]).dense(1);
    const { epochs } = await net.fit(data, {
      epochs: 30,
      batchSize: 16,
      loss: "meanSquaredError",
      optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
    });
    assert(epochs.at(-1)!.loss < 1e-3);
    const [a, b] = await net.weight("dense1.kernel").read();
    assert(Math.abs(a! - 2) < 0.05 && Math.abs(b! + 1) < 0.05);
    assertEquals("top1" in epochs[0]!, false);
  }
});

Deno.test("integers can be targets of a regression and of a binary classification", async () => {
  const data = arrayDataset({ inputs: [[0], [1], [2], [3]], targets: [0, 1, 1, 5] });
  const { epochs: [record] } = await sequential([1]).dense(1).fit(data, {
    loss: "meanSquaredError",
  });
  assert(record!.loss > 0);
  const binary = arrayDataset({ inputs: [[-2], [-1], [1], [2]], targets: [0, 0, 1, 1] });
  const net = sequential([1]).dense(1);
  await net.fit(binary, {
    epochs: 50,
    loss: "binaryCrossEntropy",
    optimizer: sgd({ learningRate: 1 }),
  });
  const { loss } = await net.evaluate(binary, { loss: "binaryCrossEntropy" });
  assert(loss < 0.2);
});

Deno.test("labels may be bytes", async () => {
  const inputs = [[1, 0], [0, 1]];
  const bytes = arrayDataset({ inputs, targets: Uint8Array.of(0, 1) });
  const words = arrayDataset({ inputs, targets: Int32Array.of(0, 1) });
  const [a, b] = [sequential([2]).dense(2), sequential([2]).dense(2)];
  const { epochs: [record] } = await a.fit(bytes, { epochs: 1 });
  await b.fit(words, { epochs: 1 });
  assert(record!.top1 !== undefined);
  await assertSameWeights(a, b);
});

Deno.test("a loss of one's own is a function of tensors", async () => {
  const same = (p: Tensor, t: Tensor) => p.sub(t).square().mean();
  const nets = await Promise.all(
    (["meanSquaredError", same] as LossLike[]).map(async (loss) => {
      const net = sequential([2]).dense(1);
      await net.fit(plane, { loss, batchSize: 16 });
      return net;
    }),
  );
  await assertSameWeights(nets[0]!, nets[1]!);
});

Deno.test("several inputs, outputs and losses", async () => {
  const a = input([2]), b = input([1]);
  const hidden = a.dense(8).relu().concatenate(b);
  const net = model([a, b], [hidden.dense(1, { name: "sum" }), hidden.dense(2, { name: "sign" })]);
  const count = 40;
  const x = Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i));
  const y = Float32Array.from({ length: count }, (_, i) => Math.cos(i));
  const data = arrayDataset({
    inputs: [{ data: x, shape: [2] }, { data: y, shape: [1] }],
    targets: [
      {
        data: Float32Array.from({ length: count }, (_, i) => x[2 * i]! + x[2 * i + 1]! + y[i]!),
        shape: [1],
      },
      { data: Int32Array.from({ length: count }, (_, i) => y[i]! > 0 ? 1 : 0), shape: [] },
    ],
  });
  const loss = ["meanSquaredError", "crossEntropy"] as const;
  const { epochs } = await net.fit(data, {
    epochs: 40,
    batchSize: 10,
    loss,
    optimizer: adam({ learningRate: 0.02 }),
  });
  assert(epochs.at(-1)!.loss < 0.3 * epochs[0]!.loss);
  await assertRejects(() => net.fit(data), TypeError, "fit: output sum");
  await assertRejects(() => net.fit(data, { loss: ["hinge", "hinge", "hinge"] }), TypeError);
});

Deno.test("a stream trains as its examples in memory would", async () => {
  const data = corners(20);
  const schema = { inputs: data.inputs, targets: data.targets };
  const stream = new DataStream(schema, function* () {
    for (let i = 0; i < data.length; i++) yield data.get(i);
  });
  const [a, b] = [stateful(), stateful()];
  const options: FitOptions = { epochs: 2, batchSize: 8, shuffle: false };
  const { epochs } = await a.fit(stream, { ...options, validation: stream });
  await b.fit(data, options);
  await assertSameWeights(a, b);
  assert(epochs[1]!.validation!.top1 !== undefined);
});

Deno.test("early stopping ends training; restoreBest brings the best epoch's weights back", async () => {
  const net = linear();
  const best: Record<string, number[]>[] = [];
  // The wrong way up the hill: each epoch is worse than the one before.
  const { epochs, stopped } = await net.fit(corners(30), {
    epochs: 10,
    loss: (p) => p.square().mean().neg(),
    optimizer: sgd({ learningRate: 0.1 }),
    validation: corners(30, 1).map((example) => example),
    earlyStopping: { monitor: "top1", patience: 2, restoreBest: true, minimumChange: 2 },
    onEpoch: async () => void best.push(await bitsOf(net)),
  });
  assertEquals([epochs.length, stopped], [4, "early stopping"]);
  assertEquals(await bitsOf(net), best[0]);
});

Deno.test("an aborted signal ends training after the step under way", async () => {
  const controller = new AbortController();
  const { steps, stopped, epochs } = await linear().fit(corners(64), {
    epochs: 5,
    batchSize: 8,
    signal: controller.signal,
    onStep: ({ step }) => step === 11 && controller.abort(),
  });
  assertEquals([steps, stopped, epochs.length], [11, "aborted", 1]);
  const { steps: none } = await linear().fit(corners(64), { signal: AbortSignal.abort() });
  assertEquals(none, 0);
});

Deno.test("an aborted signal ends validation after the batch under way, and the epoch is kept", async () => {
  const controller = new AbortController();
  let reads = 0;
  const validation = corners(400).map((example) => {
    if (++reads === 21) controller.abort();
    return example;
  });
  const epochsSeen: number[] = [];
  const { steps, stopped, epochs } = await linear().fit(corners(64), {
    epochs: 3,
    batchSize: 8,
    validation,
    signal: controller.signal,
    onEpoch: ({ epoch }) => void epochsSeen.push(epoch),
  });
  assertEquals(reads, 24);
  assertEquals([steps, stopped, epochs.length], [8, "aborted", 1]);
  assertEquals([epochs[0]!.validation, epochsSeen], [undefined, []]);
  assert(epochs[0]!.loss > 0);
});

Deno.test("an error of the validation data is no stop, even after one", async () => {
  const controller = new AbortController();
  const validation = corners(8).map(() => {
    controller.abort();
    throw new TypeError("no such image");
  });
  await assertRejects(
    () => linear().fit(corners(8), { validation, signal: controller.signal }),
    TypeError,
    "no such image",
  );
});

Deno.test("training changes neither frozen weights nor frozen statistics", async () => {
  const net = stateful();
  net.freeze("dense1", "batchNorm1");
  const before = await bitsOf(net);
  await net.fit(corners(30), { batchSize: 10 });
  const after = await bitsOf(net);
  for (const name of Object.keys(before)) {
    const isFrozen = /^(dense1|batchNorm1)\./.test(name);
    assertEquals(isDeepEqual(before[name]!, after[name]!), isFrozen, name);
  }
});

Deno.test("layers that are frozen or unfrozen between epochs are so from then on", async () => {
  const net = stateful().freeze("dense1");
  const { kernel } = Object.fromEntries(net.layer("dense1").weights);
  const kernels = [await kernel!.read()];
  await net.fit(corners(30), {
    epochs: 3,
    async onEpoch({ epoch }) {
      kernels.push(await kernel!.read());
      if (epoch === 1) net.unfreeze();
      else net.freeze("dense1");
    },
  });
  assertEquals(kernels[1], kernels[0]);
  assertNotEquals(kernels[2], kernels[1]);
  assertEquals(kernels[3], kernels[2]);
});

const isDeepEqual = (a: number[], b: number[]) => a.every((value, i) => value === b[i]);

Deno.test("a schedule that gives no number is an error before the step", async () => {
  const optimizer = sgd({ learningRate: { rate: () => undefined as unknown as number } });
  await assertRejects(
    () => stateful().fit(corners(20), { optimizer }),
    TypeError,
    "learningRate: the schedule: expected a finite number, found undefined",
  );
});

Deno.test("a loss that is not finite ends training, and the error names the step", async () => {
  const inputs = [[1], [1], [1], [3e38], [1], [1]];
  const data = arrayDataset({ inputs, targets: inputs });
  const options = { batchSize: 1, epochs: 3, shuffle: false, loss: "meanSquaredError" } as const;
  const error = await assertRejects(
    () => sequential([1]).dense(1).fit(data, options),
    DivergenceError,
    "the loss was not a finite number at step 4; try a smaller learning rate, or clipNorm",
  );
  assertEquals(error.step, 4);
});

Deno.test("a validation loss that is not finite ends training too", async () => {
  const net = sequential([1]).dense(1);
  const data = arrayDataset({ inputs: [[1]], targets: [[1]] });
  const options: FitOptions = {
    loss: "meanSquaredError",
    optimizer: sgd({ learningRate: 1e38 }),
    validation: data,
  };
  const error = await assertRejects(() => net.fit(data, options), DivergenceError, "validation");
  assertEquals(error.step, 1);
});

Deno.test("validation data may be of other types than those trained on", async () => {
  const pixels = Uint8Array.from({ length: 90 }, (_, i) => (i * 37) % 256);
  const labels = Array.from({ length: 30 }, (_, i) => i % 3), shape = [3];
  const data = arrayDataset({
    inputs: { data: Float32Array.from(pixels, (x) => x / 255), shape },
    targets: Int32Array.from(labels),
  });
  const bytes = arrayDataset({ inputs: { data: pixels, shape }, targets: Uint8Array.from(labels) });
  const losses: number[] = [];
  for (const validation of [data, bytes]) {
    const net = linear();
    const { epochs } = await net.fit(data, { validation });
    assertEquals(await net.evaluate(validation, { batchSize: 32 }), epochs[0]!.validation);
    losses.push(epochs[0]!.validation!.loss);
  }
  assertAlmostEquals(losses[0]!, losses[1]!, 1e-6);
});

const mistakes: [string, FitOptions | Record<string, unknown>, new () => Error, string][] = [
  ["batchSize 0", { batchSize: 0 }, RangeError, "batchSize: expected an integer of at least 1"],
  ["batchSize 1.5", { batchSize: 1.5 }, RangeError, "found 1.5"],
  ["epochs 0", { epochs: 0 }, RangeError, "epochs"],
  ["seed 0.5", { seed: 0.5 }, RangeError, "seed"],
  ["topK 0", { topK: 0 }, RangeError, "topK"],
  ["a loss without that name", { loss: "crossEntropie" }, RangeError, '"crossEntropy"?'],
  ["an option without that name", { epoch: 3 }, RangeError, 'did you mean "epochs"?'],
  ["an optimizer by name", { optimizer: "sgd" }, TypeError, "such as sgd() or adam(), found"],
  [
    "a misspelt monitor",
    { earlyStopping: { monitor: "validationloss" } },
    RangeError,
    '"validationLoss"?',
  ],
  ["a patience of -1", { earlyStopping: { patience: -1 } }, RangeError, "patience"],
  ["everySteps 1.5", { checkpoint: { directory: ".", everySteps: 1.5 } }, RangeError, "everySteps"],
  ["everySeconds 0", { checkpoint: { directory: ".", everySeconds: 0 } }, RangeError, "above 0"],
];

for (const [what, options, kind, message] of mistakes) {
  Deno.test(`${what} is refused before anything changes`, async () => {
    const net = linear();
    const before = await bitsOf(net);
    await assertRejects(() => net.fit(corners(9), options as FitOptions), kind, message);
    assertEquals(await bitsOf(net), before);
  });
}

Deno.test("validation data that do not fit are refused before anything changes", async () => {
  const net = linear(), before = await bitsOf(net);
  const inputs = [[1, 2, 3]];
  const list: [Dataset, string][] = [
    [arrayDataset({ inputs }), "one target for each of the 1 outputs, found 0"],
    [arrayDataset({ inputs, targets: new Float32Array(1) }), "targets of shape [3]"],
    [arrayDataset({ inputs: [[1, 2]], targets: [1] }), "examples of shape [3]"],
  ];
  for (const [validation, expected] of list) {
    await assertRejects(
      () => net.fit(corners(9), { validation }),
      TypeError,
      `fit: validation: expected ${expected}`,
    );
  }
  assertEquals(await bitsOf(net), before);
});

const refused = (what: string, net: () => Model, data: () => unknown, message: string) =>
  Deno.test(`${what} is refused before anything changes`, async () => {
    const made = net();
    const before = await bitsOf(made);
    await assertRejects(() => made.fit(data() as Dataset), Error, message);
    assertEquals(await bitsOf(made), before);
  });

refused("a model that ends with softmax", () => linear().softmax(), () => corners(9), "softmax");
refused("a model without weights to change", () => linear().freeze(), () => corners(9), "unfreeze");
refused("data of another shape", () => sequential([4]).dense(3), () => corners(9), "shape [4]");
refused("a list in place of a data set", linear, () => [[1, 2, 3]], "expected a data set");
refused(
  "a label out of range",
  () => sequential([3]).dense(2),
  () => arrayDataset({ inputs: [[1, 2, 3], [3, 2, 1], [2, 2, 2]], targets: [0, 1, 2] }),
  "expected labels from 0 to 1 for a model with 2 outputs, found 2",
);
refused(
  "a target for each of more outputs",
  linear,
  () => arrayDataset({ inputs: [[1, 2, 3]] }),
  "one target for each of the 1 outputs, found 0",
);
refused(
  "an empty stream",
  linear,
  () => new DataStream({ inputs: corners(3).inputs, targets: corners(3).targets }, () => []),
  "at least 1 example, found none",
);

Deno.test("a clock that is set while training gives times and rates that can be", async () => {
  const { now } = performance, year = 365 * 86_400_000;
  let jump = 0;
  performance.now = () => now.call(performance) + jump;
  try {
    const { epochs } = await linear().fit(corners(60), {
      epochs: 4,
      batchSize: 10,
      onStep: ({ step }) => {
        if (step === 8) jump = year;
        if (step === 15) jump = -year;
      },
      onProgress: ({ imagesPerSecond, secondsLeft }) => {
        assert(imagesPerSecond >= 0 && (secondsLeft ?? 0) >= 0 && (secondsLeft ?? 0) < 3600);
      },
    });
    for (const { seconds, imagesPerSecond } of epochs) {
      assert(seconds >= 0 && seconds < 60, `${seconds} s`);
      assert(imagesPerSecond >= 0 && imagesPerSecond < 1e9);
    }
  } finally {
    performance.now = now;
  }
});

Deno.test("two trainings at once into one folder: the second is refused, the first goes on", async () => {
  await using folder = await scratch();
  const train = corners(60), checkpoint = { directory: folder.path };
  let refused: Promise<unknown> | undefined;
  const history = await stateful().fit(train, {
    epochs: 2,
    checkpoint,
    onStep: () =>
      refused ??= assertRejects(
        () => stateful().fit(train, { checkpoint }),
        Error,
        `${folder.path}/checkpoint.safetensors: this process is writing it`,
      ),
  });
  await refused;
  assertEquals([history.epochs.length, filesIn(folder.path)], [2, ["checkpoint.safetensors"]]);
  await stateful().fit(train, { checkpoint });
});
