import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { filesIn, smallDiskTest } from "../folders.ts";
import { decodeSafetensors } from "../../lib/core/safetensors/read.ts";
import { encodeSafetensors } from "../../lib/core/safetensors/write.ts";
import * as layers from "../../lib/nn/layers.ts";
import { input } from "../../lib/nn/symbolic.ts";
import { randomNormal, tensor } from "../../lib/tensor/create.ts";
import { defaultRuntime } from "../../lib/tensor/runtime.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { crossEntropy } from "../../lib/tensor/functions/loss.ts";
import { valueAndGradient } from "../../lib/tensor/gradient.ts";
import type { Weights } from "../../lib/nn/apply.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import type { TensorBatch } from "../../lib/train/batch.ts";
import { Dataset } from "../../lib/train/dataset.ts";
import { loadModel } from "../../lib/train/load_model.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import { stepDecay } from "../../lib/train/learning_rate.ts";
import { DataStream } from "../../lib/train/stream.ts";
import { roomFor } from "../tensor/room.ts";
import { assertSameWeights, bitsOf, corners, scratch, stateful, useCpu } from "./helpers.ts";

await useCpu();

/** A graph with a shared layer, a skip, batch norm and two outputs, of two images. */
function siblings(): Model {
  const [a, b] = [input([8, 8, 2]), input([8, 8, 2])];
  const shared = layers.conv2d(4, 3, { padding: "same", name: "shared" });
  const norm = layers.batchNorm();
  const [left, right] = [a, b].map((x) => x.apply(shared).apply(norm).relu().maxPool2d(2));
  const both = left!.add(right!).conv2d(4, 1).add(left!).flatten();
  return model([a, b], [both.dense(3, { name: "class" }), both.dense(1, { name: "value" })]);
}

const images = (seed: number) => randomNormal([5, 8, 8, 2], { seed });

/** Gives the running statistics of a model values of their own. */
async function trainOnce(net: Model): Promise<void> {
  await net.trainOnBatch([images(1), images(2)], [
    tensor([0, 1, 2, 0, 1], { dtype: "i32" }),
    tensor([[1], [0], [1], [0], [2]]),
  ], {
    loss: ["crossEntropy", "meanSquaredError"],
    optimizer: sgd({ learningRate: 0.1 }),
  });
}

const bitsOfTensors = async (tensors: Tensor | Tensor[]) =>
  await Promise.all(
    [tensors].flat().map(async (t) => [t.shape, ...new Uint32Array((await t.data()).buffer)]),
  );

Deno.test("a saved model predicts the same bits, from a file, an address or bytes", async () => {
  const net = siblings();
  await trainOnce(net);
  net.classes = ["a", "b", "c"];
  net.normalization = { mean: [0.5], standardDeviation: [0.25] };
  const expected = await bitsOfTensors(await net.predict([images(3), images(4)]));
  await using folder = await scratch();
  const path = `${folder.path}/model.safetensors`;
  await net.save(path, { note: "kept" });
  const bytes = await Deno.readFile(path);
  assertEquals(bytes, await net.toBytes({ note: "kept" }));
  assertEquals(decodeSafetensors(bytes, path).metadata.note, "kept");
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) =>
      url.endsWith("/model") ? new Response(bytes) : new Response("none", { status: 404 }),
  );
  const address = `http://127.0.0.1:${server.addr.port}`;
  try {
    const places = [path, `file://${path}`, new URL(`file://${path}`), bytes, `${address}/model`];
    for (const source of places) {
      const loaded = await loadModel(source);
      assertEquals(
        await bitsOfTensors(await loaded.predict([images(3), images(4)])),
        expected,
      );
      assertEquals(loaded.classes, net.classes);
      assertEquals(loaded.normalization, net.normalization);
      assertEquals(String(loaded.summary()), String(net.summary()));
      assertEquals(await loaded.toBytes({ note: "kept" }), bytes);
    }
    await assertRejects(() => loadModel(`${address}/other`), Error, "found HTTP 404");
  } finally {
    await server.shutdown();
  }
});

Deno.test("a loaded model learns on as the saved one would", async () => {
  const net = stateful();
  const loaded = await loadModel(await net.toBytes());
  for (const one of [net, loaded]) await one.fit(corners(60), { batchSize: 20, seed: 4 });
  await assertSameWeights(net, loaded);
});

