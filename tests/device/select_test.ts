import { assertEquals, assertThrows } from "@std/assert";
import { defaultDeviceName } from "../../lib/device/select.ts";

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
