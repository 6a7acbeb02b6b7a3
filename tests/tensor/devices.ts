import { setDevice } from "../../lib/tensor/runtime.ts";
import { devices } from "../device/devices.ts";
import { needs } from "../setup/needs.ts";

/** A test on every device that there is: "NAME on cpu" and so on. */
export function testOnDevices(name: string, body: () => Promise<void>): void {
  testEachOnDevices([name], (name) => name, body);
}

/** A test of each item on every device: of all on one, then of all on the next. */
export function testEachOnDevices<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  body: (item: T) => Promise<void>,
): void {
  for (const device of devices) {
    for (const item of items) {
      Deno.test({
        name: `${nameOf(item)} on ${device}`,
        ignore: device === "webgpu" && !needs.webgpu.met,
        // A device stays open: the next test may find tensors there.
        sanitizeResources: false,
        sanitizeOps: false,
        fn: async () => {
          await open(device);
          await body(item);
        },
      });
    }
  }
}

let current: string | undefined;

async function open(name: typeof devices[number]): Promise<void> {
  if (current === name) return;
  await setDevice(name, name === "cpu" ? { threads: 1 } : {});
  current = name;
}
