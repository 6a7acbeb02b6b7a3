import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { ProgramBuilder } from "../../lib/nn/program.ts";
import { randomNormal, tensor } from "../../lib/tensor/create.ts";
import { jit } from "../../lib/tensor/jit.ts";
import { defaultRuntime, device, openRuntime, setDevice } from "../../lib/tensor/runtime.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { Variable } from "../../lib/tensor/variable.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import type { LossLike } from "../../lib/train/loss.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import { collect } from "../tensor/collect.ts";

await setDevice("cpu", { threads: 1 });

const variable = (...numbers: number[]) =>
  new Variable("v", [numbers.length], "f32", () => Float32Array.from(numbers));

Deno.test("a program updates variables in place and yields outputs", async () => {
  const target = await device(), builder = new ProgramBuilder();
  const [sum, last] = [variable(0, 0), variable(7, 7)];
  const x = builder.input([2], "f32");
  builder.update(sum, builder.variable(sum).add(x));
  builder.update(last, x);
  const program = builder.build(defaultRuntime(), [builder.variable(sum).sum()]);
  assertEquals(program.inputBytes, [8]);
  const given = target.allocate(8), totals: number[] = [];
  for (const numbers of [[1, 2], [3, 4], [5, 6]]) {
    target.write(given, Float32Array.from(numbers));
    const [total] = program.run([given]);
    totals.push(new Float32Array(await target.read(total!, 4))[0]!);
    total!.release();
  }
  // What is put out is computed from the variables as they were before.
  assertEquals(totals, [0, 3, 10]);
  assertEquals([...await sum.read(), ...await last.read()], [9, 12, 5, 6]);
  program.program.executable.release();
});

Deno.test("variables that swap, and one that keeps its content", async () => {
  const builder = new ProgramBuilder();
  const [a, b, c] = [variable(1), variable(2), variable(3)];
  builder.update(a, builder.variable(b));
  builder.update(b, builder.variable(a));
  builder.update(c, builder.variable(c));
  const program = builder.build(defaultRuntime());
  for (let i = 0; i < 3; i++) program.run([]);
  assertEquals(await Promise.all([a, b, c].map(async (v) => (await v.read())[0])), [2, 1, 3]);
  program.program.executable.release();
});

Deno.test("of several updates of a variable the last counts", async () => {
  const builder = new ProgramBuilder();
  const a = variable(1);
  builder.update(a, builder.variable(a).mul(2));
  builder.update(a, builder.variable(a).add(5));
  const program = builder.build(defaultRuntime());
  program.run([]);
  assertEquals([...await a.read()], [6]);
  program.program.executable.release();
});

Deno.test("a model that nothing can reach gives all its memory back", async () => {
  const target = await device(), x = randomNormal([3, 50], { seed: 1 });
  const use = async () => {
    const net = sequential([50]).dense(100).relu().dense(20);
    await (await net.predict(x)).data();
  };
  await use();
  await collect();
  await target.finish();
  const before = target.allocatedBytes;
  for (let i = 0; i < 5; i++) await use();
  assert(target.allocatedBytes > before);
  await collect();
  await target.finish();
  assert(target.allocatedBytes <= before, `${before} before, ${target.allocatedBytes} after`);
});

Deno.test("a loss may take numbers and tensors from outside", async () => {
  const data = arrayDataset({ inputs: [[1], [2]], targets: new Float32Array([3, 5]) });
  const weights = tensor([0.5, 2]);
  const fitted = async (loss: LossLike) => {
    const net = sequential([1], { seed: 1 }).dense(1, { name: "out" });
    await net.fit(data, { epochs: 3, batchSize: 2, shuffle: false, optimizer: sgd(), loss });
    return {
      kernel: await net.weight("out.kernel").read(),
      loss: (await net.evaluate(data, { loss })).loss,
    };
  };
  const plain = await fitted((p, t) => p.flatten().sub(t).square().mean());
  const halved = await fitted((p, t) => p.flatten().sub(t).square().mul(0.5).mean().mul(2));
  assertAlmostEquals(halved.loss, plain.loss, 1e-5);
  assertAlmostEquals(halved.kernel[0]!, plain.kernel[0]!, 1e-5);
  const weighted = await fitted((p, t) => p.flatten().sub(t).square().mul(weights).mean());
  assert(Math.abs(weighted.kernel[0]! - plain.kernel[0]!) > 1e-3);
});

Deno.test("a loss takes a tensor that lies on the device alone, as it was then", async () => {
  const data = arrayDataset({ inputs: [[1], [2]], targets: new Float32Array([3, 5]) });
  await device();
  const computed = jit((x: Tensor) => x.mul(2))(tensor([1, 2]));
  const loss: LossLike = (p, t) => p.flatten().sub(t).mul(computed).square().mean();
  const same: LossLike = (p, t) => p.flatten().sub(t).mul(tensor([2, 4])).square().mean();
  const net = sequential([1], { seed: 1 }).dense(1);
  assertEquals(
    (await net.evaluate(data, { loss })).loss,
    (await net.evaluate(data, { loss: same })).loss,
  );
});

Deno.test("a tensor that a loss takes from another runtime is to be moved, and said to be", async () => {
  const data = arrayDataset({ inputs: [[1], [2]], targets: new Float32Array([3, 5]) });
  await using other = await openRuntime("cpu", { threads: 1 });
  const there = tensor([1, 2]).to(other).mul(2), here = there.to(defaultRuntime());
  await there.data();
  const net = sequential([1], { seed: 1 }).dense(1);
  const evaluate = (x: Tensor) =>
    net.evaluate(data, { loss: (p, t) => p.flatten().sub(t).mul(x).square().mean() });
  for (const x of [jit((x: Tensor) => x.add(0))(there), here]) {
    await assertRejects(
      () => evaluate(x),
      TypeError,
      "a tensor [2] that a loss, a metric or a layer",
    );
  }
  await here.data();
  const expected = await evaluate(tensor([2, 4]));
  assertEquals(await evaluate(here), expected);
});
