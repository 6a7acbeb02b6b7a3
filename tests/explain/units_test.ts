/** Patches, ablation, embeddings, and the sanity check of explanations. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { shapes } from "../../data/shapes.ts";
import * as explain from "../../lib/explain/mod.ts";
import { Random } from "../../lib/core/random.ts";
import { randomNormal, tensor, zeros } from "../../lib/tensor/create.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { resnet } from "../../lib/zoo/resnet.ts";
import { cases, target } from "./torch.ts";

await setDevice("cpu");

/** Images of 10 x 10 that are dark but for one bright pixel each. */
function points(places: readonly (readonly [y: number, x: number, value: number])[]) {
  const data = new Float32Array(places.length * 100);
  places.forEach(([y, x, value], i) => data[i * 100 + y * 10 + x] = value);
  return tensor(data, { shape: [places.length, 10, 10, 1] });
}

Deno.test("strongestPatches: the brightest pixels, with their surroundings, from a tensor or a data set", async () => {
  const net = sequential([10, 10, 1]).conv2d(2, 3, { name: "a", bias: false });
  // Feature 0 is the middle of its window, feature 1 the darkness of its right neighbour.
  const kernel = new Float32Array(18);
  kernel[8] = 1, kernel[11] = -1;
  net.assign({ "a.kernel": tensor(kernel, { shape: [3, 3, 1, 2] }) });
  const places = [[4, 4, 1], [7, 2, 5], [3, 8, 3], [2, 2, 4]] as const, images = points(places);
  const settings = { layer: "a", channels: [0], count: 3, batchSize: 2 };
  const data = arrayDataset({
    inputs: { data: await images.data(), shape: [10, 10, 1] },
    targets: [0, 0, 0, 0],
  });
  for (const given of [images, data]) {
    const [found] = await explain.strongestPatches(net, given, settings);
    assertEquals(found!.patches.map(({ index, answer, unit }) => [index, answer, ...unit]), [
      [1, 5, 6, 1],
      [3, 4, 1, 1],
      [2, 3, 2, 7],
    ]);
    assertEquals(found!.seen.shape, [3, 3, 3, 1]);
    assertEquals(await found!.seen.slice([0, 1, 1], [3, 1, 1]).flatten().array(), [5, 4, 3]);
    // The answer goes back through the filter: the pixel itself.
    const projections = found!.projections;
    assertEquals(await projections.slice([0, 1, 1], [3, 1, 1]).flatten().array(), [5, 4, 3]);
    assertEquals(await projections.abs().sum().item(), 12);
  }
});

Deno.test("patchOf: what lies beyond the image is 0", async () => {
  const net = sequential([4, 4, 1]).conv2d(1, 3, { padding: "same", name: "a" });
  const image = tensor(Float32Array.from({ length: 16 }, (_, i) => i + 1), { shape: [1, 4, 4, 1] });
  const corner = explain.patchOf(net, "a", image, [[3, 0]]);
  assertEquals(await corner.squeeze([0, 3]).array(), [[0, 9, 10], [0, 13, 14], [0, 0, 0]]);
  // A field that is larger than the image is all of it.
  const wide = sequential([4, 4, 1]).conv2d(1, [7, 3], { padding: "same", name: "a" });
  const column = explain.patchOf(wide, "a", image, [[0, 3]]);
  assertEquals(await column.squeeze([0, 3]).array(), [
    ...[[3, 4, 0], [7, 8, 0], [11, 12, 0], [15, 16, 0]],
  ]);
});

Deno.test("ablateBlocks: a block without its branch is what writing the identity into it makes", async () => {
  const net = resnet(18, { inputShape: [32, 32, 3], classes: 10, width: 0.125, seed: 3 });
  const { test } = shapes({ train: 8, test: 24 });
  const { whole, without } = await explain.ablateBlocks(net, test, { batchSize: 10 });
  assertEquals(
    without.map(({ part }) => part),
    [1, 2, 3, 4].flatMap((stage) => [0, 1].map((block) => `layer${stage}.${block}`)),
  );
  const { top1, loss } = await net.evaluate(test);
  assertAlmostEquals(whole.accuracy, top1!, 1e-6);
  assertAlmostEquals(whole.loss, loss, 1e-5);
  for (const part of ["layer1.1", "layer2.0"]) {
    const gamma = net.weight(`${part}.bn2.gamma`), beta = net.weight(`${part}.bn2.beta`);
    const before = [gamma, beta].map((weight) => weight.tensor());
    // The branch then adds nothing to the shortcut, of which layer2.0 has a projected one.
    gamma.set(zeros(gamma.shape));
    beta.set(zeros(beta.shape));
    const silent = await net.evaluate(test);
    gamma.set(before[0]!);
    beta.set(before[1]!);
    const found = without.find((one) => one.part === part)!;
    assertAlmostEquals(found.loss, silent.loss, 1e-5);
    assert(Math.abs(found.loss - whole.loss) > 1e-4, part);
  }
});

