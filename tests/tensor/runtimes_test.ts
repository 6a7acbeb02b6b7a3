import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DeviceError } from "../../lib/core/errors.ts";
import { ones, tensor } from "../../lib/tensor/create.ts";
import { gradient } from "../../lib/tensor/gradient.ts";
import { jit } from "../../lib/tensor/jit.ts";
import {
  defaultRuntime,
  device,
  openRuntime,
  type Runtime,
  setDevice,
} from "../../lib/tensor/runtime.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { Variable } from "../../lib/tensor/variable.ts";
import { corners, stateful } from "../train/helpers.ts";
import { needs } from "../setup/needs.ts";
import { collect } from "./collect.ts";

await setDevice("cpu", { threads: 1 });

const open = () => openRuntime("cpu", { threads: 1 });
const programs = (...runtimes: Runtime[]) => runtimes.map((runtime) => runtime.programs.size);

Deno.test("what depends on a tensor of a runtime is computed there", async () => {
  await using there = await open();
  const here = defaultRuntime(), before = programs(here, there);
  const x = tensor([1, 2, 3]), y = x.to(there);
  assertEquals(y.to(there), y);
  assertEquals(await y.mul(2).add(x).array(), [3, 6, 9]);
  assertEquals(programs(here, there), [before[0]!, before[1]! + 1]);
  // Data of the host go to either; what is computed stays where it is until it is moved.
  assertEquals(await x.mul(2).array(), [2, 4, 6]);
  const a = x.exp(), b = y.exp();
  await Promise.all([a.data(), b.data()]);
  await assertRejects(
    () => a.sub(b).data(),
    TypeError,
    `on one runtime, found some on cpu (${(await here.open()).description}) and some on cpu`,
  );
  for (const difference of [a.sub(b.to(here)), a.to(there).sub(b)]) {
    assertEquals(await difference.abs().max().item(), 0);
  }
  assertEquals(await x.to(here).add(1).to(there).add(b.mul(0)).array(), [2, 3, 4]);
});

Deno.test("a graph of data of the host is computed on the runtime that it is moved to", async () => {
  await using there = await open();
  const before = programs(defaultRuntime());
  const moved = tensor([1, 2]).square().sum().to(there);
  const bytes = tensor(Uint8Array.of(3, 4)).to(there);
  assertEquals(await moved.add(bytes.cast("f32")).array(), [8, 9]);
  assertEquals(programs(defaultRuntime()), before);
  const gone = ones([2000]).exp();
  await gone.data();
  const copy = gone.to(there);
  gone[Symbol.dispose]();
  await assertRejects(() => copy.data(), TypeError, "was disposed of");
});

Deno.test("gradients and recorded functions run where their tensors lie", async () => {
  await using there = await open();
  const before = programs(defaultRuntime());
  const w = tensor([1, 2]).to(there), x = tensor([3, 4]);
  const loss = (w: Tensor) => w.mul(x).square().sum();
  assertEquals(await gradient(loss)(w).array(), [18, 64]);
  let calls = 0;
  // The argument can go anywhere; what the function takes from around it cannot.
  const f = jit((x: Tensor) => (calls++, x.mul(w)));
  for (let i = 0; i < 5; i++) assertEquals(await f(tensor([i, 1])).array(), [i, 2]);
  assert(calls <= 3, `${calls} calls`);
  const g = jit((a: Tensor) => a.add(1));
  assertEquals(await g(w).array(), [2, 3]);
  assertEquals(await g(x).array(), [4, 5]);
  assertEquals(programs(defaultRuntime())[0]! - before[0]!, 2);
});

Deno.test("a runtime that is closed leaves its tensors and weights, and nothing else", async () => {
  const there = await open(), { device } = there;
  const variable = new Variable("w", [2000], "f32", () => new Float32Array(2000).fill(7));
  await variable.to(there);
  variable.bindForUpdate(there);
  const kept = ones([2000]).to(there).mul(3), lazy = kept.add(variable.tensor());
  await kept.sum().item();
  await collect();
  assert(device.allocatedBytes > 0);
  const reading = kept.data(), closing = there.close();
  assertEquals((await reading)[5], 3);
  await closing;
  await there.close();
  assertEquals(device.allocatedBytes, 0);
  assertThrows(() => device.allocate(4), DeviceError, "closed");
  assertThrows(() => there.device, DeviceError, "the runtime was closed");
  await assertRejects(() => there.open(), DeviceError, "the runtime was closed");
  assertThrows(() => tensor([1]).to(there), DeviceError, "to: the runtime was closed");
  // What was there goes anywhere now.
  assertEquals((await lazy.add(tensor(1)).data())[9], 11);
  assertEquals((await variable.read())[9], 7);
  variable.bind(defaultRuntime());
  const other = await open(), net = await stateful().to(other);
  await other.close();
  assertEquals(net.outputShape, (await net.predict(corners(1))).shape.slice(1));
});

