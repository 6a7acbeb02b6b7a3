import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { openDevice } from "../../lib/device/registry.ts";
import { leaf, type Node } from "../../lib/graph/node.ts";
import { randomUniform } from "../../lib/graph/ops/generate.ts";
import { type CallContext, defineLayer, Layer } from "../../lib/nn/layer.ts";
import { batchNorm, dropout } from "../../lib/nn/layers.ts";
import { input } from "../../lib/nn/symbolic.ts";
import { randomNormal, tensor, zeros } from "../../lib/tensor/create.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import { Tensor } from "../../lib/tensor/tensor.ts";
import { onNodes } from "../nodes.ts";
import { runOn } from "../device/compare.ts";
import { needs } from "../setup/needs.ts";

await setDevice("cpu", { threads: 1 });

// Layers that do in training what they do not at inference.

/** What dropout makes of ones in a training step. */
async function drop(name: "cpu" | "webgpu", rate: number, step: number): Promise<number[]> {
  const x = leaf([200, 100], "f32"), state = leaf([3], "i32");
  const context: CallContext = {
    training: true,
    random: (shape) => new Tensor(randomUniform(state, shape, 256)),
    update: () => {},
  };
  const { type, config } = dropout(rate);
  const output = onNodes((x) => type.call([x], {}, config, context))(x);
  const device = await openDevice(name);
  const data = new Map<Node, ArrayLike<number>>([[x, new Float32Array(20_000).fill(1)], [state, [
    1,
    2,
    step,
  ]]]);
  const [result] = await runOn(device, { roots: [output], leaves: [x, state], data });
  await device.close();
  return Array.from(result!);
}

for (const name of ["cpu", "webgpu"] as const) {
  Deno.test({
    name: `dropout drops its share and keeps the mean on ${name}`,
    ignore: name === "webgpu" && !needs.webgpu.met,
    fn: async () => {
      for (const rate of [0.2, 0.5, 0.9]) {
        const result = await drop(name, rate, 7);
        const kept = result.filter((x) => x !== 0);
        const deviation = Math.sqrt(rate * (1 - rate) / result.length);
        assertAlmostEquals(kept.length / result.length, 1 - rate, 4 * deviation);
        assert(kept.every((x) => x === Math.fround(1 / (1 - rate))));
      }
      const [a, b, c] = [
        await drop(name, 0.5, 1),
        await drop(name, 0.5, 1),
        await drop(name, 0.5, 2),
      ];
      assertEquals(a, b);
      const alike = a.filter((x, i) => x === c[i]).length / a.length;
      assertAlmostEquals(alike, 0.5, 0.02);
    },
  });
}

Deno.test("dropout changes nothing at inference, nor at rate 0", async () => {
  const x = randomNormal([4, 5], { seed: 1 });
  const y = await sequential([5]).dropout(0.9).predict(x);
  assertEquals(await y.data(), await x.data());
});

Deno.test("batch norm keeps running statistics in training, with the unbiased variance", async () => {
  const net = sequential([2]).batchNorm({ momentum: 0.8 }).dense(2);
  const x = tensor([[1, 10], [2, 20], [3, 60]]), y = tensor([0, 1, 0], { dtype: "i32" });
  const optimizer = sgd({ learningRate: 0 });
  const mean = [0, 0], variance = [1, 1];
  for (let step = 0; step < 3; step++) {
    await net.trainOnBatch(x, y, { optimizer });
    [[2, 1], [30, 700]].forEach(([m, v], c) => {
      mean[c] = 0.8 * mean[c]! + 0.2 * m!;
      variance[c] = 0.8 * variance[c]! + 0.2 * v!;
    });
  }
  const [foundMean, foundVariance] = await Promise.all(
    ["runningMean", "runningVariance"].map((key) => net.weight(`batchNorm1.${key}`).read()),
  );
  for (const c of [0, 1]) {
    assertAlmostEquals(foundMean![c]!, mean[c]!, 1e-5 * mean[c]!);
    assertAlmostEquals(foundVariance![c]!, variance[c]!, 1e-5 * variance[c]!);
  }
  const normal = await net.predict(x, { outputs: ["batchNorm1"] });
  assertAlmostEquals(
    (await normal.data())[0]!,
    (1 - mean[0]!) / Math.sqrt(variance[0]! + 1e-5),
    1e-5,
  );
});

Deno.test("a batch norm that is applied twice counts both in its running statistics", async () => {
  const shared = batchNorm({ momentum: 0.5, name: "shared" });
  const [a, b] = [input([1]), input([1])];
  const net = model([a, b], a.apply(shared).concatenate(b.apply(shared)));
  const y = tensor([0, 1], { dtype: "i32" });
  await net.trainOnBatch([tensor([[1], [3]]), tensor([[10], [14]])], y);
  // From 0 half way to 2, then half way to 12.
  assertEquals([...await net.weight("shared.runningMean").read()], [6.5]);
});

Deno.test("a frozen batch norm uses its running statistics and leaves them", async () => {
  const net = sequential([2]).batchNorm().dense(2).freeze("batchNorm1");
  await net.trainOnBatch(tensor([[1, 2], [3, 4]]), tensor([0, 1], { dtype: "i32" }));
  assertEquals([...await net.weight("batchNorm1.runningMean").read()], [0, 0]);
  assertEquals([...await net.weight("batchNorm1.gamma").read()], [1, 1]);
});

Deno.test("what a layer keeps count of has the name and the type of one of its weights", () => {
  const apply = (part: string, shape: number[]) => {
    const type = defineLayer({
      type: "counter",
      weights: () => ({ sum: { shape: [], initializer: "zeros", trainable: false } }),
      call: ([x], _, __, { update }) => (update(part, zeros(shape)), x!),
    });
    const net = sequential([2]).apply(new Layer(type, {}));
    return () => net.apply(zeros([1, 2]), { training: true });
  };
  assertEquals(Object.keys(apply("sum", [])().updates), ["counter1.sum"]);
  assertThrows(
    apply("som", []),
    RangeError,
    'counter1: update: unknown weight "som"; did you mean',
  );
  assertThrows(
    apply("sum", [2]),
    TypeError,
    "counter1: update: sum: expected f32 [], found f32 [2]",
  );
});

Deno.test("batch norm of a single number in training is an error", () => {
  const layer = batchNorm();
  layer.infer([[3]]);
  const weights = Object.fromEntries(
    Object.keys(layer.weights).map((key) => [key, zeros([3])]),
  );
  const context: CallContext = {
    training: true,
    random: () => {
      throw new Error("batch norm draws nothing");
    },
    update: () => {},
  };
  assertThrows(
    () => layer.type.call([zeros([1, 3])], weights, layer.config, context),
    RangeError,
    "expected more than one number a channel in training, found 1; use a larger batch",
  );
});