Deno.test("ablateBlocks: a plain block hands on what comes in; layers where there are no blocks", async () => {
  const { test } = shapes({ train: 8, test: 8 });
  const plain = resnet(18, {
    inputShape: [32, 32, 3],
    classes: 10,
    width: 0.125,
    shortcuts: false,
  });
  const { without } = await explain.ablateBlocks(plain, test);
  // The first block of a later stage halves the image: nothing can stand for it.
  assertEquals(without.map(({ part }) => part), [
    ...["layer1.0", "layer1.1", "layer2.1", "layer3.1", "layer4.1"],
  ]);
  await assertRejects(
    () => explain.ablateBlocks(plain, test, { blocks: ["layer2.0"] }),
    RangeError,
    'expected blocks with a shortcut, or that keep the shape of what comes in, found "layer2.0"',
  );
  const net = sequential([32, 32, 3], { seed: 1 }).conv2d(4, 3, { name: "a" })
    .conv2d(4, 3, { padding: "same", name: "b" }).globalAveragePool2d().dense(10);
  const found = await explain.ablateBlocks(net, test);
  assertEquals(found.without.map(({ part }) => part), ["b"]);
  const kernel = new Float32Array(3 * 3 * 16);
  for (let c = 0; c < 4; c++) kernel[(4 * 4 + c) * 4 + c] = 1;
  net.assign({ "b.kernel": tensor(kernel, { shape: [3, 3, 4, 4] }) });
  assertAlmostEquals((await net.evaluate(test)).loss, found.without[0]!.loss, 1e-5);
});

Deno.test("ablateBlocks: from a silenced block come zeros, whatever came in", async () => {
  const net = resnet(18, { inputShape: [32, 32, 3], classes: 10, width: 0.125, seed: 3 });
  const { test } = shapes({ train: 8, test: 12 }), blocks = ["layer1.0", "layer4.1"];
  const { whole, without } = await explain.ablateBlocks(net, test, { blocks, how: "silence" });
  assertEquals(without.map(({ part }) => part), blocks);
  // Behind the last block nothing is left but the classifier's biases, which begin at 0.
  assertAlmostEquals(without[1]!.loss, Math.log(10), 1e-5);
  const gone = await explain.ablateBlocks(net, test, { blocks });
  assertEquals(gone.whole, whole);
  for (const [i, { loss }] of gone.without.entries()) {
    assert(Math.abs(loss - without[i]!.loss) > 1e-3);
  }
});

Deno.test("ablateChannels: a channel that nobody reads does not matter, one by its mean", async () => {
  const images = sequential([2, 2, 1], { seed: 1 }).conv2d(3, 1, { name: "maps" })
    .flatten().dense(2, { name: "out" });
  const kernel = await images.weight("out.kernel").read();
  const read = Float32Array.from(kernel, (value, i) => Math.floor(i / 2) % 3 === 1 ? 0 : value);
  images.assign({ "out.kernel": tensor(read, { shape: [12, 2] }) });
  const random = new Random(1);
  const inputs = new Float32Array(40).map(() => random.normal(0, 1));
  const data = arrayDataset({
    inputs: { data: inputs, shape: [2, 2, 1] },
    targets: Array.from({ length: 10 }, (_, i) => i % 2),
  });
  const { whole, without } = await explain.ablateChannels(images, data, {
    layer: "maps",
    batchSize: 4,
  });
  assertEquals(without.map(({ part }) => part), [0, 1, 2]);
  assertAlmostEquals(without[1]!.loss, whole.loss, 1e-6);
  // By hand: channel 2 yields its mean everywhere.
  const maps = images.apply(tensor(inputs, { shape: [10, 2, 2, 1] }), { outputs: ["maps"] });
  const all = await maps.data(), mean = await maps.mean([0, 1, 2]).data();
  const held = all.map((value, i) => i % 3 === 2 ? mean[2]! : value);
  const logits = tensor(held, { shape: [10, 12] }).matmul(images.weight("out.kernel").tensor())
    .add(images.weight("out.bias").tensor());
  const rows = await logits.logSoftmax().array() as number[][];
  const loss = rows.reduce((sum, row, i) => sum - row[i % 2]!, 0) / 10;
  assertAlmostEquals(without[2]!.loss, loss, 1e-5);
});

