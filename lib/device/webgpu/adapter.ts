import { environment, mayUse } from "../../core/environment.ts";
import { DeviceError } from "../../core/errors.ts";
import { unknownName } from "../../core/suggest.ts";

/** What `STRIATE_ADAPTER` may ask for. */
const preferences: Readonly<Record<string, GPURequestAdapterOptions>> = {
  "high-performance": { powerPreference: "high-performance" },
  "low-power": { powerPreference: "low-power" },
  "software": { forceFallbackAdapter: true },
};

/**
 * The WebGPU adapter to compute on, or undefined where there is none: the one that `STRIATE_ADAPTER`
 * asks for, or the fastest. A software adapter says so in `info.isFallbackAdapter`.
 */
export async function requestAdapter(): Promise<GPUAdapter | undefined> {
  quietLoader();
  const variable = "STRIATE_ADAPTER", name = environment(variable) ?? "high-performance";
  if (!Object.hasOwn(preferences, name)) {
    const known = Object.keys(preferences);
    throw new RangeError(`${variable}: ${unknownName("adapter", name, known)}`);
  }
  return await navigator.gpu?.requestAdapter(preferences[name]) ?? undefined;
}

/** An adapter in words: what it is, and what it is reached through, as far as that can be told. */
export function describeAdapter({ info }: GPUAdapter): string {
  const name = info.description || info.device || info.vendor || "WebGPU adapter";
  const backend = backendOf(info);
  return backend === undefined ? name : `${name}, ${backend}`;
}

/** Deno does not say. On Windows it may be Vulkan or Direct3D 12. */
function backendOf({ subgroupMinSize, subgroupMaxSize }: GPUAdapterInfo): string | undefined {
  if (Deno.build.os === "darwin") return "Metal";
  if (Deno.build.os !== "linux") return undefined;
  // OpenGL knows nothing of subgroups, for which these numbers stand.
  return subgroupMinSize === 4 && subgroupMaxSize === 128 ? "OpenGL" : "Vulkan";
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
