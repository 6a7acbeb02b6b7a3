import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { randomUniform, tensor } from "../../lib/tensor/create.ts";
import { input } from "../../lib/nn/symbolic.ts";
import { defaultRuntime, openRuntime, type Runtime, setDevice } from "../../lib/tensor/runtime.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import { testOnDevices } from "../tensor/devices.ts";

/** Counts the bytes that are read back from a runtime's device while `run` runs. */
async function bytesRead(runtime: Runtime, run: () => Promise<unknown>): Promise<number> {
  const device = await runtime.open(), { read } = device;
  let bytes = 0;
  device.read = (storage, size) => {
    bytes += size;
    return read.call(device, storage, size);
  };
  try {
    await run();
    return bytes;
  } finally {
    device.read = read;
  }
}

const net = () => sequential([6, 6, 2], { seed: 1 }).conv2d(3, 3).relu().flatten().dense(4);

testOnDevices(
  "predict reads no tensor back, neither what it is given nor what it gives",
  async () => {
    const model = net(), x = randomUniform([10, 6, 6, 2], { seed: 2 });
    const expected = await (await model.predict(x)).array();
    const onDevice = x.add(0);
    await onDevice.slice([0], [1]).sum().item();
    let result = tensor(0);
    const read = await bytesRead(defaultRuntime(), async () => {
      // In batches that the examples do not fill.
      result = (await model.predict(onDevice, { batchSize: 4 })).mul(1);
    });
    assertEquals(read, 0);
    assertEquals(await result.array(), expected);
  },
);

testOnDevices("trainOnBatch reads no input back", async () => {
  const [a, b] = [net(), net()], optimizer = sgd({ learningRate: 0.1 });
  const x = randomUniform([5, 6, 6, 2], { seed: 3 }), y = tensor([0, 1, 2, 3, 0], { dtype: "i32" });
  const { loss } = await a.trainOnBatch(x, y, { optimizer });
  const [lazy, labels] = [x.add(0), y.add(0)];
  // What is read is the counters.
  const read = await bytesRead(defaultRuntime(), async () => {
    assertEquals((await b.trainOnBatch(lazy, labels, { optimizer })).loss, loss);
  });
  assertEquals(read, 5 * 4);
  assertEquals(await b.toBytes(), await a.toBytes());
});

testOnDevices("bytes have one scale from the first training on", async () => {
  const model = sequential([4], { seed: 1 }).dense(2);
  const x = tensor(Uint8Array.of(0, 255, 51, 102), { shape: [1, 4] });
  const y = tensor([1], { dtype: "i32" });
  await model.trainOnBatch(x, y);
  assertEquals(model.normalization, { mean: [0], standardDeviation: [1] });
  const floats = tensor([[0, 1, 0.2, 0.4]]);
  const [bytes, plain] = [await model.predict(x), await model.predict(floats)];
  assertAlmostEquals(await bytes.sub(plain).abs().max().item(), 0, 1e-6);
  const applied = model.apply(x);
  assertAlmostEquals(await applied.sub(plain).abs().max().item(), 0, 1e-6);
});

testOnDevices("bytes of every input are normalised, those of a view of some too", async () => {
  const [a, b] = [input([2]), input([2])];
  const twins = model([a, b], a.add(b.linear({ name: "second" })));
  twins.normalization = { mean: [0.5], standardDeviation: [0.25] };
  const bytes = tensor(Uint8Array.of(0, 255, 51, 102), { shape: [2, 2] });
  const seen = [[-2, 2], [-1.2, -0.4]];
  const second = await twins.predict([bytes, bytes], { outputs: ["second"] }) as Tensor;
  const view = bytes.reshape([1, 4]).reshape([2, 2]);
  const both = await twins.predict([view, bytes]) as Tensor;
  assertAlmostEquals(await second.sub(tensor(seen)).abs().max().item(), 0, 1e-6);
  assertAlmostEquals(await both.sub(tensor(seen).mul(2)).abs().max().item(), 0, 1e-6);
});

Deno.test("a model on a runtime of its own is used and trained there", async () => {
  await setDevice("cpu", { threads: 1 });
  await using runtime = await openRuntime("cpu", { threads: 1 });
  const [here, there] = [net(), await net().to(runtime)];
  const x = randomUniform([3, 6, 6, 2], { seed: 4 }), y = tensor([0, 1, 2], { dtype: "i32" });
  assertEquals(await (await there.predict(x)).array(), await (await here.predict(x)).array());
  assertEquals(await there.trainOnBatch(x, y), await here.trainOnBatch(x, y));
  assertEquals(await there.toBytes(), await here.toBytes());
  assertEquals(await there.apply(x).array(), await here.apply(x).array());
  // A tensor of another runtime has to be moved.
  const elsewhere = x.to(defaultRuntime()).add(0);
  await assertRejects(() => there.predict(elsewhere), TypeError, "move these by their to()");
});
