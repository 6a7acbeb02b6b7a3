import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { decodeSafetensors } from "../../lib/core/safetensors/read.ts";
import { encodeSafetensors } from "../../lib/core/safetensors/write.ts";
import { input } from "../../lib/nn/symbolic.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { meanSquaredError } from "../../lib/tensor/functions/loss.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import type { Metric } from "../../lib/train/metric.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import type { FitOptions } from "../../lib/train/training_options.ts";
import { assertSameWeights, scratch, useCpu } from "./helpers.ts";

await useCpu();

/** Two heads on one input: which of three it is, and a number. */
function twoHeads(): Model {
  const x = input([3]);
  return model(x, [x.dense(3, { name: "kind" }), x.dense(1, { name: "size" })], { seed: 4 });
}

const count = 7;
const inputs = {
  data: Float32Array.from({ length: 3 * count }, (_, i) => Math.cos(i * i)),
  shape: [3],
};
const kinds = { data: Int32Array.from({ length: count }, (_, i) => i % 3), shape: [] };
const sizes = { data: Float32Array.from({ length: count }, (_, i) => Math.sin(i)), shape: [1] };
const data = arrayDataset({ inputs, targets: [kinds, sizes] });
const loss = { size: "meanSquaredError", kind: "crossEntropy" } as const;

/** What a head alone measures on its own targets. */
async function alone(net: Model, name: string, head: "crossEntropy" | "meanSquaredError") {
  const one = model(net.inputs, net.output(name));
  const targets = name === "kind" ? kinds : sizes;
  return await one.evaluate(arrayDataset({ inputs, targets }), { loss: head });
}

Deno.test("each output has its own loss and measures, and the loss is their weighted sum", async () => {
  const net = twoHeads();
  const kind = await alone(net, "kind", "crossEntropy");
  const size = await alone(net, "size", "meanSquaredError");
  for (const batchSize of [2, 3, 7]) {
    const lossWeights = { size: 0.25 };
    const measured = await net.evaluate(data, { batchSize, loss, lossWeights });
    assertEquals(Object.keys(measured.outputs!), ["kind", "size"]);
    assertAlmostEquals(measured.outputs!.kind!.loss, kind.loss, 1e-6);
    assertEquals(measured.outputs!.kind!.top1, kind.top1);
    assertEquals(Object.keys(measured.outputs!.size!), ["loss"]);
    assertAlmostEquals(measured.outputs!.size!.loss, size.loss, 1e-6);
    assertAlmostEquals(measured.loss, kind.loss + size.loss / 4, 1e-6);
    const list = { loss: ["crossEntropy", "meanSquaredError"], lossWeights: [1, 0.25] } as const;
    assertEquals(await net.evaluate(data, { batchSize, ...list }), measured);
  }
});

Deno.test("weights of losses scale gradients: one of 0 trains the other output alone", async () => {
  const nets = [twoHeads(), twoHeads()], optimizer = sgd({ learningRate: 0.1 });
  await nets[0]!.fit(data, { loss, lossWeights: { size: 0 }, optimizer, batchSize: 4 });
  const before = await twoHeads().weight("size.kernel").read();
  assertEquals(await nets[0]!.weight("size.kernel").read(), before);
  await nets[1]!.fit(data, { loss, lossWeights: [2, 4], optimizer, batchSize: 4 });
  const halved = twoHeads();
  await halved.fit(data, {
    loss,
    lossWeights: [1, 2],
    optimizer: sgd({ learningRate: 0.2 }),
    batchSize: 4,
  });
  for (const name of ["kind.kernel", "size.kernel"]) {
    const [a, b] = [await nets[1]!.weight(name).read(), await halved.weight(name).read()];
    a.forEach((value, i) => assertAlmostEquals(value, b[i]!, 1e-6));
  }
});

