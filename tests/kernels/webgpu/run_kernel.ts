import type { Kernel } from "../../../lib/graph/kernel.ts";
import type { Plan } from "../../../lib/compile/plan.ts";
import { bytesPerElement, dtypeOf, type TensorData, typedArray } from "../../../lib/core/dtype.ts";
import type { Device } from "../../../lib/device/device.ts";
import { createWebgpuDevice, type WebgpuDevice } from "../../../lib/device/webgpu/webgpu.ts";
import type { Tiling } from "../../../kernels/webgpu/emit.ts";
import { webgpuTest } from "../../device/adapter.ts";

export type { WebgpuDevice };

/** What a kernel stores: so many elements, maybe in the place of an input. */
export interface Output {
  readonly dtype: "f32" | "i32" | "u8";
  readonly size: number;
  readonly over?: number;
}

/** The plan of a single launch: each input and output in a binding, but for updates in place. */
export function planOf(
  kernel: Kernel,
  inputs: readonly TensorData[],
  outputs: readonly Output[],
): Plan {
  const values = [
    ...inputs.map((data, index) => ({ size: data.length, dtype: dtypeOf(data)!, place: index })),
    ...outputs.map(({ size, dtype, over }, index) => ({
      size,
      dtype,
      place: over ?? inputs.length + index,
    })),
  ].map(({ size, dtype, place }, number) => ({
    size,
    dtype,
    place: { kind: "binding", index: place } as const,
    name: `value ${number} of ${kernel.kind}`,
  }));
  const bindings: number[] = [];
  for (const { size, dtype, place } of values) {
    bindings[place.index] = Math.max(bindings[place.index] ?? 0, size * bytesPerElement[dtype]);
  }
  return {
    launches: [{
      kernel,
      inputs: inputs.map((_, i) => i),
      outputs: outputs.map((_, i) => inputs.length + i),
    }],
    values,
    slots: [],
    // A place that an update in place leaves unused still counts.
    bindings: Array.from(bindings, (bytes) => bytes ?? 4),
    outputs: outputs.map(({ over }, i) => over ?? inputs.length + i),
  };
}

/** Runs one kernel on a device: the elements of its outputs. */
export async function runKernel(
  device: Device,
  kernel: Kernel,
  inputs: readonly TensorData[],
  outputs: readonly Output[],
): Promise<TensorData[]> {
  const plan = planOf(kernel, inputs, outputs);
  const storages = plan.bindings.map((bytes) => device.allocate(bytes));
  inputs.forEach((data, i) => device.write(storages[i]!, data));
  const executable = device.load(plan);
  executable.run(storages);
  const results: TensorData[] = [];
  for (const [i, { size, dtype }] of outputs.entries()) {
    const bytes = size * bytesPerElement[dtype];
    const data = await device.read(storages[plan.outputs[i]!]!, bytes);
    results.push(typedArray(dtype, data));
  }
  executable.release();
  for (const storage of storages) storage.release();
  return results;
}

/** Those of a file's tests, by tiling. */
const opened = new Map<Tiling | undefined, WebgpuDevice>();

Deno.test.afterAll(async () => {
  for (const device of opened.values()) await device.close();
});

/** Registers a test that gets a WebGPU device, which it shares with the others of its file. */
export function testOnWebgpu(
  name: string,
  body: (device: WebgpuDevice) => Promise<void> | void,
  tiling?: Tiling,
): void {
  const test = webgpuTest(name, async () => {
    const options = tiling === undefined ? {} : { tiling };
    const device = opened.get(tiling) ?? await createWebgpuDevice(options);
    opened.set(tiling, device);
    await body(device);
  });
  // The device stays open for the next test, and so may what it has begun to map.
  Deno.test({ ...test, sanitizeResources: false, sanitizeOps: false });
}

/** Registers a test that gets a WebGPU device of its own, which it may lose or close. */
export function testOnOwnWebgpu(
  name: string,
  body: (device: WebgpuDevice) => Promise<void> | void,
): void {
  Deno.test(webgpuTest(name, async () => {
    const device = await createWebgpuDevice();
    try {
      await body(device);
    } finally {
      await device.close();
    }
  }));
}