Deno.test("malformed model files are refused", async () => {
  const bytes = await stateful().toBytes();
  const { tensors, metadata } = decodeSafetensors(bytes, "test");
  const withMetadata = (change: Record<string, string>) =>
    encodeSafetensors(tensors, { ...metadata, ...change });
  const [first, ...others] = tensors;
  const architecture = JSON.parse(metadata.architecture!);
  const changed = (change: object) =>
    withMetadata({ architecture: JSON.stringify({ ...architecture, ...change }) });
  const files: [Uint8Array, string][] = [
    [new Uint8Array(0), "only 0 bytes"],
    [bytes.subarray(0, 200), "expected a safetensors file"],
    [bytes.subarray(0, bytes.length - 4), "expected a safetensors file"],
    [encodeSafetensors(tensors), "these are weights alone"],
    [encodeSafetensors(others, metadata), `${first![0]} is missing`],
    [withMetadata({ architecture: "{" }), "architecture in its metadata is not JSON"],
    [withMetadata({ architecture: "null" }), "makes no model"],
    [changed({ outputs: [] }), "make no model"],
    [changed({ outputs: [77] }), "no value number 77"],
    [changed({ layers: [] }), "no layer number 0"],
    [withMetadata({ normalization: '{"mean":[1,2]}' }), "make no model"],
    [withMetadata({ normalization: "7" }), "make no model"],
    [
      encodeSafetensors(
        [...others, ["dense1.kernel", { shape: [1], dtype: "f32", data: Float32Array.of(1) }]],
        metadata,
      ),
      "dense1.kernel: expected f32 [3, 16], found f32 [1]",
    ],
  ];
  for (const [file, message] of files) {
    await assertRejects(() => loadModel(file), SyntaxError, message);
  }
});

Deno.test("where there are no examples, the error says so", async () => {
  const net = sequential([4]).dense(3), none = tensor(new Float32Array(0), { shape: [0, 4] });
  const labels = tensor(new Int32Array(0), { dtype: "i32" });
  class Empty extends Dataset {
    readonly length = 0;
    readonly inputs = [{ shape: [4], dtype: "f32" }] as const;
    readonly targets = [{ shape: [], dtype: "i32" }] as const;
    read() {}
  }
  const message = "expected at least 1 example";
  await assertRejects(() => net.predict(none), RangeError, `predict: ${message}, found 0`);
  await assertRejects(() => net.predict(new Empty()), RangeError, `predict: ${message}, found 0`);
  await assertRejects(() => net.trainOnBatch(none, labels), RangeError, `${message}, found 0`);
  await assertRejects(() => net.evaluate(new Empty()), RangeError, message);
  await assertRejects(() => net.fit(new Empty(), { epochs: 1 }), RangeError, message);
});

Deno.test("predictions do not depend on the batches they are made in", async () => {
  const net = stateful();
  const data = corners(23);
  await net.fit(data);
  const x = tensor(data.batch(Array.from({ length: 23 }, (_, i) => i)).inputs[0]!, {
    shape: [23, 3],
  });
  const expected = await (await net.predict(x)).array();
  for (const batchSize of [1, 5, 23, 64]) {
    const found = await net.predict(data, { batchSize });
    assertEquals(found.shape, [23, 3]);
    const rows = await found.array() as number[][];
    rows.forEach((row, i) =>
      row.forEach((value, k) => assertAlmostEquals(value, (expected as number[][])[i]![k]!, 1e-6))
    );
  }
});

Deno.test("predictions at many batch sizes keep no memory for each", async () => {
  const device = await defaultRuntime().open();
  using _ = roomFor(defaultRuntime(), 20);
  const net = sequential([3]).dense(4);
  const bytes: number[] = [];
  for (let size = 1; size <= 60; size++) {
    await net.predict(tensor(new Float32Array(3 * size), { shape: [size, 3] }));
    await device.finish();
    bytes.push(device.allocatedBytes);
  }
  assert(bytes[59]! < bytes[29]! + 50_000, `${bytes[29]} bytes, then ${bytes[59]}`);
});

