import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Device } from "../../lib/device/device.ts";
import { needs } from "../setup/needs.ts";
import { arange, tensor } from "../../lib/tensor/create.ts";
import { valueAndGradient } from "../../lib/tensor/gradient.ts";
import { jit } from "../../lib/tensor/jit.ts";
import { defaultRuntime, device, setDevice } from "../../lib/tensor/runtime.ts";
import { concatenate } from "../../lib/tensor/combine.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { collect } from "./collect.ts";
import { testOnDevices } from "./devices.ts";

const x = arange(12).reshape([4, 3]).mul(0.1), y = tensor([[1], [0], [2], [-1]]);
const loss = (w: { a: Tensor; b: Tensor }) => x.matmul(w.a).tanh().add(w.b).sub(y).square().mean();

const programCount = () => defaultRuntime().programs.size;

/** A loop of gradient descent as a user writes it; every `often`-th loss is read. */
async function descend(steps: number, often = Infinity): Promise<number[]> {
  let w = { a: tensor([[0.1], [0.2], [0.3]]), b: tensor([0]) };
  for (let i = 1; i <= steps; i++) {
    const { value, gradient } = valueAndGradient(loss)(w);
    const rate = 0.1 / (1 + i / 1000);
    w = { a: w.a.sub(gradient.a.mul(rate)), b: w.b.sub(gradient.b.mul(rate)) };
    if (i % often === 0) await value.item();
  }
  return [...await w.a.data(), ...await w.b.data()];
}

testOnDevices("a loop of 1,000 steps makes no new programs and takes no more memory", async () => {
  const target = await device();
  // Programs of the CPU get native code with their third run, which is of another size.
  for (let run = 0; run < 3; run++) await descend(20, 10);
  const programs = programCount();
  await collect();
  const before = target.allocatedBytes;
  await descend(1000, 100);
  assertEquals(programCount(), programs);
  await collect();
  assert(
    target.allocatedBytes <= before,
    `${before} bytes before, ${target.allocatedBytes} after`,
  );
});

testOnDevices("a loop computes the same however often it is read", async () => {
  const never = await descend(60);
  assertEquals(await descend(60, 1), never);
  assertEquals(await descend(60, 7), never);
});

testOnDevices("a loop that never awaits is evaluated on the way", async () => {
  let t = tensor([0, 1]);
  for (let i = 0; i < 12_000; i++) t = t.add(1);
  const programs = programCount();
  assertEquals(await t.array(), [12_000, 12_001]);
  for (let i = 0; i < 12_000; i++) t = t.add(1);
  assertEquals(await t.array(), [24_000, 24_001]);
  assert(programCount() <= programs + 2);
});

testOnDevices("nothing runs before something is read, and nothing twice", async () => {
  const programs = programCount();
  const t = tensor([1, 2]).mul(3).sin().mul(1e-3).add(17);
  assertEquals(programCount(), programs);
  await t.data();
  assertEquals(programCount(), programs + 1);
  await t.data();
  await tensor([5, 6]).mul(7).sin().mul(8).add(9).data();
  assertEquals(programCount(), programs + 1);
});

testOnDevices("several reads are in flight at once", async () => {
  const base = tensor([1, 2, 3]).mul(2);
  const all = Array.from({ length: 20 }, (_, i) => base.add(i).sum());
  const found = await Promise.all([...all, ...all].map((t) => t.item()));
  assertEquals(found, [...all, ...all].map((_, i) => 12 + 3 * (i % 20)));
});

testOnDevices("memory comes back at the end of a block with using", async () => {
  const target = await device();
  const keep = tensor(new Float32Array(50_000)).add(1);
  const before = target.allocatedBytes;
  {
    using t = keep.mul(2);
    await t.data();
    assert(target.allocatedBytes >= before + 200_000);
  }
  assert(target.allocatedBytes < before + 600_000);
  const gone = keep.mul(3);
  await gone.data();
  const later = gone.sum();
  gone[Symbol.dispose]();
  await assertRejects(() => gone.data(), TypeError, "was disposed of");
  await assertRejects(() => later.item(), TypeError, "read the result first");
  gone[Symbol.dispose]();
  const lazy = keep.mul(4);
  lazy[Symbol.dispose]();
  assertEquals((await keep.data())[0], 1);
});

/** Tensors in every state: given, computed and read, computed and not read, lazy, with gradients. */
async function states(): Promise<{ tensors: Tensor[]; expected: number[] }> {
  const given = arange(2000), read = given.mul(2), kept = given.add(1);
  await Promise.all([read.data(), kept.sum().item()]);
  const large = kept.mul(3);
  await large.sum().item();
  const lazy = concatenate([large, read]).mul(0.5);
  const { value, gradient } = valueAndGradient((w: Tensor) => w.mul(kept).mean())(read);
  const tensors = [given, read, kept, large, lazy, gradient, value];
  return {
    tensors: tensors.map((t) => t.max()),
    expected: [1999, 3998, 2000, 6000, 3000, 1, 2 * 1999 * 1999 / 3 + 1999 / 3 + 1999],
  };
}

