import { NativeCode } from "../../../lib/device/cpu/native.ts";

let code: NativeCode | undefined;

/**
 * Native code for tests, beside the device's. It fails where the machine could run some but may not, and
 * has no instructions where it could not.
 */
export function native(): Pick<NativeCode, "available" | "tilesFor" | "trampoline"> {
  const { arch, os } = Deno.build;
  if (arch === "x86_64" && os === "linux") return code ??= new NativeCode();
  return { available: [], tilesFor: () => undefined as never, trampoline: 0n };
}
