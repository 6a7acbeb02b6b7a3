import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DeviceError } from "../../lib/core/errors.ts";
import type { Device, DeviceEntry } from "../../lib/device/device.ts";
import { defaultDeviceName, openDevice, registerDevice } from "../../lib/device/registry.ts";
import { ReferenceDevice } from "./reference_device.ts";

Deno.test("STRIATE_DEVICE counts where it may be read, and nobody is asked whether it may", () => {
  const before = Deno.env.get("STRIATE_DEVICE"),
    { permissions } = Deno,
    { querySync } = permissions;
  Deno.env.set("STRIATE_DEVICE", "cup");
  try {
    assertThrows(
      defaultDeviceName,
      RangeError,
      'STRIATE_DEVICE: unknown device "cup"; did you mean',
    );
    permissions.querySync = () => ({ state: "prompt" }) as Deno.PermissionStatus;
    assertEquals(defaultDeviceName(), "auto");
  } finally {
    permissions.querySync = querySync;
    if (before === undefined) Deno.env.delete("STRIATE_DEVICE");
    else Deno.env.set("STRIATE_DEVICE", before);
  }
});

const fake = (name: string, rank: number, open: () => Promise<Device>) =>
  registerDevice({ name, rank, options: ["pretend"], available: () => rank < 20, open });

Deno.test("a device that is registered opens by its name, and by rank where any may be taken", async () => {
  const opened: string[] = [];
  const reference = (name: string) => () => {
    opened.push(name);
    return Promise.resolve(new ReferenceDevice());
  };
  fake("best", 30, reference("best"));
  fake("broken", 19, () => Promise.reject(new DeviceError("no such chip")));
  fake("good", 18, reference("good"));
  assertEquals((await openDevice("best", { pretend: 1 })).kind, "reference");
  // What is not available or does not open is passed over.
  assertEquals((await openDevice("auto", { threads: 1, pretend: 2 })).kind, "reference");
  assertEquals(opened, ["best", "good"]);
  await assertRejects(() => openDevice("broken"), DeviceError, "no such chip");
  await assertRejects(
    () => openDevice("goof"),
    RangeError,
    "auto, cpu, webgpu, best, broken, good",
  );
  await assertRejects(
    () => openDevice("cpu", { thread: 1 }),
    RangeError,
    'device cpu: unknown option "thread"; did you mean "threads"?',
  );
  assertThrows(
    () => registerDevice({ name: "half", rank: 50 } as unknown as DeviceEntry),
    TypeError,
    "registerDevice: options: expected a list, found undefined",
  );
  assertThrows(() => fake("auto", 0, reference("auto")), RangeError, "auto");
  for (const name of ["best", "broken", "good"]) fake(name, -1, reference(name));
});
