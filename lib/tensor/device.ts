import * as runtime from "./runtime.ts";

/** What runs programs, as its user sees it. */
export interface DeviceInformation {
  /** The name by which it is opened: "cpu", "webgpu". */
  readonly kind: string;
  /** For people: the adapter's name, or the number of threads. */
  readonly description: string;
  /** Bytes allocated on it now, for tensors and for programs. */
  readonly allocatedBytes: number;
}

/**
 * The device that everything is computed on; it is opened if it was not yet.
 *
 * ```ts
 * import { device, setDevice } from "@striate/striate";
 * await setDevice("cpu");
 * console.log((await device()).description); // WebAssembly SIMD, 2 threads
 * ```
 */
export function device(): Promise<DeviceInformation> {
  return runtime.device();
}