Deno.test("what waits for data on its way to a runtime that closes is computed elsewhere", async () => {
  const there = await open();
  const x = tensor([1, 2]).exp();
  await x.data();
  // A copy by way of the host is on its way.
  let y = x.to(there);
  for (let i = 0; i < 2500; i++) y = y.add(1);
  await there.close();
  assertEquals((await y.data()).map(Math.round), Float32Array.of(2503, 2507));
});

Deno.test("what waits for a copy of what is not computed yet is computed once that is", async () => {
  await using there = await open();
  const [a, b] = [new Variable("a", [2], "f32"), new Variable("b", [2], "f32")];
  a.set(ones([2]).to(there).mul(2));
  b.set(a.tensor().mul(3).to(defaultRuntime()).add(1));
  assertEquals(await b.tensor().array(), [7, 7]);
  assertEquals(await a.tensor().array(), [2, 2]);
  // A weight that comes from another runtime moves to the model's.
  const net = stateful(), [name, weight] = [...net.namedWeights].at(-1)!;
  net.assign({ [name]: ones(weight.shape).to(there).mul(5) });
  await net.predict(corners(2));
  assertEquals(new Set(await weight.read()), new Set([5]));
});

Deno.test("what waits on a runtime that closes, and is moved to another, is computed", async () => {
  const there = await open();
  await using elsewhere = await open();
  const variable = new Variable("a", [2], "f32");
  variable.set(ones([2]).to(there).mul(2));
  const x = variable.tensor().mul(3);
  await there.close();
  assertEquals(await x.to(elsewhere).add(1).array(), [7, 7]);
});

Deno.test("a device closes once the training on it is done, another may be chosen meanwhile", async () => {
  await setDevice("cpu", { threads: 1 });
  const net = stateful(), data = corners(30), before = await device();
  const options = { epochs: 2, batchSize: 10, seed: 1 };
  let chosen: Promise<unknown> | undefined;
  await net.fit(data, {
    ...options,
    onStep: ({ step }) => {
      if (step === 2) chosen = setDevice("cpu", { threads: 2 });
    },
  });
  await chosen;
  assert(await device() !== before);
  const expected = stateful();
  await expected.fit(data, options);
  for (const [name, weight] of net.namedWeights) {
    assertEquals(await weight.read(), await expected.weight(name).read(), name);
  }
  while (before.allocatedBytes > 0) await collect();
  assertThrows(() => before.allocate(4), DeviceError, "closed");
});

Deno.test({
  name: "the same on both devices in one program",
  ignore: !needs.webgpu.met,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using gpu = await openRuntime("webgpu");
    const step = (x: Tensor) => gradient((x: Tensor) => x.tanh().square().sum())(x);
    const x = tensor([0.1, 0.2, -0.3]);
    const [here, there] = [step(x), step(x.to(gpu))];
    assert(await here.sub(there.to(defaultRuntime())).abs().max().item() < 1e-6);
  },
});

/** What the process has of something. */
const count = (what: "task" | "fd") => [...Deno.readDirSync(`/proc/self/${what}`)].length;

/** Waits until threads and files are as few as they were. */
async function fallsTo(threads: number, files: number): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    await collect();
    if (count("task") <= threads && count("fd") <= files) return true;
  }
  return false;
}

for (const name of ["cpu", "webgpu"]) {
  for (const how of ["chosen", "opened and closed"]) {
    Deno.test({
      name: `${name}, ${how} 50 times, leaves no thread, file or memory`,
      ignore: Deno.build.os !== "linux" || (name === "webgpu" && !needs.webgpu.met),
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => {
        const kept: Tensor[] = [];
        const round = async (i: number) => {
          const options = name === "cpu" ? { threads: 2 } : {};
          if (how === "chosen") await setDevice(name, options);
          await using other = how === "chosen" ? undefined : await openRuntime(name, options);
          const x = tensor([1, 2]).to(other ?? defaultRuntime()).mul(i);
          assertEquals(await x.sum().item(), 3 * i);
          kept.push(x);
        };
        // What the platform loads once is not to be given back.
        for (let i = 0; i < 5; i++) await round(i);
        await collect();
        const [threads, files] = [count("task"), count("fd")];
        const resident = Deno.memoryUsage().rss;
        for (let i = 5; i < 50; i++) {
          await round(i);
          if (i % 10 === 0) await collect();
        }
        assert(
          await fallsTo(threads, files),
          `${threads} threads, ${files} files; then ${count("task")}, ${count("fd")}`,
        );
        const grown = (Deno.memoryUsage().rss - resident) / 2 ** 20;
        assert(grown < 80, `${grown.toFixed(0)} MiB more`);
        assertEquals(await kept[7]!.array(), [7, 14]);
      },
    });
  }
}
