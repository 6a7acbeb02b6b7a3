/**
 * What an AMD card (gfx1100, RDNA 3) would run of the WebGPU kernels, found without one: Mesa's driver compiles
 * for a card that it is told of, under a layer that stands in for what is missing (null_device.c).
 * Nothing runs, so only the code is there to look at.
 *
 * @module
 */
import { type Dispatch, emit } from "../../../kernels/webgpu/emit.ts";
import { radeonDriver } from "../../setup/needs.ts";
import type { IsaCase } from "./cases.ts";
import { type IsaFigures, parseLog } from "./disassembly.ts";

/** A dispatch and what it is called in the figures. */
export interface NamedDispatch extends Dispatch {
  readonly name: string;
}

/** The dispatches of some cases; the second of a case that has two is called so. */
export function dispatchesOf(cases: readonly IsaCase[]): NamedDispatch[] {
  return cases.flatMap(({ name, kernel, inputs }) => {
    const operands = { inputs: Array.from({ length: inputs }, (_, i) => i), outputs: [inputs] };
    return emit(kernel, operands, "workgroup").dispatches.map((dispatch, i) => ({
      ...dispatch,
      name: i === 0 ? name : `${name}, dispatch ${i + 1}`,
    }));
  });
}

/** The figures of dispatches. */
export async function isaFigures(dispatches: readonly NamedDispatch[]): Promise<IsaFigures[]> {
  const folder = await Deno.makeTempDir({ prefix: "striate-isa-" });
  try {
    const library = `${folder}/libnull_device.so`;
    await run("gcc", ["-shared", "-fPIC", "-O1", "-o", library, here("null_device.c")], {});
    const layer = "VK_LAYER_STRIATE_null_device";
    await Deno.writeTextFile(
      `${folder}/layer.json`,
      JSON.stringify({
        file_format_version: "1.2.0",
        layer: {
          name: layer,
          type: "GLOBAL",
          library_path: library,
          api_version: "1.3.0",
          implementation_version: "1",
          description: "memory and semaphores for a device that is not there",
        },
      }),
    );
    const list = `${folder}/dispatches.json`;
    await Deno.writeTextFile(list, JSON.stringify(dispatches));
    const log = await run(Deno.execPath(), ["run", "-A", "--no-check", here("compile.ts"), list], {
      XDG_RUNTIME_DIR: folder,
      VK_DRIVER_FILES: radeonDriver,
      VK_ICD_FILENAMES: radeonDriver,
      VK_LAYER_PATH: folder,
      VK_INSTANCE_LAYERS: layer,
      RADV_FORCE_FAMILY: "gfx1100",
      RADV_DEBUG: "shaders,shaderstats",
      MESA_SHADER_CACHE_DISABLE: "true",
    });
    return parseLog(log);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const here = (name: string) => new URL(name, import.meta.url).pathname;

/** Runs a command and returns what it writes to stderr. */
async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<string> {
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    env,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stderr);
  if (!success) throw new Error(`${command}: ${text.trim().split("\n").slice(-3).join("\n")}`);
  return text;
}