Deno.test("principalComponents: directions that are known, and their shares", async () => {
  const random = new Random(5), spread = [5, 2, 0.5];
  // Three directions at right angles in a space of four.
  const directions = [[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1]];
  const rows = Array.from({ length: 60 }, () => {
    const along = spread.map((deviation) => random.normal(0, deviation));
    return [0, 1, 2, 3].map((j) =>
      7 + along.reduce((sum, value, d) => sum + value * directions[d]![j]! / 2, 0)
    );
  });
  const found = await explain.principalComponents(tensor(rows), { dimensions: 3 });
  assertEquals([found.points.shape, found.directions.shape], [[60, 3], [3, 4]]);
  assertAlmostEquals(found.shares.reduce((a, b) => a + b), 1, 1e-6);
  assert(found.shares[0]! > found.shares[1]! && found.shares[1]! > found.shares[2]!);
  // Points times directions, and the mean, are the rows again.
  const mean = tensor(rows).mean(0);
  const again = found.points.matmul(found.directions).add(mean);
  assert(await again.sub(tensor(rows)).abs().max().item() < 1e-4);
  const gram = found.directions.matmul(found.directions.transpose());
  const off = await gram.array() as number[][];
  off.forEach((row, i) => row.forEach((x, j) => assertAlmostEquals(x, i === j ? 1 : 0, 1e-5)));
  await assertRejects(
    () => explain.principalComponents(tensor(rows), { dimensions: 5 }),
    RangeError,
    "at most 4, found 5",
  );
});

Deno.test("tsne: what lies together stays together", async () => {
  const random = new Random(2), groups = 3, each = 15;
  const rows = Array.from(
    { length: groups * each },
    (_, i) =>
      Array.from({ length: 10 }, (_, j) => (j === i % groups ? 10 : 0) + random.normal(0, 0.5)),
  );
  const places = await (await explain.tsne(tensor(rows), { perplexity: 8, steps: 250 })).array();
  const at = places as number[][];
  const distance = (i: number, j: number) =>
    Math.hypot(at[i]![0]! - at[j]![0]!, at[i]![1]! - at[j]![1]!);
  for (let i = 0; i < at.length; i++) {
    const others = at.map((_, j) => j).filter((j) => j !== i);
    const nearest = others.reduce((a, b) => distance(i, b) < distance(i, a) ? b : a);
    assertEquals(nearest % groups, i % groups);
  }
});

Deno.test("sanity check: saliency changes with randomised weights, guided back-propagation keeps edges", async () => {
  const { net, images } = cases[1]!;
  const top = await explain.randomizedWeights(net, { from: "fc" });
  assertEquals(Object.keys(top), ["fc.kernel", "fc.bias"]);
  const kernel = net.weight("fc.kernel");
  const sorted = async (data: Promise<ArrayLike<number>>) => Array.from(await data).sort();
  assertEquals(await sorted(top["fc.kernel"]!.data()), await sorted(kernel.read()));
  const weights = await explain.randomizedWeights(net, { seed: 1 });
  const before = await explain.saliency(net, images, { target });
  const after = await explain.saliency(net, images, { target, weights });
  const same = await explain.rankCorrelation(before, before);
  assertAlmostEquals(same, 1, 1e-9);
  const kept = await explain.rankCorrelation(before, after);
  assert(kept < 0.5, String(kept));
  const edges = async (from: object) =>
    (await explain.guidedBackpropagation(net, images, { target, ...from })).abs();
  const guided = await explain.rankCorrelation(await edges({}), await edges({ weights: top }));
  assert(guided > kept, `${guided} and ${kept}`);
});

Deno.test("rankCorrelation: opposite orders, ties, and what has no order", async () => {
  const [a, b] = [tensor([1, 2, 3, 10]), tensor([4, 3, 2, -9])];
  assertAlmostEquals(await explain.rankCorrelation(a, b), -1, 1e-9);
  assertEquals(await explain.rankCorrelation(a, tensor([5, 5, 5, 5])), 0);
  // Ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3.
  const tied = await explain.rankCorrelation(tensor([1, 2, 2, 3]), a);
  assertAlmostEquals(tied, 4.5 / Math.sqrt(5 * 4.5), 1e-9);
  const far = randomNormal([500], { seed: 1 }), other = randomNormal([500], { seed: 2 });
  assert(Math.abs(await explain.rankCorrelation(far, other)) < 0.15);
  await assertRejects(() => explain.rankCorrelation(a, tensor([1])), TypeError, "found 4 and 1");
});
