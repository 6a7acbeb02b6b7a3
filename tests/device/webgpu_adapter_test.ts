import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { noAdapter, requestAdapter } from "../../lib/device/webgpu/adapter.ts";
import { createWebgpuDevice } from "../../lib/device/webgpu/webgpu.ts";
import { webgpuTest } from "./adapter.ts";

Deno.test("without an adapter the error says what to install", () => {
  assertStringIncludes(noAdapter().message, "mesa-vulkan-drivers");
  assertStringIncludes(noAdapter().message, 'setDevice("cpu")');
});

Deno.test(webgpuTest("the adapter is found without XDG_RUNTIME_DIR", async () => {
  const before = Deno.env.get("XDG_RUNTIME_DIR");
  Deno.env.delete("XDG_RUNTIME_DIR");
  try {
    const adapter = await requestAdapter();
    assertEquals(typeof adapter?.info.isFallbackAdapter, "boolean");
    if (Deno.build.os === "linux") assert(Deno.env.get("XDG_RUNTIME_DIR"));
  } finally {
    if (before !== undefined) Deno.env.set("XDG_RUNTIME_DIR", before);
  }
}));

Deno.test(webgpuTest("a device has the adapter's limits, not the defaults", async () => {
  const adapter = (await requestAdapter())!;
  const { maxStorageBuffersPerShaderStage, maxBufferSize } = adapter.limits;
  const device = await createWebgpuDevice();
  assertEquals(
    device.gpu.limits.maxStorageBuffersPerShaderStage,
    maxStorageBuffersPerShaderStage,
  );
  assertEquals(device.gpu.limits.maxBufferSize, maxBufferSize);
  assert(device.description.length > 0);
  await device.close();
}));
