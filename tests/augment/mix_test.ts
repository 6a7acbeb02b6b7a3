import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { cutmix, type MixOptions, mixup, pipeline } from "../../lib/augment/mod.ts";
import { beta } from "../../lib/augment/beta.ts";
import { cutmixBox } from "../../lib/augment/cutmix.ts";
import { Random } from "../../lib/core/random.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { makeDataset } from "../../lib/train/dataset.ts";
import { DataStream } from "../../lib/train/stream.ts";
import { sequential } from "../../lib/train/make_model.ts";

/** Four images of one value each: 0, 60, 120, 180, of classes 0 to 3. */
const [height, width] = [6, 8];
const flat = arrayDataset({
  inputs: {
    data: Uint8Array.from({ length: 4 * height * width }, (_, i) => 60 * Math.floor(i / 48)),
    shape: [height, width, 1],
  },
  targets: [0, 1, 2, 3],
  classes: 4,
  normalization: { mean: [10], standardDeviation: [20] },
});

Deno.test("mixup: inputs and targets have the same shares", () => {
  const mixed = mixup(flat, { alpha: 0.4 });
  assertEquals(mixed.targets, [{ shape: [4], dtype: "f32" }]);
  assertEquals(mixed.normalization, flat.normalization);
  const partners = new Set<number>();
  for (let epoch = 0; epoch < 40; epoch++) {
    for (let index = 0; index < 4; index++) {
      const { inputs: [pixels], targets: [target] } = mixed.get(index, { epoch, seed: 3 });
      const expected = Array.from(target!).reduce(
        (sum, share, label) => sum + share * 60 * label,
        0,
      );
      assertAlmostEquals(pixels![0]!, expected, 0.5001);
      assert(pixels!.every((pixel) => pixel === pixels![0]));
      assertAlmostEquals(Array.from(target!).reduce((a, b) => a + b), 1, 1e-6);
      target!.forEach((share, label) => share > 0 && label !== index && partners.add(label));
    }
  }
  assertEquals([...partners].sort(), [0, 1, 2, 3]);
});

Deno.test("CutMix: a rectangle of another image, and its share of the target", () => {
  const mixed = cutmix(flat);
  let areas = 0;
  for (let epoch = 0; epoch < 60; epoch++) {
    const { inputs: [pixels], targets: [target] } = mixed.get(1, { epoch, seed: 5 });
    const counts = [0, 0, 0, 0];
    for (const pixel of pixels!) counts[pixel / 60]!++;
    counts.forEach((count, label) => assertAlmostEquals(target![label]!, count / 48, 1e-6));
    const others = Array.from(pixels!, (pixel, i) => pixel === 60 ? -1 : i).filter((i) => i >= 0);
    const rows = new Set(others.map((i) => Math.floor(i / width)));
    const columns = new Set(others.map((i) => i % width));
    assertEquals(others.length, rows.size * columns.size, "a rectangle");
    areas += others.length / 48;
  }
  assert(areas / 60 > 0.1 && areas / 60 < 0.6, `a mean area of ${areas / 60}`);
});

Deno.test("CutMix's rectangle, as torchvision cuts it off", () => {
  // r = sqrt(1 - share) / 2; int(r * width), int(r * height); clamped.
  assertEquals(cutmixBox(10, 20, 0.75, 10, 5), { left: 5, top: 3, width: 10, height: 4 });
  assertEquals(cutmixBox(10, 20, 0.75, 1, 9), { left: 0, top: 7, width: 6, height: 3 });
  assertEquals(cutmixBox(10, 20, 1, 3, 3), { left: 3, top: 3, width: 0, height: 0 });
});

Deno.test("what is mixed depends on seed, epoch and index alone", () => {
  for (const mix of [mixup, cutmix]) {
    const mixed = mix(flat.map(pipeline("crop-flip")));
    const batch = [...mixed.batches({ batchSize: 4, epoch: 2, seed: 9 })][0]!;
    for (const index of [3, 0, 2]) {
      const alone = mixed.get(index, { epoch: 2, seed: 9 });
      assertEquals(alone.inputs[0], batch.inputs[0]!.slice(index * 48, (index + 1) * 48));
      assertEquals(alone.targets[0], batch.targets[0]!.slice(index * 4, (index + 1) * 4));
    }
    const [next] = mixed.batches({ batchSize: 4, epoch: 3, seed: 9 });
    assertNotEquals(next!.targets, batch.targets);
  }
});

Deno.test("at a probability of 0 nothing is mixed, labels are probabilities all the same", () => {
  const { inputs, targets } = mixup(flat, { probability: 0 }).get(2);
  assertEquals(inputs, flat.get(2).inputs);
  assertEquals(targets, [Float32Array.of(0, 0, 1, 0)]);
});