Deno.test("fit tells outputs apart in records, texts and validation, and evaluate remembers", async () => {
  const net = twoHeads();
  const options: FitOptions = {
    loss,
    lossWeights: { size: 0.5 },
    metrics: { size: ["meanAbsoluteError"], kind: "accuracy" },
    epochs: 2,
    batchSize: 3,
    validation: data,
  };
  const history = await net.fit(data, options), last = history.epochs[1]!;
  const { kind, size } = last.validation!.outputs!;
  assertAlmostEquals(last.validation!.loss, kind!.loss + size!.loss / 2, 1e-6);
  assertEquals(kind!.metrics!.accuracy, kind!.top1);
  assertEquals(Object.keys(size!.metrics!), ["meanAbsoluteError"]);
  assertEquals(Object.keys(last.outputs!), ["kind", "size"]);
  const line = String(history).split("\n")[1]!;
  assertStringIncludes(line, `epoch 2  loss ${last.loss.toPrecision(4)}; kind: loss `);
  assertStringIncludes(line, "; size: loss ");
  assertStringIncludes(line, "meanAbsoluteError ");
  assertEquals(await net.evaluate(data, { batchSize: 3 }), last.validation);
  const other = await net.evaluate(data, { loss: ["crossEntropy", "meanAbsoluteError"] });
  assertAlmostEquals(other.outputs!.size!.loss, size!.metrics!.meanAbsoluteError!, 1e-6);
  assertAlmostEquals(other.loss, kind!.loss + other.outputs!.size!.loss, 1e-6);
});

Deno.test("trainOnBatch gives what fit would count, of each output", async () => {
  const [fitted, stepped] = [twoHeads(), twoHeads()];
  const given = {
    loss,
    lossWeights: { kind: 3 },
    metrics: { size: ["meanAbsoluteError"] },
  } as const;
  const history = await fitted.fit(data, { ...given, batchSize: count, shuffle: false });
  const measured = await stepped.trainOnBatch(
    tensor(inputs.data, { shape: [count, 3] }),
    [tensor(kinds.data), tensor(sizes.data, { shape: [count, 1] })],
    given,
  );
  const { loss: total, outputs } = history.epochs[0]!;
  assertEquals([measured.loss, measured.outputs], [total, outputs]);
  await assertSameWeights(fitted, stepped);
});

Deno.test("sums of each output are in checkpoints; those without them go on too", async () => {
  await using folder = await scratch();
  const options: FitOptions = { loss, epochs: 2, batchSize: 2, seed: 3 };
  const whole = await twoHeads().fit(data, options);
  const stop = new AbortController();
  const checkpoint = { directory: folder.path };
  await twoHeads().fit(data, {
    ...options,
    checkpoint,
    signal: stop.signal,
    onStep: ({ step }) => step === 6 && stop.abort(),
  });
  const resumed = await twoHeads().fit(data, { ...options, resume: folder.path });
  assertEquals(
    resumed.epochs.map(({ loss, outputs }) => ({ loss, outputs })),
    whole.epochs.map(({ loss, outputs }) => ({ loss, outputs })),
  );
  // As a version wrote it that counted no outputs, and no checksum.
  const path = `${folder.path}/checkpoint.safetensors`;
  const { tensors, metadata } = decodeSafetensors(await Deno.readFile(path), path);
  const before = [...tensors].filter(([name]) => !/^trainer\.(outputs|checksum)/.test(name));
  await Deno.writeFile(path, await encodeSafetensors(before, metadata));
  const old = await twoHeads().fit(data, { ...options, resume: folder.path });
  assertEquals(old.epochs.map(({ loss }) => loss), whole.epochs.map(({ loss }) => loss));
});

