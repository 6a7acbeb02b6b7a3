import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Kernel } from "../../lib/graph/kernel.ts";
import type { Plan } from "../../lib/compile/plan.ts";
import { planOf, testOnOwnWebgpu } from "../kernels/webgpu/run_kernel.ts";

testOnOwnWebgpu("allocated bytes are those of live buffers", (device) => {
  const before = device.allocatedBytes;
  const a = device.allocate(1000), b = device.allocate(7);
  const both = device.allocatedBytes - before;
  assert(both >= 1007 && both < 1007 + 200, `${both}`);
  a.release();
  a.release();
  b.release();
  assertEquals(device.allocatedBytes, before);
});

testOnOwnWebgpu("a program's slots are freed with it, and its runs do not grow", async (device) => {
  const view = { offset: 0, strides: [1] };
  const kernel: Kernel = {
    kind: "map",
    shape: [64],
    expression: {
      steps: [
        { kind: "load", input: 0, view, dtype: "f32" },
        { kind: "apply", op: "add", operands: [0, 0], attributes: {}, dtype: "f32" },
      ],
      stores: [{ step: 1, dtype: "f32" }],
    },
  };
  const value = { size: 64, dtype: "f32", name: "x" } as const;
  const plan: Plan = {
    launches: [{ kernel, inputs: [0], outputs: [1] }, { kernel, inputs: [1], outputs: [2] }],
    values: [
      { ...value, place: { kind: "binding", index: 0 } },
      { ...value, place: { kind: "slot", index: 0 } },
      { ...value, place: { kind: "binding", index: 1 } },
    ],
    slots: [256],
    bindings: [256, 256],
    outputs: [1],
  };
  const before = device.allocatedBytes;
  const executable = device.load(plan);
  const output = device.allocate(256);
  // More inputs than bind groups are kept for.
  const inputs = Array.from({ length: 12 }, () => device.allocate(256));
  inputs.forEach((storage, i) => device.write(storage, new Float32Array(64).fill(i)));
  const loaded = device.allocatedBytes;
  for (let round = 0; round < 3; round++) {
    for (const [i, input] of inputs.entries()) {
      executable.run([input, output]);
      const result = new Float32Array(await device.read(output, 256));
      assert(result.every((x) => x === 4 * i), `${i}`);
    }
  }
  assertEquals(device.allocatedBytes, loaded);
  executable.release();
  for (const storage of [...inputs, output]) storage.release();
  assertEquals(device.allocatedBytes, before);
});

testOnOwnWebgpu("writes of bytes, and at an offset", async (device) => {
  const storage = device.allocate(7);
  device.write(storage, Uint8Array.of(1, 2, 3, 4, 5, 6, 7));
  device.write(storage, Uint8Array.of(50, 60, 70), 4);
  assertEquals([...new Uint8Array(await device.read(storage, 7))], [1, 2, 3, 4, 50, 60, 70]);
  assertThrows(() => device.write(storage, Uint8Array.of(1, 2), 2), RangeError, "multiple of 4");
  assertThrows(() => device.write(storage, Uint8Array.of(1)), RangeError);
  assertThrows(() => device.write(storage, new Uint8Array(8)), RangeError);
  await assertRejects(() => device.read(storage, 8), RangeError);
  storage.release();
});

testOnOwnWebgpu("what is written is copied at once", async (device) => {
  const storage = device.allocate(16), data = Float32Array.of(1, 2, 3, 4);
  device.write(storage, data);
  data.fill(0);
  assertEquals([...new Float32Array(await device.read(storage, 16))], [1, 2, 3, 4]);
});

testOnOwnWebgpu("nothing can be written", async (device) => {
  const storage = device.allocate(0);
  device.write(storage, new Float32Array(0));
  assertEquals((await device.read(storage, 0)).byteLength, 0);
});

testOnOwnWebgpu("a plan that does nothing can run", async (device) => {
  const kernel: Kernel = {
    kind: "map",
    shape: [0],
    expression: {
      steps: [{ kind: "literal", value: 1, dtype: "f32" }],
      stores: [{ step: 0, dtype: "f32" }],
    },
  };
  const plan = planOf(kernel, [], [{ dtype: "f32", size: 0 }]);
  const storages = plan.bindings.map((bytes) => device.allocate(bytes));
  device.load(plan).run(storages);
  assertEquals((await device.read(storages[0]!, 0)).byteLength, 0);
});
