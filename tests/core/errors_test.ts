import { assert, assertEquals } from "@std/assert";
import { ChecksumError, DeviceError, DivergenceError } from "../../lib/core/errors.ts";

Deno.test("errors of our own carry their names", () => {
  for (const Class of [DeviceError, ChecksumError]) {
    const error = new Class("what", { cause: 1 });
    assert(error instanceof Error);
    assertEquals([error.name, error.message, error.cause], [Class.name, "what", 1]);
  }
  const error = new DivergenceError("what", 7);
  assertEquals([error.name, error.step], ["DivergenceError", 7]);
});