Deno.test("losses, weights and metrics for outputs that are not there, or for too few, are refused", async () => {
  const net = twoHeads();
  const refuse = (options: FitOptions, message: string) =>
    assertRejects(() => net.fit(data, options), Error, message);
  await refuse(
    { loss: { kind: "crossEntropy" } },
    "loss: expected one for each of the outputs kind, size; none is given for size",
  );
  await refuse(
    { loss: { ...loss, sise: "hinge" } as never },
    'loss: unknown output "sise"; did you mean "size"? Known: kind, size',
  );
  await refuse({ loss, lossWeights: { kid: 1 } }, 'lossWeights: unknown output "kid"');
  await refuse({ loss, lossWeights: [1] }, "lossWeights: expected one for each of the 2 outputs");
  await refuse({ loss, lossWeights: [1, NaN] }, "lossWeights: size: expected a finite number");
  await refuse({ loss, metrics: { sum: ["accuracy"] } }, 'metrics: unknown output "sum"');
  await refuse({ loss, metrics: ["acuracy" as never] }, 'did you mean "accuracy"?');
  const nameless: Metric = { shape: [1], count: (p) => p.sum().reshape([1]), result: ([x]) => x! };
  await refuse({ loss, metrics: [nameless] }, "metrics: expected a metric with a name in a list");
  await refuse({ loss, metrics: ["accuracy", "accuracy"] }, "is there twice");
  await refuse(
    { loss: ["hinge"], lossWeights: 1 as never },
    "lossWeights: expected a number for each",
  );
});

Deno.test("one output is as it was: by its name too, and without a word of outputs", async () => {
  const net = sequential([3]).dense(3, { name: "only" });
  const single = arrayDataset({ inputs, targets: kinds });
  const plain = await net.evaluate(single);
  assertEquals(Object.keys(plain), ["loss", "top1", "topK"]);
  assertEquals(await net.evaluate(single, { loss: { only: "crossEntropy" } }), plain);
  const { metrics } = await net.evaluate(single, { metrics: { only: ["accuracy"] } });
  assertEquals(metrics, { accuracy: plain.top1! });
});

Deno.test("outputs of one layer, and inputs that are outputs, have names of their own", async () => {
  const a = input([1]), b = input([1]), layer = a.dense(1, { name: "shared" });
  const net = model([a, b], [layer, layer, b, b.relu()]);
  assertEquals(net.outputNames, ["shared", "shared_2", "input", "relu1"]);
  const zeros = { data: new Float32Array(2), shape: [1] };
  const data = arrayDataset({ inputs: [zeros, zeros], targets: [zeros, zeros, zeros, zeros] });
  const { outputs } = await net.evaluate(data, { loss: meanSquaredError });
  assert(outputs!.shared_2 !== undefined);
});

Deno.test("early stopping watches what an output is measured at, by name", async () => {
  const options = (monitor: string): FitOptions => ({
    loss,
    metrics: { size: ["meanAbsoluteError"] },
    epochs: 5,
    validation: data,
    optimizer: sgd({ learningRate: 1e-30 }),
    earlyStopping: { monitor, patience: 0 },
  });
  const { epochs } = await twoHeads().fit(data, options("validation.size.meanAbsoluteError"));
  assertEquals(epochs.length, 2);
  await assertRejects(
    () => twoHeads().fit(data, options("validation.size.meanAbsolutError")),
    RangeError,
    'did you mean "validation.size.meanAbsoluteError"?',
  );
});

Deno.test("data with fewer inputs than the model: how map adds one is said, and works", async () => {
  const x = input([3]), more = input([1]);
  const net = model([x, more], x.concatenate(more).dense(2)),
    few = arrayDataset({
      inputs,
      targets: Array.from({ length: count }, (_, i) => i % 2),
    });
  await assertRejects(
    () => net.fit(few),
    TypeError,
    "found [3]; an input that map adds is in its schema: data.map(change, { inputs: [...",
  );
  const both = few.map(({ inputs: [x], targets }) => ({
    inputs: [x!, Float32Array.of(1)],
    targets,
  }), { inputs: [...few.inputs, { shape: [1], dtype: "f32" }] });
  assertEquals((await net.fit(both)).epochs.length, 1);
});