const others: [string, Parameters<typeof setDevice>, boolean][] = [
  ["the CPU with two threads", ["cpu", { threads: 2 }], false],
  ["WebGPU", ["webgpu"], !needs.webgpu.met],
];

for (const [name, other, ignore] of others) {
  Deno.test({
    name: `tensors follow from the CPU to ${name} and back`,
    ignore,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      for (const [from, to] of [[["cpu", { threads: 1 }], other], [other, ["cpu"]]] as const) {
        await setDevice(...from as typeof other);
        const { tensors, expected } = await states();
        const extra = tensors[4]!.add(tensors[3]!);
        await setDevice(...to as typeof other);
        for (const [i, t] of tensors.entries()) {
          const error = Math.abs(await t.item() - expected[i]!) / expected[i]!;
          assert(error < 1e-3, `state ${i}: ${await t.item()} for ${expected[i]}`);
        }
        assertEquals(await extra.item(), 9000);
      }
    },
  });
}

Deno.test("a gradient whose value needs what lies on another device is read", async () => {
  await setDevice("cpu", { threads: 1 });
  const a = arange(2000).add(1), b = arange(2000).mul(2);
  await a.max().item();
  await b.max().item();
  const { gradient } = valueAndGradient((a: Tensor) => a.mul(b).sum())(a);
  await setDevice("cpu", { threads: 2 });
  assertEquals((await gradient.data())[3], 6);
});

Deno.test("results do not depend on the number of threads", async () => {
  const results: number[][] = [];
  for (const threads of [1, 2]) {
    await setDevice("cpu", { threads });
    results.push(await descend(40, 13));
  }
  assertEquals(results[0], results[1]);
});

Deno.test("a loop that runs before there is a device computes the same", async () => {
  await setDevice("cpu", { threads: 1 });
  const expected = await descend(1000);
  const [x, double] = [tensor([1, 2]), jit((t: Tensor) => t.mul(2))];
  const opened = setDevice("cpu", { threads: 1 });
  const early = descend(1000);
  const chain = double(double(x).add(1));
  let deep = x;
  for (let i = 0; i < 10_000; i++) deep = deep.add(1);
  assertEquals(await early, expected);
  assertEquals(await Promise.all([chain.array(), deep.array()]), [[6, 10], [10_001, 10_002]]);
  await opened;
});

Deno.test("what fails before there is a device is told to who reads it, and to nobody else", async () => {
  const opened = setDevice("cpu", { threads: 1 });
  const given = tensor([1, 2]), fine = valueAndGradient((t: Tensor) => t.sum())(tensor([3]).add(1));
  const doubled = given.mul(2), lost = valueAndGradient((t: Tensor) => t.sum())(doubled);
  given[Symbol.dispose]();
  await assertRejects(() => doubled.data(), TypeError, "was disposed of");
  await assertRejects(() => lost.value.item(), TypeError, "was disposed of");
  assertEquals(await fine.value.item(), 4);
  await opened;
});

Deno.test("devices chosen one after another without waiting: the last one counts", async () => {
  const chosen = [1, 2, 1].map((threads) => setDevice("cpu", { threads }));
  assertEquals(await tensor([1, 2]).sum().item(), 3);
  const last = await chosen[2];
  await Promise.all(chosen);
  assertEquals((await device()) as unknown, last as unknown);
});

Deno.test("where a device cannot be opened the one before stays, or else the default", async () => {
  await setDevice("cpu", { threads: 1 });
  const before = await device(), x = tensor([1, 2]).add(1);
  const chosen = setDevice("cpu", { threads: 0 });
  const meanwhile = assertRejects(() => tensor([1]).add(1).data(), RangeError, "threads");
  await assertRejects(() => chosen, RangeError, "threads");
  await meanwhile;
  assertEquals(await device() as unknown, before as unknown);
  assertEquals(await x.array(), [2, 3]);
  const both = [0, 0].map((threads) => setDevice("cpu", { threads }));
  assertEquals((await Promise.allSettled(both)).map(({ status }) => status), [
    "rejected",
    "rejected",
  ]);
  assertEquals(await tensor([1]).add(1).item(), 2);
});

Deno.test("a device by a wrong name is an error that suggests one", async () => {
  await assertRejects(() => setDevice("webgpuu" as never), RangeError, 'did you mean "webgpu"?');
  assertEquals(((await device()) as Device).kind, "cpu");
});
