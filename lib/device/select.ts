import { mayUse } from "../core/environment.ts";
import { DeviceError } from "../core/errors.ts";
import { unknownName } from "../core/suggest.ts";
import type { Device } from "./device.ts";

/** Which device to use: a hardware WebGPU adapter or else the CPU ("auto"), or one by name. */
export type DeviceName = "auto" | "webgpu" | "cpu";

/** Settings of a device. */
export interface DeviceOptions {
  /** Threads of the CPU device; by default one for each core. */
  readonly threads?: number;
}

const names: readonly DeviceName[] = ["auto", "webgpu", "cpu"];

/** The device that `STRIATE_DEVICE` asks for; "auto" where it is unset or may not be read. */
export function defaultDeviceName(): DeviceName {
  const variable = "STRIATE_DEVICE";
  const name = mayUse(variable) ? Deno.env.get(variable) : undefined;
  return checkDeviceName(name || "auto", variable);
}

/** Checks a device's name. */
export function checkDeviceName(name: string, where: string): DeviceName {
  if (!names.includes(name as DeviceName)) {
    throw new RangeError(`${where}: ${unknownName("device", name, names)}`);
  }
  return name as DeviceName;
}

/** Opens a device. "auto" takes the CPU where there is no adapter or only a software one. */
export async function openDevice(name: DeviceName, options: DeviceOptions = {}): Promise<Device> {
  if (name !== "cpu") {
    const { requestAdapter } = await import("./webgpu/adapter.ts");
    const adapter = await requestAdapter();
    if (name === "webgpu" || (adapter !== undefined && !adapter.info.isFallbackAdapter)) {
      const { createWebgpuDevice } = await import("./webgpu/webgpu.ts");
      try {
        return await createWebgpuDevice();
      } catch (error) {
        if (name === "webgpu" || !(error instanceof DeviceError)) throw error;
      }
    }
  }
  const { createCpuDevice } = await import("./cpu/cpu.ts");
  return createCpuDevice(options);
}
