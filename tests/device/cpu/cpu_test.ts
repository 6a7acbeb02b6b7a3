import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { MapKernel, ReduceKernel, Step } from "../../../lib/graph/kernel.ts";
import type { Plan, PlannedValue } from "../../../lib/compile/plan.ts";
import { DeviceError } from "../../../lib/core/errors.ts";
import { control } from "../../../lib/device/cpu/control.ts";
import { createCpuDevice } from "../../../lib/device/cpu/cpu.ts";
import { SharedMemory } from "../../../lib/device/cpu/shared_memory.ts";
import { planOf } from "../../kernels/cpu/run_kernel.ts";
import { normals } from "../../kernels/cpu/reference.ts";

const load = (n: number, offset = 0): Step => ({
  kind: "load",
  input: 0,
  view: { offset, strides: [n === 0 ? 0 : 1] },
  dtype: "f32",
});

/** x -> 2 x + 1. */
function affine(n: number, offset = 0): MapKernel {
  const steps: Step[] = [
    load(n, offset),
    { kind: "literal", value: 2, dtype: "f32" },
    { kind: "literal", value: 1, dtype: "f32" },
    { kind: "apply", op: "multiply", operands: [0, 1], attributes: {}, dtype: "f32" },
    { kind: "apply", op: "add", operands: [3, 2], attributes: {}, dtype: "f32" },
  ];
  return { kind: "map", shape: [n], expression: { steps, stores: [{ step: 4, dtype: "f32" }] } };
}

const f32 = (size: number) => ({ dtype: "f32" as const, size });
const affinePlan = (n: number) => planOf(affine(n), [f32(n)], [f32(n)]);

/** x -> sum(tanh(x)), by way of two slots and a reduction in parts. */
function longPlan(n: number): Plan {
  const stores = [{ step: 1, dtype: "f32" as const }];
  const tanh: MapKernel = {
    kind: "map",
    shape: [n],
    expression: {
      steps: [load(n), {
        kind: "apply",
        op: "tanh",
        operands: [0],
        attributes: {},
        dtype: "f32",
      }],
      stores,
    },
  };
  const sum: ReduceKernel = {
    kind: "reduce",
    combine: "sum",
    shape: [n],
    axes: [0],
    expression: { steps: [load(n)], stores: [{ step: 0, dtype: "f32" }] },
    dtype: "f32",
  };
  const value = (size: number, kind: "binding" | "slot", index: number): PlannedValue => ({
    size,
    dtype: "f32",
    place: { kind, index },
    name: `${kind} ${index}`,
  });
  return {
    launches: [
      { kernel: tanh, inputs: [0], outputs: [1] },
      { kernel: tanh, inputs: [1], outputs: [2] },
      { kernel: sum, inputs: [2], outputs: [3] },
    ],
    values: [
      value(n, "binding", 0),
      value(n, "slot", 0),
      value(n, "slot", 1),
      value(1, "binding", 1),
    ],
    slots: [n * 4, n * 4],
    bindings: [n * 4, 4],
    outputs: [1],
  };
}

Deno.test("cpu device: the same bits for any number of threads", async () => {
  const n = 100_003, x = normals(1, n), found: number[] = [];
  for (const threads of [1, 2, 3]) {
    const device = await createCpuDevice({ threads });
    const executable = device.load(longPlan(n));
    const input = device.allocate(n * 4), output = device.allocate(4);
    device.write(input, x);
    executable.run([input, output]);
    found.push(new Float32Array(await device.read(output, 4))[0]!);
    await device.close();
  }
  const exact = x.reduce((sum, value) => sum + Math.tanh(Math.tanh(value)), 0);
  assert(Math.abs(found[0]! - exact) < 1e-2, `${found[0]} ${exact}`);
  assertEquals(found, [found[0]!, found[0]!, found[0]!]);
});

