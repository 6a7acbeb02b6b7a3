import { environment } from "../../core/environment.ts";
import { DeviceError } from "../../core/errors.ts";
import { unknownName } from "../../core/suggest.ts";
import type { NativeCode, NativeInstructions } from "./native.ts";

/** What the CPU device computes products with: WebAssembly, or native code of the processor. */
export const instructionSets = ["wasm", "avx2", "avx512"] as const;
export type Instructions = typeof instructionSets[number];

/** For people. */
export const instructionNames: Readonly<Record<Instructions, string>> = {
  wasm: "WebAssembly SIMD",
  avx2: "AVX2",
  avx512: "AVX-512",
};

/** Native code, and which instructions of it. */
export interface NativeChoice {
  readonly code: NativeCode;
  readonly instructions: NativeInstructions;
}

const variable = "STRIATE_INSTRUCTIONS";

/**
 * The native code to use: what was asked for, here or by `STRIATE_INSTRUCTIONS`, else the best that
 * there is; undefined for WebAssembly. It takes the permission to call native code (nobody is asked
 * for it). Where none may or can be run that is WebAssembly, or a DeviceError if it was asked for.
 */
export async function chooseNative(
  given: Instructions | undefined,
): Promise<NativeChoice | undefined> {
  const asked = given ?? instructionsOfEnvironment();
  if (asked === "wasm") return undefined;
  const where = given === undefined && asked !== undefined ? variable : "cpu: instructions";
  const without = (reason: string): undefined => {
    if (asked === undefined) return undefined;
    throw new DeviceError(
      `${where}: "${asked}" ${reason}; "wasm" runs everywhere, with the same bits`,
    );
  };
  const { arch, os } = Deno.build;
  if (arch !== "x86_64" || os !== "linux") {
    return without(`is for x86-64 and Linux, this is ${arch} and ${os}`);
  }
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") {
    return without("needs permission to call native code: run with --allow-ffi");
  }
  const { nativeCode, NativeCodeError } = await import("./native.ts");
  try {
    const code = nativeCode(), best = code.available.at(-1);
    const instructions = asked ?? best;
    if (instructions === undefined) return undefined;
    return code.available.includes(instructions)
      ? { code, instructions }
      : without(`is not among what this processor has: ${code.available.join(", ") || "neither"}`);
  } catch (error) {
    if (error instanceof NativeCodeError) return without(`cannot be run: ${error.message}`);
    throw error;
  }
}

/** Whether the instructions are the best that there are because nobody has asked for others. */
export const isByDefault = (given: Instructions | undefined): boolean =>
  (given ?? instructionsOfEnvironment()) === undefined;

function instructionsOfEnvironment(): Instructions | undefined {
  const name = environment(variable);
  const found = instructionSets.find((instructions) => instructions === name);
  if (name === undefined || found !== undefined) return found;
  throw new RangeError(`${variable}: ${unknownName("instructions", name, [...instructionSets])}`);
}
