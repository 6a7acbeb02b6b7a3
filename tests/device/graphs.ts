/**
 * `deno task graphs`: compares graphs made at random with the f64 reference, as many as are wanted,
 * where the tests have the time for a few.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { Tiling } from "../../kernels/webgpu/emit.ts";
import { DeviceError } from "../../lib/core/errors.ts";
import type { Device } from "../../lib/device/device.ts";
import { createCpuDevice } from "../../lib/device/cpu/cpu.ts";
import { createWebgpuDevice } from "../../lib/device/webgpu/webgpu.ts";
import { compareEdgeGraph, compareRandomGraphs, type Errors, fusions } from "./compare.ts";

const help = `Compare graphs made at random on a device with the reference in f64

  deno task graphs --device cpu --count 1000
  deno task graphs --graphs edge --device webgpu --tiling workgroup --first 301 --count 300

  --device cpu|webgpu              where they are computed [cpu]
  --tiling workgroup|register      how WebGPU's products are tiled [as the adapter is]
  --instructions wasm|avx2|avx512  what the CPU computes products with [the best there is]
  --graphs random|edge             many ops together, or one at the edge of its sizes [random]
  --first SEED                     the first seed [1]
  --count SEEDS                    how many [1000]
  --fusion on|off|all              with the fusion rules, without, or in all settings [all]
  --tolerance ERROR                the largest relative error that is no failure [3e-5]

A failure is printed with its seed; "--first SEED --count 1" repeats it.`;

const instructions = { wasm: "wasm", avx2: "avx2", avx512: "avx512" } as const;
const kinds = { random: compareRandomGraphs, edge: compareEdgeGraph };
const settings = { on: fusions.slice(0, 1), off: fusions.slice(1, 2), all: fusions };

/** One of the choices of an option, by its name. */
function choice<T>(option: string, name: string, choices: Readonly<Record<string, T>>): T {
  const chosen = Object.hasOwn(choices, name) ? choices[name] : undefined;
  if (chosen !== undefined) return chosen;
  const expected = Object.keys(choices).join(" or ");
  throw new RangeError(`--${option}: expected ${expected}, found ${name}`);
}

function integer(option: string, text: string, least: number): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new RangeError(`--${option}: expected an integer of at least ${least}, found ${text}`);
}

/** The errors found: how many results there were, the largest error, and which were too large. */
class Found implements Errors {
  results = 0;
  wrong = 0;
  largest = 0;

  constructor(readonly tolerance: number) {}

  check(error: number, where: string, details: () => string): void {
    this.results++;
    if (!(error <= this.largest)) this.largest = error;
    if (error <= this.tolerance) return;
    this.wrong++;
    console.log(`${where}: error ${error.toExponential(1)}${details()}`);
  }
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      device: { type: "string", default: "cpu" },
      tiling: { type: "string" },
      instructions: { type: "string" },
      graphs: { type: "string", default: "random" },
      first: { type: "string", default: "1" },
      count: { type: "string", default: "1000" },
      fusion: { type: "string", default: "all" },
      tolerance: { type: "string", default: "3e-5" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(help);
    return true;
  }
  const tilings: Readonly<Record<Tiling, Tiling>> = {
    workgroup: "workgroup",
    register: "register",
  };
  const webgpu = values.tiling === undefined
    ? {}
    : { tiling: choice("tiling", values.tiling, tilings) };
  const cpu = values.instructions === undefined
    ? {}
    : { instructions: choice("instructions", values.instructions, instructions) };
  const open = choice("device", values.device, {
    cpu: () => createCpuDevice(cpu),
    webgpu: () => createWebgpuDevice(webgpu),
  });
  const compare = choice("graphs", values.graphs, kinds);
  const fusion = choice("fusion", values.fusion, settings);
  const first = integer("first", values.first, 0), count = integer("count", values.count, 1);
  const errors = new Found(Number(values.tolerance));
  let device: Device = await open(), lost = 0;
  for (let seed = first; seed < first + count; seed++) {
    try {
      await compare(device, seed, fusion, errors);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      // A kernel that trapped took the device with it.
      console.log(`${values.graphs} graph ${seed}: ${error.message}`);
      lost++;
      await device.close();
      device = await open();
    }
  }
  await device.close();
  console.log(
    `${device.kind} (${device.description})` +
      `${values.tiling === undefined ? "" : `, ${values.tiling} tiling`}: ` +
      `${values.graphs} graphs, seeds ${first} to ${
        first + count - 1
      }: ${errors.results} results, ` +
      `largest error ${errors.largest.toExponential(1)}, ${errors.wrong} wrong, ${lost} failures ` +
      "of the device",
  );
  return errors.wrong + lost === 0;
}

if (import.meta.main) {
  try {
    if (!await main()) Deno.exit(1);
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof TypeError)) throw error;
    console.error(`${error.message}\ndeno task graphs --help lists the options`);
    Deno.exit(1);
  }
}
