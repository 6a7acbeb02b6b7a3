import { assertEquals, assertRejects } from "@std/assert";
import { DivergenceError } from "../../lib/core/errors.ts";
import { input } from "../../lib/nn/symbolic.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import { DataStream } from "../../lib/train/stream.ts";
import { scratch, useCpu } from "./helpers.ts";

await useCpu();

const shape = [2, 3];
/** Thirty-one examples, with one number of one of them replaced. */
function withNumber(value: number, example: number, at: number) {
  const data = Float32Array.from({ length: 31 * 6 }, (_, i) => Math.sin(i));
  data[6 * example + at] = value;
  return arrayDataset({
    inputs: { data, shape },
    targets: Int32Array.from(data.slice(31), (_, i) => i % 3).slice(0, 31),
  });
}
const net = () => sequential(shape).flatten().dense(3);

Deno.test("a number in the data that is none is named with its example and field", async () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const data = withNumber(value, 17, 4);
    const expected = `the data are not finite: inputs[0] of example 17 holds ${value} at [1, 1]`;
    for (const shuffle of [true, false]) {
      for (const batchSize of [1, 8, 64]) {
        const options = { epochs: 2, batchSize, shuffle, seed: 3 };
        await assertRejects(() => net().fit(data, options), RangeError, `fit: ${expected}`);
      }
    }
    const clean = withNumber(0, 0, 0), validation = data;
    await assertRejects(
      () => net().fit(clean, { validation }),
      RangeError,
      `fit: validation: ${expected}`,
    );
    await assertRejects(
      () => net().evaluate(data, { batchSize: 4 }),
      RangeError,
      `evaluate: ${expected}`,
    );
  }
});

Deno.test("a number that is none is named in what is mapped, in a part and in a stream", async () => {
  const clean = withNumber(0, 0, 0);
  const spoilt = clean.map((example, index) => {
    if (index === 20) example.inputs[0]![5] = NaN;
    return example;
  });
  await assertRejects(
    () => net().fit(spoilt),
    RangeError,
    "inputs[0] of example 20 holds NaN at [1, 2]",
  );
  const part = spoilt.skip(15);
  await assertRejects(() => net().fit(part, { batchSize: 4 }), RangeError, "of example 5 ");
  const stream = new DataStream(clean, function* () {
    for (let i = 0; i < spoilt.length; i++) yield spoilt.get(i);
  });
  await assertRejects(() => net().fit(stream, { batchSize: 6 }), RangeError, "of example 20 ");
  await assertRejects(() => net().evaluate(stream, { batchSize: 6 }), RangeError, "of example 20 ");
  // In the second epoch alone.
  const late = new DataStream(clean, function* (epoch) {
    for (let i = 0; i < clean.length; i++) yield (epoch === 1 ? spoilt : clean).get(i);
  });
  await using folder = await scratch();
  await assertRejects(
    () => net().fit(late, { batchSize: 6, epochs: 3, checkpoint: { directory: folder.path } }),
    RangeError,
    `of example 20 holds NaN at [1, 2]; replace it by map(), or leave the example out; the last good checkpoint is ${folder.path}`,
  );
});

Deno.test("targets that are no numbers are named, and any of several inputs", async () => {
  const [a, b] = [input([2]), input([1])];
  const two = () => model([a, b], a.concatenate(b).dense(1));
  const make = (x: number, y: number) =>
    arrayDataset({
      inputs: [
        { data: Float32Array.from({ length: 20 }, (_, i) => i / 20), shape: [2] },
        { data: Float32Array.from({ length: 10 }, (_, i) => i === 7 ? x : i), shape: [1] },
      ],
      targets: Float32Array.from({ length: 10 }, (_, i) => i === 4 ? y : i),
    });
  const options = { loss: "meanSquaredError", batchSize: 3 } as const;
  await assertRejects(
    () => two().fit(make(NaN, 0), options),
    RangeError,
    "inputs[1] of example 7 holds NaN at [0]",
  );
  await assertRejects(
    () => two().fit(make(1, Infinity), options),
    RangeError,
    "targets[0] of example 4 holds Infinity;",
  );
});

Deno.test("trainOnBatch names a number that is none", async () => {
  const x = tensor([[1, 2], [3, NaN], [5, 6]]), y = tensor([0, 1, 0], { dtype: "i32" });
  await assertRejects(
    () => sequential([2]).dense(2).trainOnBatch(x, y),
    RangeError,
    "trainOnBatch: the data are not finite: inputs[0] of example 1 holds NaN at [1]",
  );
  await assertRejects(
    () =>
      sequential([2]).dense(1).trainOnBatch(tensor([[1, 2]]), tensor([NaN]), {
        loss: "meanSquaredError",
      }),
    RangeError,
    "targets[0] of example 0 holds NaN;",
  );
});

Deno.test("where the data are finite it is a divergence, and the first step blames no learning rate", async () => {
  const huge = arrayDataset({ inputs: [[3e38, 3e38]], targets: new Float32Array(1) });
  const options = { loss: "meanSquaredError", epochs: 9 } as const;
  const first = await assertRejects(
    () => sequential([2]).dense(1, { kernelInitializer: "heNormal" }).fit(huge, options),
    DivergenceError,
    "at step 1; this run had changed no weight by then",
  );
  assertEquals(first.step, 1);
  const steep = arrayDataset({ inputs: [[10, 10]], targets: Float32Array.of(1) });
  await assertRejects(
    () =>
      sequential([2]).dense(1).fit(steep, {
        ...options,
        epochs: 99,
        optimizer: sgd({ learningRate: 10 }),
      }),
    DivergenceError,
    "try a smaller learning rate",
  );
});
