import type { Device } from "../../lib/device/device.ts";
import { openDevice } from "../../lib/device/registry.ts";
import { Largest } from "../largest.ts";
import { needs } from "../setup/needs.ts";

/** The devices that tests run on. */
export const devices = ["cpu", "webgpu"] as const;

/** Those of a file's tests: opened by the first test that needs one, closed after the last. */
const opened = new Map<string, Device>();

Deno.test.afterAll(async () => {
  for (const device of opened.values()) await device.close();
});

/** A test on each device, which it shares with the others of its file: "NAME on cpu" and so on. */
export function testOnDevices(
  name: string,
  body: (device: Device) => Promise<void>,
  on: readonly (typeof devices[number])[] = devices,
): void {
  for (const kind of on) {
    Deno.test({
      name: `${name} on ${kind}`,
      ignore: kind === "webgpu" && !needs.webgpu.met,
      // The device stays open for the next test, and so may what it has begun to map.
      sanitizeResources: false,
      sanitizeOps: false,
      fn: async () => {
        const device = opened.get(kind) ?? await openDevice(kind);
        opened.set(kind, device);
        await body(device);
      },
    });
  }
}

/** The errors found on each device. */
export function errorsOnDevices(what: string, tolerance: number): (device: Device) => Largest {
  const errors = new Map<string, Largest>(
    devices.map((kind) => [kind, new Largest(`${what}, ${kind}`, tolerance)]),
  );
  return ({ kind }) => errors.get(kind)!;
}
