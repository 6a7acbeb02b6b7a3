import { DeviceError } from "../../core/errors.ts";

/**
 * The WebGPU adapter to compute on, or undefined where there is none. A software adapter says so in
 * `info.isFallbackAdapter`.
 */
export async function requestAdapter(): Promise<GPUAdapter | undefined> {
  quietLoader();
  const options = { powerPreference: "high-performance" } as const;
  return await navigator.gpu?.requestAdapter(options) ?? undefined;
}

/** The error for a machine without an adapter; it says what to install. */
export function noAdapter(): DeviceError {
  return new DeviceError(
    "webgpu: expected a WebGPU adapter, found none on this machine. Install a graphics driver with " +
      "Vulkan (Linux), Metal (macOS) or Direct3D 12 (Windows); a software adapter comes on Debian " +
      'and Ubuntu with "sudo apt-get install -y mesa-vulkan-drivers". Or use setDevice("cpu")',
  );
}

/** The loader prints a line to stderr wherever XDG_RUNTIME_DIR is unset on Linux; it needs no folder. */
function quietLoader(): void {
  if (Deno.build.os !== "linux") return;
  try {
    if (!Deno.env.get("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
  } catch {
    // Without permission for the environment there is a line too many, nothing worse.
  }
}

/** What a device is asked for: the adapter's own limits, since the defaults are small. */
export function deviceDescriptor(adapter: GPUAdapter): GPUDeviceDescriptor {
  const { limits } = adapter;
  return {
    requiredLimits: {
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxBufferSize: limits.maxBufferSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
    },
  };
}