Deno.test("cpu device: writes, runs and reads in the order in which they were queued", async () => {
  const device = await createCpuDevice({ threads: 2 });
  const n = 1000, a = device.allocate(n * 4), b = device.allocate(n * 4);
  const executable = device.load(affinePlan(n));
  const reads: Promise<ArrayBuffer>[] = [];
  for (let round = 0; round < 50; round++) {
    device.write(a, new Float32Array(n).fill(round));
    executable.run([a, b]);
    executable.run([b, a]);
    reads.push(device.read(a, 8));
    device.write(a, Float32Array.of(-round), 4);
    reads.push(device.read(a, 8));
  }
  const results = (await Promise.all(reads)).map((buffer) => [...new Float32Array(buffer)]);
  for (let round = 0; round < 50; round++) {
    assertEquals(results[2 * round], [4 * round + 3, 4 * round + 3]);
    assertEquals(results[2 * round + 1], [4 * round + 3, -round]);
  }
  await device.close();
});

Deno.test("cpu device: updates in place, many runs, no memory left behind", async () => {
  const device = await createCpuDevice({ threads: 2 });
  const n = 5000, storage = device.allocate(n * 4);
  const plan = affinePlan(n);
  const inPlace: Plan = {
    ...plan,
    values: plan.values.map((value) => ({ ...value, place: { kind: "binding", index: 0 } })),
    bindings: [n * 4],
    outputs: [0],
  };
  const executable = device.load(inPlace);
  device.write(storage, new Float32Array(n));
  for (let i = 0; i < 10; i++) executable.run([storage]);
  assertEquals(new Float32Array(await device.read(storage, n * 4)), new Float32Array(n).fill(1023));
  const before = device.allocatedBytes;
  for (let i = 0; i < 2000; i++) {
    const scratch = device.allocate(n * 4);
    device.write(scratch, new Float32Array(1));
    executable.run([scratch]);
    scratch.release();
    if (i % 100 === 0) await device.finish();
  }
  await device.finish();
  device.allocate(4).release();
  assertEquals(device.allocatedBytes, before);
  executable.release();
  storage.release();
  await device.finish();
  device.allocate(4).release();
  assert(device.allocatedBytes < 100, `${device.allocatedBytes} bytes are left`);
  await device.close();
});

Deno.test("cpu device: what does not fit is an error that says so", async () => {
  const device = await createCpuDevice({ threads: 1 });
  const error = assertThrows(() => device.allocate(5 * 2 ** 30), DeviceError) as DeviceError;
  assertStringIncludes(error.message, "5368709120 bytes (5120.0 MiB)");
  assertStringIncludes(error.message, "4 GiB");
  assertStringIncludes(error.message, "declare tensors by `using`");
  assertStringIncludes(error.message, "smaller batch size or model");
  const storage = device.allocate(8);
  assertThrows(() => device.write(storage, new Float32Array(3)), DeviceError, "12 bytes");
  await assertRejects(() => device.read(storage, 12), DeviceError, "12 bytes");
  const executable = device.load(affinePlan(100));
  assertThrows(() => executable.run([storage, storage]), DeviceError, "expected at least 400");
  assertThrows(() => executable.run([storage]), DeviceError, "expected 2 bindings");
  const large = device.allocate(400);
  assertThrows(() => executable.run([large, large]), DeviceError, "give each its own");
  storage.release();
  assertThrows(() => device.write(storage, new Float32Array(1)), DeviceError, "released");
  const other = await createCpuDevice({ threads: 1 });
  const foreign = other.allocate(8);
  await assertRejects(() => device.read(foreign, 4), DeviceError, "another device");
  await device.close();
  await other.close();
  await assertRejects(() => createCpuDevice({ threads: 0 }), RangeError, "threads");
});

Deno.test("cpu device: waits for memory that queued work will give back", async () => {
  const device = await createCpuDevice({ threads: 2 });
  const n = 1 << 20, output = device.allocate(n * 4), executable = device.load(affinePlan(n));
  for (let round = 0; round < 3; round++) {
    const large = device.allocate(3 * 2 ** 30);
    for (let i = 0; i < 20; i++) executable.run([large, output]);
    large.release();
  }
  await device.finish();
  await device.close();
});

Deno.test("cpu device: a kernel that traps is an error, not a hang", async () => {
  for (const threads of [1, 2]) {
    const device = await createCpuDevice({ threads });
    const n = 50_000, a = device.allocate(n * 4), b = device.allocate(n * 4);
    // Far outside the memory.
    const executable = device.load(planOf(affine(n, 2 ** 29), [f32(n)], [f32(n)]));
    executable.run([a, b]);
    const error = await assertRejects(() => device.read(b, 4), DeviceError) as DeviceError;
    assertStringIncludes(error.message, "kernel 0 (map for value 1) failed");
    assertStringIncludes(error.message, "memory access out of bounds");
    assertStringIncludes(error.message, "the device is closed");
    assertStringIncludes(error.message, 'setDevice("cpu") opens another');
    await assertRejects(() => device.finish(), DeviceError);
    assertThrows(() => executable.run([a, b]), DeviceError);
    executable.release();
    await device.close();
  }
});

