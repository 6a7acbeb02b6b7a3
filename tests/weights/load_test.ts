import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { mnist } from "../../data/mnist.ts";
import type { StoredTensor } from "../../lib/core/safetensors/read.ts";
import { encodeSafetensors } from "../../lib/core/safetensors/write.ts";
import { type Shape, sizeOf } from "../../lib/core/shape.ts";
import { input } from "../../lib/nn/symbolic.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { loadWeights } from "../../lib/weights/load.ts";
import { saveWeights } from "../../lib/weights/save.ts";
import { expected, fixture, numbers, realTest } from "./files.ts";
import { inFolder } from "../folders.ts";

/** The network of the PyTorch fixtures. */
const net = (prefix = ""): Model =>
  sequential([5, 5, 3])
    .conv2d(4, 3, { name: `${prefix}conv` })
    .batchNorm({ name: `${prefix}bn` }).relu()
    .convTranspose2d(2, 2, { stride: 2, name: `${prefix}up` })
    .conv2d(4, [3, 2], { groups: 2, name: `${prefix}grouped` })
    .flatten()
    .batchNorm({ name: `${prefix}bn1d` })
    .dense(3, { name: `${prefix}fc` });

async function errorOf(net: Model): Promise<number> {
  const images = tensor(numbers(expected.images), { shape: [2, 5, 5, 3] });
  const logits = await (await net.predict(images)).data();
  return Math.max(...numbers(expected.logits).map((x, i) => Math.abs(x - logits[i]!)));
}

for (const file of ["pth_net.pth", "pth_net_legacy.pth", "pth_checkpoint.pth"]) {
  Deno.test(`loadWeights: ${file} computes what PyTorch computed`, async () => {
    const loaded = net();
    const report = await loadWeights(loaded, fixture(file));
    assertEquals(report.matched.length, 16);
    assertEquals(report.ignored.map((name) => name.replace("module.", "")), [
      "bn.num_batches_tracked",
      "bn1d.num_batches_tracked",
    ]);
    assertStringIncludes(String(report), "16 of 16 weights matched, 2 tensors ignored");
    const error = await errorOf(loaded);
    assert(error < 1e-5, `error ${error}`);
  });
}

Deno.test("loadWeights: weights that are on a device already are replaced there", async () => {
  const loaded = net();
  assert(await errorOf(loaded) > 0.1);
  await loadWeights(loaded, fixture("pth_net.pth"));
  assert(await errorOf(loaded) < 1e-5);
});

Deno.test("loadWeights: what saveWeights wrote, and what save wrote", async () => {
  await inFolder(async (folder) => {
    const first = net();
    await loadWeights(first, fixture("pth_net.pth"));
    await saveWeights(first, `${folder}/weights.safetensors`);
    await first.save(`${folder}/model.safetensors`);
    for (const name of ["weights", "model"]) {
      const second = net();
      const report = await loadWeights(second, `${folder}/${name}.safetensors`);
      assertEquals(report.matched.length, 16);
      for (const [key, weight] of first.namedWeights) {
        assertEquals(await second.weight(key).read(), await weight.read(), key);
      }
    }
  });
});

/** A safetensors file with tensors of these shapes; numbers count up from 0. */
function fileOf(shapes: Record<string, Shape>): Uint8Array<ArrayBuffer> {
  return encodeSafetensors(
    Object.entries(shapes).map(([name, shape]): [string, StoredTensor] => [
      name,
      { shape, dtype: "f32", data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => i) },
    ]),
  );
}

const read = async (net: Model, name: string) => [...await net.weight(name).read()];

