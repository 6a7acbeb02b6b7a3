import { DeviceError } from "../core/errors.ts";
import type { Runtime } from "./runtime.ts";

/** A device that holds fewer bytes has nothing to give back that would help. */
const little = 1 << 22;

/**
 * What `make` yields, which takes memory of a runtime's device. If it is refused, what nothing can
 * reach any more is collected, which gives its memory back in a turn of the event loop, and it is tried
 * once more.
 */
export async function withMemory<T>(runtime: Runtime, make: () => T): Promise<T> {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof DeviceError) || !runtime.isOpen) throw error;
    if (runtime.device.allocatedBytes < little) throw error;
    await collect();
    return make();
  }
}

/** Collects garbage, and lets what waits for that run. */
async function collect(): Promise<void> {
  // The engine knows how little of its own memory a tensor takes, and would not begin by itself.
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([
    import("node:v8"),
    import("node:vm"),
  ]);
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("globalThis.gc");
  // What was found to be garbage may have held more of it.
  for (let round = 0; round < 3; round++) {
    if (typeof gc === "function") gc();
    await new Promise((resolve) => setTimeout(resolve));
  }
}
