import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { describeAdapter, noAdapter, requestAdapter } from "../../lib/device/webgpu/adapter.ts";
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
  assertEquals(device.description, describeAdapter(adapter));
  if (Deno.build.os === "linux") assertMatch(device.description, /., (Vulkan|OpenGL)$/);
  await device.close();
}));

Deno.test(webgpuTest("STRIATE_ADAPTER chooses among adapters", async () => {
  const before = Deno.env.get("STRIATE_ADAPTER");
  try {
    for (const name of ["high-performance", "low-power"]) {
      Deno.env.set("STRIATE_ADAPTER", name);
      assert(await requestAdapter());
    }
    Deno.env.set("STRIATE_ADAPTER", "software");
    assert((await requestAdapter())?.info.isFallbackAdapter ?? true);
    Deno.env.set("STRIATE_ADAPTER", "softwares");
    const { message } = await assertRejects(() => requestAdapter(), RangeError);
    assertStringIncludes(message, "STRIATE_ADAPTER");
    assertStringIncludes(message, 'did you mean "software"?');
  } finally {
    if (before === undefined) Deno.env.delete("STRIATE_ADAPTER");
    else Deno.env.set("STRIATE_ADAPTER", before);
  }
}));
