import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Random } from "../../../lib/core/random.ts";
import { batchNorm, batchRenorm } from "../../../lib/nn/layers.ts";
import type { Layer } from "../../../lib/nn/layer.ts";
import { randomNormal, tensor } from "../../../lib/tensor/create.ts";
import { arrayDataset } from "../../../lib/train/array_dataset.ts";
import { loadModel } from "../../../lib/train/load_model.ts";
import { sequential } from "../../../lib/train/make_model.ts";
import { sgd } from "../../../lib/train/optimizers.ts";
import { scratch, useCpu } from "../../train/helpers.ts";

await useCpu();

const open = { rSteps: [0, 0], dSteps: [0, 0], momentum: 0.9 } as const;

Deno.test("batchRenorm is batch norm where r is 1 and d is 0", async () => {
  const trained = async (layer: Layer) => {
    const net = sequential([4, 4, 2], { seed: 3 }).conv2d(3, 3).apply(layer).relu().flatten().dense(
      2,
    );
    // What is drawn depends on how many weights come before.
    net.weight("dense1.kernel").set(randomNormal([12, 2], { seed: 2 }));
    const x = randomNormal([2, 4, 4, 2], { seed: 1 }), y = tensor([0, 1], { dtype: "i32" });
    const losses: number[] = [];
    for (let step = 0; step < 4; step++) losses.push((await net.trainOnBatch(x, y)).loss);
    return { losses, output: await (await net.predict(x)).data() };
  };
  const expected = await trained(batchNorm());
  assertEquals(await trained(batchRenorm({ ...open, rMax: 1, dMax: 0 })), expected);
  // And by default in the first steps.
  assertEquals(await trained(batchRenorm({ momentum: 0.9 })), expected);
  const { losses } = await trained(batchRenorm(open));
  assert(losses[1] !== expected.losses[1]);
});

Deno.test("batchRenorm in training gives what the running statistics give, within its bounds", async () => {
  const net = sequential([2]).batchRenorm({ ...open, rMax: 100, dMax: 100, momentum: 0.5 });
  net.weight("batchRenorm1.runningMean").set(tensor([3, -1]));
  net.weight("batchRenorm1.runningVariance").set(tensor([4, 0.25]));
  const x = tensor([[1, 2], [5, 2.5]]);
  const [trained, predicted] = await Promise.all([
    net.apply(x, { training: true }).output.data(),
    net.predict(x).then((y) => y.data()),
  ]);
  trained.forEach((y, i) => assert(Math.abs(y - predicted[i]!) < 1e-4));
});

Deno.test("batchRenorm learns from batches of one class each, where batch norm does not", async () => {
  const random = new Random(4), batchSize = 4;
  const targets = Int32Array.from({ length: 240 }, (_, i) => Math.floor(i / batchSize) % 3);
  const numbers = Float32Array.from(
    { length: 720 },
    (_, i) => (targets[Math.floor(i / 3)] === i % 3 ? 1 : 0) + random.normal(0, 0.3),
  );
  const data = arrayDataset({ inputs: { data: numbers, shape: [3] }, targets });
  const accuracy = async (layer: Layer) => {
    const net = sequential([3], { seed: 1 }).dense(16).apply(layer).relu().dense(3);
    await net.fit(data, {
      epochs: 30,
      batchSize,
      shuffle: false,
      optimizer: sgd({ learningRate: 0.02 }),
    });
    return (await net.evaluate(data)).top1!;
  };
  const plain = await accuracy(batchNorm({ momentum: 0.99 }));
  const renormalised = await accuracy(
    batchRenorm({ momentum: 0.99, rSteps: [60, 240], dSteps: [60, 240] }),
  );
  assert(renormalised > plain + 0.2, `${renormalised} against ${plain}`);
});

Deno.test("batchRenorm is saved and loaded with its steps, and frozen stays as it is", async () => {
  await using folder = await scratch();
  const net = sequential([2], { seed: 1 }).batchRenorm({ rMax: 2, dSteps: [1, 8] }).dense(2);
  const x = tensor([[1, 2], [3, 5]]), y = tensor([0, 1], { dtype: "i32" });
  for (let step = 0; step < 3; step++) await net.trainOnBatch(x, y);
  const file = `${folder.path}/net.safetensors`;
  await net.save(file);
  const again = await loadModel(file);
  assertEquals([...await again.weight("batchRenorm1.steps").read()], [3]);
  assertEquals(await (await again.predict(x)).data(), await (await net.predict(x)).data());
  const kept = () =>
    Promise.all(
      ["steps", "runningMean", "runningVariance", "gamma"].map((part) =>
        again.weight(`batchRenorm1.${part}`).read()
      ),
    );
  const before = await kept();
  again.freeze("batchRenorm1");
  const { outputs } = again.apply(x, { training: true, outputs: ["batchRenorm1"] });
  const inference = await again.predict(x, { outputs: ["batchRenorm1"] });
  assertEquals(await outputs[0]!.data(), await inference.data());
  await again.trainOnBatch(x, y);
  assertEquals(await kept(), before);
});

Deno.test("batchRenorm: errors", async () => {
  const one = arrayDataset({
    inputs: { data: new Float32Array(6), shape: [2] },
    targets: [0, 1, 0],
  });
  const net = sequential([2]).batchRenorm().dense(2);
  await assertRejects(
    () => net.fit(one, { batchSize: 1 }),
    RangeError,
    "batchRenorm: expected more than one number a channel in training, found 1; use a larger batch",
  );
  const wrong: [() => Layer, string][] = [
    [() => batchRenorm({ rMax: 0.5 }), "batchRenorm: rMax: expected a number of at least 1"],
    [() => batchRenorm({ dMax: -1 }), "batchRenorm: dMax"],
    [() => batchRenorm({ rSteps: [5, 3] }), "batchRenorm: rSteps: expected two steps such as"],
    [() => batchRenorm({ dSteps: [-1, 3] }), "found [-1,3]"],
  ];
  for (const [make, message] of wrong) assertThrows(make, RangeError, message);
});
