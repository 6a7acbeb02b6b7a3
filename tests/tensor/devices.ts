import { setDevice } from "../../lib/tensor/runtime.ts";
import { needs } from "../setup/needs.ts";

/** A test on every device that there is. */
export function testOnDevices(name: string, body: () => Promise<void>): void {
  for (const device of ["cpu", "webgpu"] as const) {
    Deno.test({
      name: `${name} (${device})`,
      ignore: device === "webgpu" && !needs.webgpu.met,
      // A device stays open: the next test may find tensors there.
      sanitizeResources: false,
      sanitizeOps: false,
      fn: async () => {
        await open(device);
        await body();
      },
    });
  }
}

let current: string | undefined;

async function open(name: "cpu" | "webgpu"): Promise<void> {
  if (current === name) return;
  await setDevice(name, name === "cpu" ? { threads: 1 } : {});
  current = name;
}
