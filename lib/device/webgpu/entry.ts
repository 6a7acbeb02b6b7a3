import type { DeviceEntry } from "../device.ts";

/** WGSL kernels on a WebGPU adapter; one in software is slower than the CPU's own kernels. */
export const webgpu: DeviceEntry = {
  name: "webgpu",
  rank: 10,
  options: [],
  async available() {
    const { requestAdapter } = await import("./adapter.ts");
    const adapter = await requestAdapter();
    return adapter !== undefined && !adapter.info.isFallbackAdapter;
  },
  async open() {
    const { createWebgpuDevice } = await import("./webgpu.ts");
    return createWebgpuDevice();
  },
};