Deno.test("bytes are normalised on the device as the data say, before and after training", async () => {
  const data = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);
  const normalization = { mean: [0.5, 0.25], standardDeviation: [0.5, 0.125] };
  const images = arrayDataset({
    inputs: { data, shape: [1, 1, 2] },
    targets: [0, 1, 0, 1, 0, 1],
    normalization,
  });
  const floats = arrayDataset({
    inputs: {
      data: Float32Array.from(
        data,
        (x, i) => (x / 255 - normalization.mean[i % 2]!) / normalization.standardDeviation[i % 2]!,
      ),
      shape: [1, 1, 2],
    },
    targets: [0, 1, 0, 1, 0, 1],
  });
  const net = sequential([1, 1, 2]).flatten().dense(2);
  const difference = async () => {
    const [a, b] = await Promise.all(
      [images, floats].map(async (x) => await (await net.predict(x)).data()),
    );
    return Math.max(...a!.map((value, i) => Math.abs(value - b![i]!)));
  };
  assert(await difference() < 1e-5);
  const [ours, theirs] = [await net.evaluate(images), await net.evaluate(floats)];
  assertAlmostEquals(ours.loss, theirs.loss, 1e-5);
  await net.fit(images);
  assertEquals(net.normalization, normalization);
  assert(await difference() < 1e-5);
  const bytes = tensor(data, { shape: [6, 1, 1, 2] });
  assertEquals(bytes.dtype, "u8");
  assertEquals(await (await net.predict(bytes)).array(), await (await net.predict(images)).array());
});

Deno.test("what a model learnt bytes by in a loop of one's own, it is measured, used and saved by", async () => {
  const data = Uint8Array.of(0, 255, 128, 30, 200, 90, 17, 3);
  const normalization = { mean: [0.5], standardDeviation: [0.125] };
  const train = arrayDataset({
    inputs: { data, shape: [2] },
    targets: [0, 1, 0, 1],
    normalization,
    classes: 2,
  });
  const made = () => sequential([2], { seed: 4 }).dense(2);
  const lossIn = async (net: Model) => {
    const [{ x, y }] = [...train.tensors({ batchSize: 4 })] as [TensorBatch];
    const loss = (weights: Weights) => crossEntropy(net.apply(x, { weights }), y);
    return await valueAndGradient(loss)(net.trainableWeights).value.item();
  };
  const plain = made(), told = made(), looked = made();
  told.normalization = normalization;
  for (const net of [plain, told]) {
    const learnt = await lossIn(net);
    assertAlmostEquals((await net.evaluate(train)).loss, learnt, 1e-6);
    const again = await loadModel(await net.toBytes());
    assertAlmostEquals((await again.evaluate(train)).loss, learnt, 1e-6);
  }
  assert(Math.abs(await lossIn(plain) - await lossIn(told)) > 1e-3);
  assertEquals(plain.normalization, { mean: [0], standardDeviation: [1] });
  // Looking at what it gives is not learning: what follows is by the data's normalization.
  looked.apply(tensor(data, { shape: [4, 2] }));
  assertEquals(looked.normalization, undefined);
  await looked.fit(train);
  assertEquals(looked.normalization, normalization);
  // Bytes that have no normalization of their own are learnt as x / 255, whatever comes later.
  const bytes = arrayDataset({ inputs: { data, shape: [2] }, targets: [0, 1, 0, 1] });
  const scaled = made();
  await scaled.fit(bytes);
  assertEquals((await scaled.evaluate(train)).loss, (await scaled.evaluate(bytes)).loss);
});

Deno.test("a model of another's values knows its normalization, and its classes where it has its output", async () => {
  const net = sequential([1, 1, 2]).flatten({ name: "flat" }).dense(2, { name: "logits" });
  net.normalization = { mean: [0.5], standardDeviation: [0.25] };
  net.classes = ["cat", "dog"];
  const [same, part] = ["logits", "flat"].map((name) => model(net.inputs, net.output(name)));
  assertEquals([same!.classes, part!.classes], [["cat", "dog"], undefined]);
  const bytes = tensor(Uint8Array.of(0, 255), { shape: [1, 1, 1, 2] });
  assertEquals(await (await part!.predict(bytes)).array(), [[-2, 2]]);
  assertEquals((await loadModel(await same!.toBytes())).classes, ["cat", "dog"]);
  assertEquals(net.softmax().classes, ["cat", "dog"]);
  assertEquals(net.dense(3).classes, undefined);
  const later = sequential([4]);
  later.classes = ["cat", "dog"];
  assertEquals(later.dense(8).dense(2).classes, ["cat", "dog"]);
  assertThrows(
    () => later.classes = "cat" as never,
    TypeError,
    'classes: expected a list of names, one for each class, found "cat"',
  );
});

