import type { Device } from "../../lib/device/device.ts";
import { openDevice } from "../../lib/device/registry.ts";
import { cases } from "../cases.ts";
import { largeCases } from "../cases/large.ts";
import { needs } from "../setup/needs.ts";
import { compareCases, compareRandomGraphs, fusions, type Largest } from "./compare.ts";
import { compareUpdates } from "./updates.ts";

const on = fusions.slice(0, 1), onAndOff = fusions.slice(0, 2);

/** Runs a comparison on a device and prints its largest error. */
function test(
  name: string,
  what: string,
  ignore: boolean,
  body: (device: Device) => Promise<Largest>,
): void {
  Deno.test({
    name: `${what} on ${name} against the reference`,
    ignore,
    fn: async () => {
      const device = await openDevice(name);
      try {
        console.log(`${what}, ${name} against the reference: ${await body(device)}`);
      } finally {
        await device.close();
      }
    },
  });
}

for (const [name, ignore] of [["cpu", false], ["webgpu", !needs.webgpu.met]] as const) {
  test(
    name,
    "every case and its gradients",
    ignore,
    (device) => compareCases(device, cases, onAndOff, 3e-5),
  );
  test(
    name,
    "large cases and their gradients",
    ignore,
    (device) => compareCases(device, largeCases, on, 3e-5),
  );
  test(
    name,
    "steps that update their leaves",
    ignore,
    (device) => compareUpdates(device, onAndOff, 3e-5),
  );
  test(
    name,
    "random graphs",
    ignore,
    (device) =>
      compareRandomGraphs(device, name === "cpu" ? 60 : 20, name === "cpu" ? fusions : on, 3e-5),
  );
}