Deno.test("numbers, targets of f32 and weights are mixed alike", () => {
  const data = arrayDataset({
    inputs: [[0, 0], [1, 2]],
    targets: { data: Float32Array.of(0, 10), shape: [1] },
    weights: [1, 3],
  });
  const { inputs, targets, weights } = mixup(data).get(0, { seed: 4 });
  const share = inputs[0]![0]!;
  assertAlmostEquals(inputs[0]![1]!, 2 * share, 1e-6);
  assertAlmostEquals(targets[0]![0]!, 10 * share, 1e-5);
  assertAlmostEquals(weights![0]![0]!, 1 + 2 * share, 1e-5);
});

Deno.test("examples that take time are mixed; of those that cannot be read the error is handed on", async () => {
  const slow = makeDataset(4, flat, (index, batch, row) =>
    Promise.resolve().then(() => {
      if (index === 3) return new Error("corrupt");
      flat.read(index, batch, row);
    }));
  let count = 0;
  for await (const { size, targets: [target] } of mixup(slow).batches({ batchSize: 4 })) {
    count += size;
    assertAlmostEquals(Array.from(target!).reduce((a, b) => a + b), size, 1e-5);
  }
  assert(count >= 1 && count < 4, `${count} of 4`);
});

Deno.test("a stream: each example is mixed with the one before, the first with the last", async () => {
  const stream = new DataStream(flat, function* () {
    const batch = flat.get(0); // the same arrays again and again
    for (let i = 0; i < 4; i++) {
      flat.read(i, batch, 0);
      yield batch;
    }
  });
  for (const mix of [mixup, cutmix]) {
    const read = async (seed: number) => await Array.fromAsync(mix(stream).examples(1, seed));
    const examples = await read(3);
    assertEquals(examples.length, 4);
    [[1, 0], [2, 1], [3, 2], [0, 3]].forEach((pair, i) => {
      const { inputs: [pixels], targets: [target] } = examples[i]!;
      const sum = Array.from(pixels!).reduce((a, b) => a + b) / 48;
      assertAlmostEquals(
        sum,
        pair.reduce((all, label) => all + 60 * label * target![label]!, 0),
        0.51,
      );
      assertAlmostEquals(target![pair[0]!]! + target![pair[1]!]!, 1, 1e-6);
    });
    assertEquals(await read(3), examples);
    assertNotEquals(await read(4), examples);
  }
});

Deno.test("fit takes what is mixed, with validation by labels", async () => {
  const net = sequential([height, width, 1]).flatten().dense(4);
  const history = await net.fit(mixup(flat, { alpha: 0.2 }), {
    epochs: 2,
    batchSize: 4,
    validation: flat,
    progress: false,
  });
  assertEquals(history.epochs.length, 2);
  assert(Number.isFinite(history.epochs[1]!.loss));
});

Deno.test("the beta distribution: its mean and variance", () => {
  for (const alpha of [0.05, 0.2, 1, 4]) {
    const random = new Random(6), n = 20_000;
    let [sum, squares] = [0, 0];
    for (let i = 0; i < n; i++) {
      const x = beta(alpha, random);
      assert(x >= 0 && x <= 1);
      sum += x;
      squares += (x - 0.5) ** 2;
    }
    const variance = 1 / (4 * (2 * alpha + 1));
    assertAlmostEquals(sum / n, 0.5, 4 * Math.sqrt(variance / n));
    assertAlmostEquals(squares / n, variance, variance * 0.05);
  }
});

Deno.test("what is changed keeps its name", () => {
  const named = arrayDataset({
    inputs: {
      image: { data: new Uint8Array(2 * 48 * 3), shape: [6, 8, 3] },
      place: { data: new Float32Array(4), shape: [2] },
    },
    targets: { kind: [0, 1], size: [[0.5], [2]] },
    classes: 2,
  });
  const changed = mixup(named.map(pipeline([{ type: "randomCrop", size: 4 }])));
  assertEquals(changed.inputs, [
    { name: "image", shape: [4, 4, 3], dtype: "u8" },
    { name: "place", shape: [2], dtype: "f32" },
  ]);
  assertEquals(changed.targets.map(({ name }) => name), ["kind", "size"]);
});

const indices = arrayDataset({ inputs: { data: Int32Array.of(1, 2), shape: [] }, targets: [0, 1] });
const unnamed = arrayDataset({ inputs: [[1], [2]], targets: [0, 1] });
const wrong: [string, () => unknown, string][] = [
  [
    "alpha of 0",
    () => mixup(flat, { alpha: 0 }),
    "mixup: alpha: expected a number above 0, found 0",
  ],
  ["unknown option", () => cutmix(flat, { alfa: 1 } as MixOptions), 'did you mean "alpha"?'],
  ["indices", () => mixup(indices, { classes: 2 }), "expected inputs of u8 or f32, found i32[]"],
  ["labels of unknown classes", () => mixup(unnamed), "give { classes }"],
  ["no images", () => cutmix(unnamed, { classes: 2 }), "expected one input of images"],
  ["a label beyond", () => mixup(unnamed, { classes: 1 }).get(1), "labels from 0 to 0, found 1"],
];
for (const [name, call, message] of wrong) {
  Deno.test(`mixing, an error for ${name}`, () => {
    assertStringIncludes(assertThrows(call, Error).message, message);
  });
}
