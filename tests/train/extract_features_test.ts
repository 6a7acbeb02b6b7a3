import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { tensor } from "../../lib/tensor/create.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { makeDataset } from "../../lib/train/dataset.ts";
import { extractFeatures } from "../../lib/train/extract_features.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import { DataStream } from "../../lib/train/stream.ts";
import { needs } from "../setup/needs.ts";
import { bitsOf, corners, useCpu } from "./helpers.ts";

await useCpu();

const net = () =>
  sequential([3], { seed: 3 }).dense(16, { name: "body" }).batchNorm({ name: "bn" }).tanh()
    .dense(3, { name: "head" });

for (const device of ["cpu", "webgpu"]) {
  Deno.test({
    name: `a head on features learns what the whole model with a frozen trunk does, on ${device}`,
    ignore: device === "webgpu" && !needs.webgpu.met,
    sanitizeResources: device === "cpu",
    sanitizeOps: device === "cpu",
    fn: async () => {
      await (device === "cpu" ? useCpu() : setDevice(device));
      const data = corners(50), whole = net(), parts = net();
      // The statistics are no longer those of the beginning.
      for (const one of [whole, parts]) await one.fit(data, { epochs: 2 });
      const before = await bitsOf(parts);
      const options = () => ({
        epochs: 3,
        batchSize: 8,
        optimizer: sgd({ learningRate: 0.2, momentum: 0.9 }),
      });
      await whole.freeze({ upTo: "bn" }).fit(data, options());
      const features = await extractFeatures(parts.features(), data, { batchSize: 16 });
      assertEquals([features.length, features.inputs], [50, [{ shape: [16], dtype: "f32" }]]);
      assertEquals(features.classes, data.classes);
      await parts.head().fit(features, options());
      const [a, b] = await Promise.all([whole, parts].map((m) => m.weight("head.kernel").read()));
      a!.forEach((x, i) => assertAlmostEquals(b![i]!, x, 2e-5));
      const after = await bitsOf(parts);
      for (const name of Object.keys(before)) {
        assertEquals(before[name]!.join() === after[name]!.join(), !name.startsWith("head"), name);
      }
      assertAlmostEquals(
        (await parts.evaluate(data)).loss,
        (await whole.evaluate(data)).loss,
        1e-5,
      );
      await useCpu();
    },
  });
}

Deno.test("weights of examples, corrupt examples and streams: what cannot be read is left out", async () => {
  const trunk = net().features();
  const weighted = arrayDataset({
    inputs: [[1, 2, 3], [4, 5, 6]],
    targets: [0, 2],
    weights: [0.5, 2],
  });
  const features = await extractFeatures(trunk, weighted);
  assertEquals([...features.get(1).weights![0]!], [2]);
  assertEquals([...features.get(1).targets[0]!], [2]);
  const expected = await trunk.predict(tensor([[4, 5, 6]]));
  assertEquals([...features.get(1).inputs[0]!], [...await expected.data()]);

  const corrupt = makeDataset(6, corners(6), (i, batch, row) => {
    if (i % 2 === 1) return Promise.resolve(new Error("corrupt"));
    return corners(6).read(i, batch, row);
  });
  const found = await extractFeatures(trunk, corrupt, { batchSize: 2 });
  assertEquals([found.length, [...found.get(2).targets[0]!]], [3, [1]]);

  const stream = new DataStream(corners(6), function* () {
    for (let i = 0; i < 5; i++) yield corners(6).get(i);
  });
  assertEquals((await extractFeatures(trunk, stream, { batchSize: 2 })).length, 5);
});

Deno.test("images of bytes are normalised as the data say, and the model remembers it", async () => {
  const whole = sequential([2], { seed: 1 }).dense(2, { name: "a" }).dense(2, { name: "b" });
  const normalization = { mean: [0.5], standardDeviation: [0.25] };
  const pixels = { data: Uint8Array.of(0, 255, 255, 0), shape: [2] };
  const data = arrayDataset({ inputs: pixels, targets: [0, 1], normalization });
  const features = await extractFeatures(whole.features(), data);
  assertEquals(whole.normalization, normalization);
  const expected = await whole.cut("a").predict(tensor([[-2, 2]]));
  features.get(0).inputs[0]!.forEach((x, i) => assert(Math.abs(x) > 0.01, `${i}`));
  assertEquals([...features.get(0).inputs[0]!], [...await expected.data()]);
});

Deno.test("what does not fit is refused before any work", async () => {
  const data = corners(6), trunk = net().features();
  await assertRejects(
    () => extractFeatures("x" as never, data),
    TypeError,
    "extractFeatures: expected a model of one output, such as model.features(), found",
  );
  await assertRejects(() => extractFeatures(trunk, [] as never), TypeError, "expected a data set");
  await assertRejects(
    () => extractFeatures(sequential([4]).dense(2), data),
    TypeError,
    "extractFeatures: expected examples of shape [4]",
  );
  await assertRejects(
    () => extractFeatures(trunk, data, { batchsize: 3 } as never),
    RangeError,
    'did you mean "batchSize"?',
  );
  await assertRejects(
    () => extractFeatures(trunk, data, { signal: AbortSignal.abort() }),
    DOMException,
    "aborted",
  );
  const nothing = makeDataset(2, corners(2), () => Promise.resolve(new Error("corrupt")));
  await assertRejects(() => extractFeatures(trunk, nothing), RangeError, "can be read, found none");
});
