import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { Kernel } from "../../lib/graph/kernel.ts";
import { DeviceError } from "../../lib/core/errors.ts";
import { Failures } from "../../lib/device/webgpu/failures.ts";
import { Pipelines } from "../../lib/device/webgpu/pipelines.ts";
import { createWebgpuDevice, type WebgpuDevice } from "../../lib/device/webgpu/webgpu.ts";
import { openRuntime } from "../../lib/tensor/runtime.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { planOf, testOnOwnWebgpu } from "../kernels/webgpu/run_kernel.ts";

/** x + 1 over `size` elements. */
function increment(size: number): Kernel {
  return {
    kind: "map",
    shape: [size],
    expression: {
      steps: [
        { kind: "load", input: 0, view: { offset: 0, strides: [1] }, dtype: "f32" },
        { kind: "literal", value: 1, dtype: "f32" },
        { kind: "apply", op: "add", operands: [0, 1], attributes: {}, dtype: "f32" },
      ],
      stores: [{ step: 2, dtype: "f32" }],
    },
  };
}

testOnOwnWebgpu("a value over the limit is named before anything runs", (device) => {
  const limit = device.gpu.limits.maxStorageBufferBindingSize, size = limit / 4 + 1;
  // What cannot be cut into parts, as maps and products can.
  const kernel: Kernel = { kind: "argmax", shape: [size], axis: 0, dtype: "f32" };
  const plan = planOf(kernel, [new Float32Array(1)], [{ dtype: "i32", size: 1 }]);
  const named = {
    ...plan,
    values: plan.values.map((value, i) => i > 0 ? value : { ...value, size, name: "x f32 [5, 7]" }),
  };
  const before = device.allocatedBytes;
  const { message } = assertThrows(() => device.load(named), DeviceError, "x f32 [5, 7]");
  assertStringIncludes(message, `binds at most ${limit / 2 ** 20} MiB`);
  assertStringIncludes(message, "smaller batch");
  assertStringIncludes(message, 'setDevice("cpu")');
  assertThrows(() => device.allocate(2 ** 40), DeviceError, "holds at most");
  assertEquals(device.allocatedBytes, before);
});

testOnOwnWebgpu(
  "partial results over the limit are named before anything is allocated",
  (device) => {
    const rows = Math.floor(device.gpu.limits.maxStorageBufferBindingSize / 4) - 32,
      count = 2 ** 15;
    // Two threads share the indices of each row, so that there are twice as many results at first.
    const kernel: Kernel = { kind: "scatterAdd", rows, width: 1, count };
    const inputs = [new Float32Array(count), new Int32Array(count)];
    const plan = planOf(kernel, inputs, [{ dtype: "f32", size: rows }]);
    const before = device.allocatedBytes;
    const load = () => device.load({ ...plan, slots: [1024] });
    assertThrows(
      load,
      DeviceError,
      "the partial results of scatterAdd (value 2 of scatterAdd from",
    );
    assertEquals(device.allocatedBytes, before);
  },
);

testOnOwnWebgpu("a lost device is an error at every later call", async (device) => {
  const plan = planOf(increment(4), [new Float32Array(4)], [{ dtype: "f32", size: 4 }]);
  const storages = plan.bindings.map((bytes) => device.allocate(bytes));
  const executable = device.load(plan);
  executable.run(storages);
  await device.finish();
  device.gpu.destroy();
  // WebGPU calls it a validation error, and tells of the loss a little later.
  const { message } = await assertRejects(() => device.read(storages[1]!, 16), DeviceError);
  assertStringIncludes(message, "the device was lost");
  assertStringIncludes(message, "What comes next opens a new one");
  assert(device.isLost);
  assertThrows(() => executable.run(storages), DeviceError, message);
  assertThrows(() => device.write(storages[0]!, new Float32Array(4)), DeviceError);
  assertThrows(() => device.load(plan), DeviceError);
  assertThrows(() => device.allocate(4), DeviceError);
  await assertRejects(() => device.finish(), DeviceError);
});

testOnOwnWebgpu(
  "a device lost while it is read from says so, one that was closed is closed",
  async (device) => {
    const storage = device.allocate(16);
    const reads = [device.read(storage, 16), device.read(storage, 16)];
    device.gpu.destroy();
    for (const { status, reason } of await Promise.allSettled(reads) as PromiseRejectedResult[]) {
      if (status === "rejected") assertStringIncludes(reason.message, "the device was lost");
    }
    await assertRejects(() => device.finish(), DeviceError, "the device was lost");
    const other = await createWebgpuDevice();
    await other.close();
    await other.gpu.lost;
    await assertRejects(() => other.finish(), DeviceError, "the device was closed");
  },
);

testOnOwnWebgpu("a kernel that does not compile is an error that names it", async (device) => {
  const failures = new Failures(device.gpu);
  const pipelines = new Pipelines(device.gpu, failures);
  const code = "@compute @workgroup_size(1) fn main() { let x: f32 = 1u; }";
  const dispatch = { code, bindings: [], workgroups: [1, 1, 1] as const };
  pipelines.pipeline(dispatch, () => "matmul (f32 [2, 3])");
  const error = await assertRejects(() => failures.settled(), DeviceError, "matmul (f32 [2, 3])");
  assertStringIncludes(error.message, "does not compile");
  assertThrows(() => failures.check(), DeviceError, "matmul");
});

testOnOwnWebgpu("an error outside any scope is thrown by the next read", async (device) => {
  const storage = device.allocate(16);
  const encoder = device.gpu.createCommandEncoder();
  const buffer = device.gpu.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_DST });
  // Not a source: invalid, and reported some time later.
  encoder.copyBufferToBuffer(buffer, 0, buffer, 0, 16);
  device.gpu.queue.submit([encoder.finish()]);
  const error = await assertRejects(async () => {
    await device.read(storage, 16);
    await device.read(storage, 16);
  }, DeviceError);
  assert(error.message.length > 10);
});

testOnOwnWebgpu("a closed device, released programs and buffers", async (device) => {
  const plan = planOf(increment(4), [new Float32Array(4)], [{ dtype: "f32", size: 4 }]);
  const [a, b] = plan.bindings.map((bytes) => device.allocate(bytes));
  const executable = device.load(plan);
  assertThrows(() => executable.run([a!]), TypeError, "binds 2 buffers");
  const small = device.allocate(8);
  assertThrows(() => executable.run([small, b!]), RangeError, "8 bytes, expected 16");
  small.release();
  assertThrows(() => executable.run([small, b!]), TypeError, "binding 0");
  await assertRejects(() => device.read(small, 4), TypeError, "live buffer");
  executable.release();
  assertThrows(() => executable.run([a!, b!]), DeviceError, "released");
  await device.close();
  assertThrows(() => device.allocate(4), DeviceError, "closed");
});

testOnOwnWebgpu("a lost device is dropped: what comes next opens another", async () => {
  await using runtime = await openRuntime("webgpu");
  const first = runtime.device as WebgpuDevice;
  const kept = tensor([1, 2, 3]).to(runtime), gone = kept.mul(2);
  assertEquals(await gone.sum().item(), 12);
  first.gpu.destroy();
  await assertRejects(() => gone.data(), DeviceError, "the device was lost");
  const second = await runtime.open();
  assert(second !== first && second === await runtime.open());
  assert(!second.isLost && runtime.isOpen);
  assertEquals(await tensor([1, 2]).to(runtime).mul(3).array(), [3, 6]);
  await assertRejects(() => gone.add(1).data(), DeviceError, "the device was lost");
});
