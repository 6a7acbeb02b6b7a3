import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DeviceError } from "../../lib/core/errors.ts";
import { SharedMemory } from "../../lib/device/cpu/shared_memory.ts";
import { defaultRuntime, device, setDevice } from "../../lib/tensor/runtime.ts";
import { zeros } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { withMemory } from "../../lib/tensor/reclaim.ts";
import { planOf } from "../kernels/cpu/run_kernel.ts";
import { corners, stateful } from "../train/helpers.ts";
import { collect } from "./collect.ts";

/** Refuses memory beyond `limit` bytes until it is disposed of. */
function atMost(limit: number): Disposable {
  const { allocate } = SharedMemory.prototype;
  SharedMemory.prototype.allocate = function (bytes, purpose) {
    if (this.allocatedBytes + bytes > limit) throw new DeviceError("cpu: full");
    return allocate.call(this, bytes, purpose);
  };
  return { [Symbol.dispose]: () => void (SharedMemory.prototype.allocate = allocate) };
}

/** A test of the default runtime on the CPU. */
const cpuTest = (name: string, fn: () => Promise<void>) =>
  Deno.test({
    name,
    sanitizeResources: false,
    sanitizeOps: false,
    fn: async () => {
      await setDevice("cpu", { threads: 1 });
      await fn();
    },
  });

const bytes = 1 << 20, elements = bytes / 4;

/** Fills a device but for a little with tensors that nothing can reach afterwards. */
async function fill(count: number): Promise<void> {
  const tensors: Tensor[] = [];
  for (let i = 0; i < count; i++) {
    tensors.push(zeros([elements]).add(i));
    await tensors[i]!.data();
  }
}

cpuTest("memory of what nothing can reach any more is given back where it is wanted", async () => {
  await collect();
  const { allocatedBytes } = await device();
  using _ = atMost(allocatedBytes + 8.5 * bytes);
  await fill(7);
  assertEquals(await zeros([4 * elements]).add(1).sum().item(), 4 * elements);
  // What can be reached stays, and too much is too much.
  const held = zeros([5 * elements]).add(2);
  await held.data();
  await assertRejects(() => zeros([4 * elements]).add(1).data(), DeviceError, "cpu: full");
  assertEquals(await held.sum().item(), 10 * elements);
});

cpuTest("the same in predict, fit and evaluate", async () => {
  const net = stateful(), data = corners(60);
  const options = { epochs: 1, batchSize: 20, progress: false } as const;
  await net.fit(data, options);
  for (
    const work of [
      () => net.predict(zeros([50, 3])),
      () => stateful().fit(data, options),
      () => net.evaluate(data),
    ]
  ) {
    defaultRuntime().programs.clear();
    await collect();
    const { allocatedBytes } = await device();
    using _ = atMost(allocatedBytes + 8 * bytes);
    await fill(6);
    // Nearly full: programs and batches do not fit beside it.
    const rest = allocatedBytes + 8 * bytes - (await device()).allocatedBytes - 3000;
    const filler = (await device()).allocate(rest);
    await work();
    filler.release();
  }
});

cpuTest("an error that is none of memory is thrown at once", async () => {
  let calls = 0;
  const fail = () => {
    calls++;
    throw new TypeError("no");
  };
  await assertRejects(() => withMemory(defaultRuntime(), fail), TypeError, "no");
  assertEquals(calls, 1);
});

cpuTest("after a kernel that traps, setDevice opens a device that works", async () => {
  const before = await device(), there = zeros([4]).add(1), host = zeros([4]);
  await there.data();
  const kernel = {
    kind: "map",
    shape: [4],
    expression: {
      // Far outside the memory.
      steps: [{ kind: "load", input: 0, view: { offset: 2 ** 29, strides: [1] }, dtype: "f32" }],
      stores: [{ step: 0, dtype: "f32" }],
    },
  } as const;
  const value = { dtype: "f32", size: 4 } as const;
  before.load(planOf(kernel, [value], [value])).run([before.allocate(16), before.allocate(16)]);
  const error = await assertRejects(() => host.add(2).data(), DeviceError) as DeviceError;
  assertStringIncludes(
    error.message,
    'what lay there alone is lost: setDevice("cpu") opens another',
  );
  await setDevice("cpu", { threads: 1 });
  assertEquals(await host.add(2).sum().item(), 8);
});
