import type { DeviceEntry } from "../device.ts";
import type { CpuOptions } from "./cpu.ts";

/** Kernels on threads: there is always one. */
export const cpu: DeviceEntry = {
  name: "cpu",
  rank: 0,
  options: ["threads", "instructions", "winograd"],
  available: () => true,
  async open(options) {
    const { createCpuDevice } = await import("./cpu.ts");
    return await createCpuDevice(options as CpuOptions);
  },
};
