/**
 * Compiles the dispatches of a JSON file on whatever adapter there is, and marks each on stderr, where
 * the driver prints what it made of it: for `isa.ts`.
 */
import type { NamedDispatch } from "./isa.ts";

const dispatches: NamedDispatch[] = JSON.parse(await Deno.readTextFile(Deno.args[0]!));
const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
const { maxStorageBufferBindingSize, maxBufferSize } = adapter!.limits;
const device = await adapter!.requestDevice({
  requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
});
device.addEventListener("uncapturederror", (event) => {
  console.error(`@@@ error ${(event as GPUUncapturedErrorEvent).error.message}`);
});
for (const { name, code, bindings, workgroups } of dispatches) {
  console.error(`@@@ dispatch ${workgroups.reduce((a, b) => a * b)} ${name}`);
  const layout = device.createBindGroupLayout({
    entries: bindings.map(({ writable }, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: writable ? "storage" : "read-only-storage" },
    })),
  });
  device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ code }), entryPoint: "main" },
  });
}
console.error("@@@ end");