Deno.test("loadWeights: a kernel's name says its layout", async () => {
  const small = () => sequential([1, 2, 2]).conv2d(2, [1, 2], { name: "c", bias: false });
  const torch = small(), keras = small();
  await loadWeights(torch, fileOf({ "c.weight": [2, 2, 1, 2] }));
  // [o, i, h, w] counts 4 o + 2 i + w; the result is in the order h, w, i, o.
  assertEquals(await read(torch, "c.kernel"), [0, 4, 2, 6, 1, 5, 3, 7]);
  await loadWeights(keras, fileOf({ "c/kernel:0": [1, 2, 2, 2] }));
  assertEquals(await read(keras, "c.kernel"), [0, 1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("loadWeights: a dense layer after a flatten, also behind dropout and activation", async () => {
  const build = () =>
    sequential([1, 2, 3]).flatten().dropout(0.5).relu().dense(1, { name: "fc", bias: false });
  const torch = build(), keras = build();
  await loadWeights(torch, fileOf({ "fc.weight": [1, 6] }));
  assertEquals(await read(torch, "fc.kernel"), [0, 2, 4, 1, 3, 5]); // [c, h, w] to [h, w, c]
  await loadWeights(keras, fileOf({ "fc/kernel:0": [6, 1] }));
  assertEquals(await read(keras, "fc.kernel"), [0, 1, 2, 3, 4, 5]);
  // The same layer stored as the convolution that it is.
  const convolution = build();
  await loadWeights(convolution, fileOf({ "fc.weight": [1, 3, 1, 2] }));
  assertEquals(await read(convolution, "fc.kernel"), [0, 2, 4, 1, 3, 5]);
  // After a global pooling there is nothing to turn round.
  const pooled = sequential([2, 2, 3]).globalAveragePool2d().dense(1, { name: "fc", bias: false });
  await loadWeights(pooled, fileOf({ "fc.weight": [1, 3] }));
  assertEquals(await read(pooled, "fc.kernel"), [0, 1, 2]);
});

Deno.test("loadWeights: only the first dense layer after a flatten is turned round", async () => {
  const two = sequential([1, 2, 2]).flatten().dense(4, { name: "a", bias: false }).relu()
    .dense(1, { name: "b", bias: false });
  await loadWeights(two, fileOf({ "a.weight": [4, 4], "b.weight": [1, 4] }));
  assertEquals(await read(two, "b.kernel"), [0, 1, 2, 3]);
});

Deno.test("loadWeights: large kernels are read in blocks", async () => {
  const wide = sequential([300]).dense(30_000, { name: "fc", bias: false });
  await loadWeights(wide, fileOf({ "fc.weight": [30_000, 300] }));
  const kernel = await wide.weight("fc.kernel").read();
  for (const [i, o] of [[0, 0], [299, 0], [7, 13_980], [7, 13_981], [299, 29_999]] as const) {
    assertEquals(kernel[i * 30_000 + o], Math.fround(o * 300 + i));
  }
});

Deno.test("loadWeights: a 1x1 convolution from a matrix, and an auxiliary head left out", async () => {
  const net = () => sequential([2, 2, 3]).conv2d(2, 1, { name: "c", bias: false });
  const bytes = fileOf({ "c.weight": [2, 3], "aux.fc.weight": [2, 2] });
  const report = await loadWeights(net(), bytes, { ignore: /^aux/g });
  assertEquals(report.ignored, ["aux.fc.weight"]);
  await assertRejects(() => loadWeights(net(), bytes), TypeError, "aux.fc.weight [2, 2]");
  // A model that has the head gets its weights all the same.
  const x = input([2, 2, 3]);
  const y = x.conv2d(2, 1, { name: "c", bias: false });
  const both = model(x, [y, y.globalAveragePool2d().dense(2, { name: "aux.fc", bias: false })]);
  assertEquals((await loadWeights(both, bytes, { ignore: /^aux/ })).ignored, []);
  assertEquals(await read(both, "aux.fc.kernel"), [0, 2, 1, 3]);
});

Deno.test("loadWeights: layers that keep their weights, whether the file has any for them or not", async () => {
  const net = () =>
    sequential([3], { seed: 4 }).dense(2, { name: "fc1", bias: false })
      .dense(2, { name: "fc2", bias: false });
  const first = await read(net(), "fc2.kernel");
  const files = [{}, { "fc2.weight": [2, 2] }, { "fc2.weight": [7, 2] }];
  for (const head of files) {
    const one = net();
    const report = await loadWeights(one, fileOf({ "fc1.weight": [2, 3], ...head }), {
      keep: ["fc2"],
    });
    assertEquals(report.kept, [{ name: "fc2.kernel", shape: [2, 2] }]);
    assertEquals(report.ignored, Object.keys(head));
    assertEquals(report.matched.map(({ weight }) => weight), ["fc1.kernel"]);
    assertEquals(await read(one, "fc2.kernel"), first);
    assertEquals(await read(one, "fc1.kernel"), [0, 3, 1, 4, 2, 5]);
    assertEquals(String(report).split("\n").slice(1), [
      "1 kept as they were, not from the file:",
      "  fc2.kernel [2, 2]",
    ]);
  }
  const bytes = fileOf({ "fc1.weight": [2, 3] });
  await assertRejects(() => loadWeights(net(), bytes, { keep: ["fc3"] }), RangeError, "fc3");
});

Deno.test("loadWeights: all but the last layer, for another number of classes", async () => {
  const net = () => sequential([3]).dense(2, { name: "body" }).dense(4, { name: "fc" });
  const bytes = fileOf({
    "body.weight": [2, 3],
    "body.bias": [2],
    "fc.weight": [7, 2],
    "fc.bias": [7],
  });
  await assertRejects(() => loadWeights(net(), bytes), TypeError, "fc.weight: expected [4, 2]");
  const loaded = net();
  const before = await read(loaded, "fc.kernel");
  const { matched, ignored } = await loadWeights(loaded, bytes, { ignore: /^fc\./ });
  assertEquals(matched.map(({ weight }) => weight), ["body.kernel", "body.bias"]);
  assertEquals(ignored, ["fc.weight", "fc.bias"]);
  assertEquals(await read(loaded, "fc.kernel"), before);
  assertEquals(await read(loaded, "body.bias"), [0, 1]);
});

Deno.test("loadWeights: map names layers and weights", async () => {
  const net = () => sequential([3]).dense(2, { name: "a" });
  const bytes = fileOf({ "features.0.weight": [2, 3], "odd": [2] });
  const names = { a: "features.0", "a.bias": "odd" };
  for (const map of [names, new Map(Object.entries(names)), (name: string) => names[name as "a"]]) {
    const loaded = net();
    const { matched } = await loadWeights(loaded, bytes, { map });
    assertEquals(matched.map(({ weight, tensor }) => `${weight} ${tensor}`), [
      "a.kernel features.0.weight",
      "a.bias odd",
    ]);
    assertEquals(await read(loaded, "a.kernel"), [0, 3, 1, 4, 2, 5]);
  }
});

Deno.test("loadWeights: what makes no sense is named", async () => {
  const net = sequential([3]).dense(2, { name: "a" });
  const bytes = fileOf({ "a.weight": [2, 3], "a.bias": [2] });
  const refuse = (message: string, ...given: unknown[]) =>
    assertRejects(
      () => loadWeights(...given as Parameters<typeof loadWeights>),
      Error,
      message,
    );
  await refuse('unknown option "stric"; did you mean "strict"?', net, bytes, { stric: false });
  await refuse('loadWeights: unknown option "name". Known: cache, ', net, bytes, { name: "a" });
  await refuse('unknown option "activation". Known: ', net, bytes, { activation: "relu" });
  await refuse("map: expected { name:", net, bytes, { map: null });
  await refuse('expected a model and then a file, found "net.pth"', "net.pth", net);
  await refuse("expected a model and then a file, found null", null, bytes);
});

Deno.test("loadWeights: map puts a prefix before all names", async () => {
  const loaded = sequential([3]).dense(2, { name: "a" }).batchNorm({ name: "b" });
  const bytes = fileOf({
    "net.a.weight": [2, 3],
    "net.a.bias": [2],
    "net.b.weight": [2],
    "net.b.bias": [2],
    "net.b.running_mean": [2],
    "net.b.running_var": [2],
    "loss.weight": [2],
  });
  const { matched, ignored } = await loadWeights(loaded, bytes, {
    map: (name) => `net.${name}`,
    ignore: /^loss/,
  });
  assertEquals([matched.length, ignored], [6, ["loss.weight"]]);
  assertEquals(await read(loaded, "a.kernel"), [0, 3, 1, 4, 2, 5]);
});

Deno.test("loadWeights: an averaged model, whose count has no prefix", async () => {
  const loaded = net();
  const { ignored } = await loadWeights(loaded, fixture("pth_averaged.pth"));
  assertEquals(ignored, [
    "n_averaged",
    "module.bn.num_batches_tracked",
    "module.bn1d.num_batches_tracked",
  ]);
  assert(await errorOf(loaded) < 1e-5);
});

Deno.test("loadWeights: a model whose names begin with module. keeps them", async () => {
  const loaded = net("module.");
  await loadWeights(loaded, fixture("pth_checkpoint.pth"));
  assert(await errorOf(loaded) < 1e-5);
});

Deno.test("loadWeights: another architecture is refused whole, with names and shapes", async () => {
  const other = sequential([5, 5, 3])
    .conv2d(4, 2, { name: "conv" })
    .flatten()
    .dense(7, { name: "head" });
  const before = await read(other, "conv.bias");
  const error = await assertRejects(() => loadWeights(other, fixture("pth_net.pth")), TypeError);
  for (
    const part of [
      "1 of 4 weights matched",
      "conv.weight: expected [4, 3, 2, 2], found [4, 3, 3, 3]",
      "2 missing in the file:\n  head.kernel [64, 7]\n  head.bias [7]",
      "14 unexpected in the file:",
      "bn.weight [4]",
      "none was loaded",
    ]
  ) assertStringIncludes(error.message, part);
  assertEquals(await read(other, "conv.bias"), before);

  const report = await loadWeights(other, fixture("pth_net.pth"), { strict: false });
  assertEquals(report.matched.map(({ weight }) => weight), ["conv.bias"]);
  assertEquals(report.missing.map(({ name }) => name), ["head.kernel", "head.bias"]);
  assertEquals(report.misshapen.map(({ weight }) => weight), ["conv.kernel"]);
  assertEquals(await read(other, "conv.bias"), [...numbers(expected.net["conv.bias"]!)]);
});

Deno.test("loadWeights: shapes are reported as the file would have them", async () => {
  const net = sequential([2, 2, 3]).flatten().dense(4096, { name: "fc1", bias: false });
  const error = await assertRejects(
    () => loadWeights(net, fileOf({ "fc1.weight": [4096, 9] })),
    TypeError,
  );
  assertStringIncludes(error.message, "fc1.weight: expected [4096, 12], found [4096, 9]");
});

Deno.test("loadWeights: integers are no weights", async () => {
  const net = sequential([3]).dense(2, { name: "fc", bias: false });
  const bytes = encodeSafetensors([["fc.weight", {
    shape: [2, 3],
    dtype: "i32",
    data: new Int32Array(6),
  }]]);
  await assertRejects(
    () => loadWeights(net, bytes),
    TypeError,
    "fc.weight: expected floating-point [2, 3], found i32 [2, 3]",
  );
});

Deno.test("loadWeights: a file that breaks off while it is read changes nothing", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/net.pth`;
    // In the old form the numbers come last: the header is whole, the last storage is not.
    const bytes = fixture("pth_net_legacy.pth");
    await Deno.writeFile(path, bytes.subarray(0, bytes.length - 40));
    const untouched = net();
    const before = await read(untouched, "conv.kernel");
    await assertRejects(() => loadWeights(untouched, path), SyntaxError, "cut short");
    assertEquals(await read(untouched, "conv.kernel"), before);
  });
});

Deno.test("loadWeights: a number that cannot be read leaves every weight as it was", async () => {
  const net = sequential([3]).dense(2, { name: "a" });
  const file = fileOf({ "a.weight": [2, 3], "a.bias": [2] });
  const before = await read(net, "a.kernel");
  let reads = 0;
  const weight = net.weight("a.bias");
  // The file is cut after its header was read, as a disk that fails would.
  await inFolder(async (folder) => {
    const path = `${folder}/x.safetensors`;
    await Deno.writeFile(path, file);
    const map = (name: string) => {
      if (reads++ === 0) Deno.truncateSync(path, file.length - 4);
      return name === weight.name ? "a.bias" : undefined;
    };
    await assertRejects(() => loadWeights(net, path, { map }), SyntaxError, "end of the file");
  });
  assertEquals(await read(net, "a.kernel"), before);
});

realTest(
  "loadWeights: the published LeNet for Caffe, 9,914 of MNIST's 10,000 right",
  ["lenet-caffe/lenet_iter_10000.caffemodel", "mnist/t10k-images-idx3-ubyte.gz"],
  async ([caffe]) => {
    const lenet = sequential([28, 28, 1])
      .conv2d(20, 5, { name: "conv1" }).maxPool2d(2)
      .conv2d(50, 5, { name: "conv2" }).maxPool2d(2)
      .flatten().dense(500, { name: "ip1" }).relu().dense(10, { name: "ip2" });
    const { matched } = await loadWeights(lenet, caffe!);
    assertEquals(matched.length, 8);
    const { test } = await mnist({ parts: ["test"] });
    lenet.normalization = { mean: [0], standardDeviation: [256 / 255] };
    const { top1 } = await lenet.evaluate(test);
    assertEquals(Math.round(top1! * 10_000), 9914);
  },
);