Deno.test("cpu device: nothing to do, and after the end", async () => {
  const device = await createCpuDevice();
  await device.finish();
  const empty: Plan = {
    launches: [],
    values: [],
    slots: [],
    bindings: [],
    outputs: [],
  };
  device.load(empty).run([]);
  device.load(affinePlan(0)).run([device.allocate(0), device.allocate(0)]);
  await device.finish();
  assertEquals((await device.read(device.allocate(0), 0)).byteLength, 0);
  await device.close();
  assertThrows(() => device.load(empty).run([]), DeviceError, "closed");
});

Deno.test("cpu device: a script waits for its results and then ends by itself", async () => {
  const script = `
    import { createCpuDevice } from ${
    JSON.stringify(
      new URL("../../../lib/device/cpu/cpu.ts", import.meta.url).href,
    )
  };
    import { planOf } from ${
    JSON.stringify(new URL("../../kernels/cpu/run_kernel.ts", import.meta.url).href)
  };
    const device = await createCpuDevice();
    const kernel = ${JSON.stringify(affine(1000))};
    const values = [{ dtype: "f32", size: 1000 }];
    const executable = device.load(planOf(kernel, values, values));
    const a = device.allocate(4000), b = device.allocate(4000);
    device.write(a, new Float32Array(1000).fill(20));
    for (let i = 0; i < 1000; i++) executable.run([a, b]);
    console.log(new Float32Array(await device.read(b, 4))[0]);
  `;
  const output = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--config=deno.json",
      `data:application/typescript,${encodeURIComponent(script)}`,
    ],
    cwd: new URL("../../..", import.meta.url),
    signal: AbortSignal.timeout(60_000),
  }).output();
  assertEquals(new TextDecoder().decode(output.stdout), "41\n");
  assertEquals(output.code, 0);
});

Deno.test("cpu device: its threads let packages from npm be loaded, types checked or not", async () => {
  // Deno once waited for ever, though not the first time that it checked the types of such a script.
  const at = (path: string) => JSON.stringify(new URL(`../../../${path}`, import.meta.url).href);
  const script = `
    import { tensor } from ${at("mod.ts")};
    import { loadPackage } from ${at("lib/core/package.ts")};
    await tensor([1, 2]).add(1).data();
    console.log(typeof (await loadPackage<any>("npm:@viz-js/viz@3.31.0", "Tests")).instance);
  `;
  for (const check of ["--check", "--check", "--check", "--no-check"]) {
    const { stdout, code } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-all",
        check,
        "--config=deno.json",
        `data:application/typescript,${encodeURIComponent(script)}`,
      ],
      cwd: new URL("../../..", import.meta.url),
      env: { STRIATE_DEVICE: "cpu" },
      signal: AbortSignal.timeout(60_000),
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "function\n", check);
    assertEquals(code, 0);
  }
});

Deno.test("the event loop of a thread without work goes on, so that it can be told to end", async () => {
  const module = new URL("../../../lib/device/cpu/worker.ts", import.meta.url);
  const code = `import "${module}"; addEventListener("message", ({ data }) => postMessage(data));`;
  const url = URL.createObjectURL(new Blob([code], { type: "application/typescript" }));
  const worker = new Worker(url, { type: "module" });
  const answer = (message: unknown) => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const deadline = setTimeout(() => resolve("no answer"), 20_000);
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage(message);
    return promise.finally(() => clearTimeout(deadline));
  };
  const { memory, words } = new SharedMemory();
  await answer({ memory, thread: 0, threads: 1 });
  const isAsleep = () => Atomics.load(words, control.idle) > 0;
  while (!isAsleep()) await new Promise((resolve) => setTimeout(resolve));
  assertEquals(await answer("are you there?"), "are you there?");
  worker.terminate();
  Atomics.notify(words, control.queued);
  URL.revokeObjectURL(url);
});