Deno.test("results of any layer can be asked for", async () => {
  const net = sequential([3]).dense(4, { name: "hidden" }).relu({ name: "active" }).dense(2);
  const x = tensor([[1, -2, 3]]);
  const [hidden, active] = await net.predict(x, { outputs: ["hidden", "active"] }) as Tensor[];
  assertEquals(hidden!.shape, [1, 4]);
  const positive = (await hidden!.data()).map((value) => Math.max(0, value));
  assertEquals(await active!.data(), positive);
  await assertRejects(
    () => net.predict(x, { outputs: ["hiden"] }),
    RangeError,
    'did you mean "hidden"?',
  );
});

Deno.test("trainOnBatch goes on with its optimizer, and gives the loss before each step", async () => {
  const net = sequential([2]).dense(2);
  const x = tensor([[1, 0], [0, 1]]), y = tensor([0, 1], { dtype: "i32" });
  const options = { optimizer: sgd({ learningRate: 0.5, momentum: 0.9 }) };
  const losses: number[] = [];
  for (let i = 0; i < 20; i++) losses.push((await net.trainOnBatch(x, y, options)).loss);
  assert(losses[19]! < 0.1 * losses[0]!);
  const { top1 } = await net.trainOnBatch(x, y);
  assertEquals(top1, 1);
  await assertRejects(
    () => net.trainOnBatch(x, tensor([[1, 0], [0, 1]])),
    TypeError,
    "expected (f32[2]) -> (i32[]), as in the first call, found (f32[2]) -> (f32[2])",
  );
  await assertRejects(
    () => net.trainOnBatch(x, tensor([0], { dtype: "i32" })),
    TypeError,
    "[2, 2] and [1]",
  );
  await assertRejects(
    () => net.trainOnBatch(x, [0, 1] as unknown as Tensor),
    TypeError,
    "expected tensors, found 0",
  );
});

Deno.test("trainOnBatch goes on with its optimizer where layers are frozen and unfrozen", async () => {
  const x = tensor([[1, 0], [0, 1]]), y = tensor([0, 1], { dtype: "i32" });
  const [plain, toggled] = [1, 1].map((seed) => sequential([2], { seed }).dense(3).dense(2));
  const shared = model(toggled!.inputs, toggled!.output("dense1"));
  for (let i = 0; i < 5; i++) {
    await plain!.trainOnBatch(x, y);
    await toggled!.freeze().unfreeze().trainOnBatch(x, y);
  }
  await assertSameWeights(plain!, toggled!);
  shared.freeze(); // the layer that both models have
  const before = await bitsOf(toggled!);
  await toggled!.trainOnBatch(x, y);
  const after = await bitsOf(toggled!);
  assertEquals(after["dense1.kernel"], before["dense1.kernel"]);
  assertNotEquals(after["dense2.kernel"], before["dense2.kernel"]);
  toggled!.freeze();
  const options = { optimizer: sgd({ clipNorm: 1 }) };
  for (const frozen of [toggled!, sequential([2]).dense(2).freeze()]) {
    await assertRejects(
      () => frozen.trainOnBatch(x, y, options),
      TypeError,
      "trainOnBatch: the model has no weights that may change; unfreeze() some",
    );
  }
});

Deno.test("trainOnBatch goes on with its optimizer on another device", async () => {
  const x = tensor([[1, 0], [0, 1]]), y = tensor([0, 1], { dtype: "i32" });
  const optimizer = sgd({ learningRate: 0.5, momentum: 0.9 });
  const [still, moving] = [1, 1].map((seed) =>
    sequential([2], { seed }).dense(9).dropout(0.5).dense(2)
  );
  for (let i = 0; i < 6; i++) {
    await still!.trainOnBatch(x, y, { optimizer });
    if (i === 2) await useCpu(1);
    await moving!.trainOnBatch(x, y, i === 0 ? { optimizer } : {});
  }
  await assertSameWeights(still!, moving!);
});

