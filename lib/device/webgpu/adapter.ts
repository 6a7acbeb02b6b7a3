import { mayUse } from "../../core/environment.ts";
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

/**
 * The loader prints a line to stderr wherever XDG_RUNTIME_DIR is unset on Linux; it needs no folder.
 * Without permission for the environment there is a line too many, nothing worse.
 */
function quietLoader(): void {
  const variable = "XDG_RUNTIME_DIR";
  if (Deno.build.os !== "linux" || !mayUse(variable)) return;
  if (!Deno.env.get(variable)) Deno.env.set(variable, "/tmp");
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
