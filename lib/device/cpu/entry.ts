import type { DeviceEntry } from "../device.ts";

/** WebAssembly SIMD kernels on threads: there is always one. */
export const cpu: DeviceEntry = {
  name: "cpu",
  rank: 0,
  options: ["threads"],
  available: () => true,
  async open({ threads }) {
    const { createCpuDevice } = await import("./cpu.ts");
    return createCpuDevice(threads === undefined ? {} : { threads });
  },
};