Deno.test("evaluate measures the loss that the model was trained with last", async () => {
  const data = arrayDataset({ inputs: [[1], [2]], targets: [[0.25, 0.5], [0.5, 1]] });
  const loss = "meanSquaredError";
  const net = sequential([1]).dense(2);
  assertAlmostEquals(
    (await net.evaluate(data)).loss,
    (await net.evaluate(data, { loss: "crossEntropy" })).loss,
  );
  const { epochs } = await net.fit(data, { loss, validation: data });
  assertEquals(await net.evaluate(data), epochs[0]!.validation);
  await assertRejects(() => net.fit(data, { loss: "none" as never }), RangeError, "unknown loss");
  assertEquals(await net.evaluate(data), epochs[0]!.validation);
  const other = sequential([1]).dense(2);
  await other.trainOnBatch(tensor([[1]]), tensor([[0.25, 0.5]]), { loss });
  assertEquals(await other.evaluate(data), await other.evaluate(data, { loss }));
});

Deno.test("errors name the method that was called", async () => {
  const net = sequential([2]).dense(2);
  const wrong = arrayDataset({ inputs: [[1, 2]], targets: new Float32Array(1) });
  await assertRejects(() => net.fit(wrong), TypeError, "fit: expected targets of shape [2]");
  await assertRejects(() => net.evaluate(wrong), TypeError, "evaluate: expected targets");
  await assertRejects(
    () => net.trainOnBatch(tensor([[1, 2]]), tensor([0])),
    TypeError,
    "trainOnBatch: expected targets",
  );
  const stream = new DataStream(wrong, () => []);
  await assertRejects(
    () => net.predict(stream as unknown as Dataset),
    TypeError,
    "predict: expected tensors, found a stream; await its collect()",
  );
});

Deno.test("trainOnBatch follows the schedule by the epoch that it is told", async () => {
  const net = sequential([1], { seed: 1 }).dense(1, { bias: false });
  const [x, y] = [tensor([[1]]), tensor([[0]])], [weight] = net.weights;
  const optimizer = sgd({ learningRate: stepDecay(0.25, { every: 1, factor: 0.5 }) });
  const loss = "meanSquaredError";
  let w = (await weight!.read())[0]!;
  for (const [epoch, rate] of [[0, 0.25], [0.9, 0.25], [1, 0.125], [2.5, 0.0625]] as const) {
    await net.trainOnBatch(x, y, { optimizer, loss, epoch });
    w -= rate * 2 * w;
    assertAlmostEquals((await weight!.read())[0]!, w, 1e-6);
  }
  await assertRejects(() => net.trainOnBatch(x, y, { epoch: -1 }), RangeError, "epoch: expected");
});

Deno.test("evaluate takes what predict takes, and changes nothing", async () => {
  const net = stateful();
  const before = await bitsOf(net);
  const { loss } = await net.evaluate(corners(30));
  assertEquals(await bitsOf(net), before);
  assertAlmostEquals((await net.evaluate(corners(30), { batchSize: 7 })).loss, loss, 1e-5);
  await assertRejects(
    () => net.evaluate(corners(30), { signal: AbortSignal.abort() }),
    DOMException,
  );
  await assertRejects(
    () => net.evaluate([] as unknown as Dataset),
    TypeError,
    "evaluate: expected a data set",
  );
  await assertRejects(() => net.predict([] as unknown as Tensor), TypeError, "predict: expected");
  await assertRejects(() => net.predict(tensor([1, 2, 3])), TypeError, "found [3]");
  await assertRejects(() => net.predict(tensor([[1, 2, 3]]), { batchSize: 0 }), RangeError);
  await assertRejects(
    () => net.predict(tensor([[1, 2, 3]]), { batchsize: 8 } as object),
    RangeError,
    'did you mean "batchSize"?',
  );
});

Deno.test("a model can grow after it was used", async () => {
  const net = sequential([2]).dense(3);
  assertEquals((await net.predict(tensor([[1, 2]]))).shape, [1, 3]);
  net.relu().dense(5);
  assertEquals((await net.predict(tensor([[1, 2]]))).shape, [1, 5]);
});

smallDiskTest("no space on the disk: the old file stays, and the error says so", async (folder) => {
  const path = `${folder}/model.safetensors`;
  await stateful().save(path);
  const before = await Deno.readFile(path);
  const large = sequential([100]).dense(1000);
  await assertRejects(() => large.save(path), Error, "no space left on the disk");
  assertEquals(await Deno.readFile(path), before);
  assertEquals(filesIn(folder), ["model.safetensors"]);
});
