import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Kernel } from "../../../lib/graph/kernel.ts";
import { createCpuDevice } from "../../../lib/device/cpu/cpu.ts";
import { instructionNames } from "../../../lib/device/cpu/instructions.ts";
import { linux, NativeCode, NativeCodeError } from "../../../lib/device/cpu/native.ts";
import { loadProgram } from "../../../lib/device/cpu/program.ts";
import { SharedMemory } from "../../../lib/device/cpu/shared_memory.ts";
import { openDevice } from "../../../lib/device/registry.ts";
import { native } from "../../kernels/cpu/native.ts";
import { normals } from "../../kernels/cpu/reference.ts";
import { planOf } from "../../kernels/cpu/run_kernel.ts";

const { available } = native(), ignore = available.length === 0;

/** A kernel, and the sizes of its inputs and its output. */
type Case = readonly [kernel: Kernel, inputs: readonly number[], output: number];

const matmul = (m: number, n: number, k: number, transposeA = false, transposeB = false): Case => [
  { kind: "matmul", batch: 1, m, n, k, transposeA, transposeB },
  [m * k, k * n],
  m * n,
];

function convolution(
  kind: "conv2d" | "conv2dInputGradient" | "conv2dKernelGradient",
  [n, size, channels, filters]: readonly [number, number, number, number],
  { stride = 1, dilation = 1, groups = 1 } = {},
): Case {
  const out = Math.floor((size + 2 * dilation - 2 * dilation - 1) / stride) + 1;
  const geometry = {
    stride: [stride, stride],
    padding: [dilation, dilation, dilation, dilation],
    dilation: [dilation, dilation],
    groups,
  } as const;
  const image = [n, size, size, channels], output = [n, out, out, filters];
  const kernel = [3, 3, channels / groups, filters];
  const sizes = [image, kernel, output].map((shape) => shape.reduce((a, b) => a * b));
  const [i, k, o] = sizes as [number, number, number];
  const [inputs, result] = kind === "conv2d"
    ? [[i, k], o] as const
    : kind === "conv2dInputGradient"
    ? [[o, k], i] as const
    : [[i, o], k] as const;
  return [{ kind, image, kernel, output, geometry }, inputs, result];
}

const kinds = ["conv2d", "conv2dInputGradient", "conv2dKernelGradient"] as const;

/** Every strategy, sums of one chain and of many, sums in chunks, rows in tables. */
const cases: readonly Case[] = [
  matmul(37, 50, 300),
  matmul(20, 33, 5000),
  matmul(100, 17, 3000, true),
  matmul(300, 400, 700, true),
  matmul(64, 70, 2000, false, true),
  matmul(150, 600, 2500),
  ...kinds.flatMap((kind) => [
    convolution(kind, [3, 14, 20, 24]),
    // Lines of 7 pixels fill some tiles well and others badly.
    convolution(kind, [2, 7, 130, 40]),
    convolution(kind, [2, 9, 200, 33]),
    convolution(kind, [2, 15, 12, 18], { stride: 2 }),
    convolution(kind, [2, 13, 16, 32], { dilation: 2, groups: 2 }),
    convolution(kind, [4, 28, 1, 6]),
  ]),
];

Deno.test({
  name: "cpu device: the same bits with all instructions, on 1 thread and on 2",
  ignore,
  sanitizeResources: true,
  fn: async () => {
    let expected: Uint32Array[] | undefined;
    for (const instructions of ["wasm", ...available] as const) {
      for (const threads of [1, 2]) {
        const device = await createCpuDevice({ threads, instructions });
        const end = threads === 1 ? "1 thread" : "2 threads";
        assertEquals(device.description, `${instructionNames[instructions]}, ${end}`);
        const found: Uint32Array[] = [];
        for (const [kernel, inputs, output] of cases) {
          const f32 = (size: number) => ({ dtype: "f32", size }) as const;
          const executable = device.load(planOf(kernel, inputs.map(f32), [f32(output)]));
          const storages = [...inputs, output].map((size) => device.allocate(size * 4));
          inputs.forEach((size, i) => device.write(storages[i]!, normals(i + 1, size)));
          executable.run(storages);
          found.push(new Uint32Array(await device.read(storages.at(-1)!, output * 4)));
          executable.release();
          for (const storage of storages) storage.release();
        }
        await device.close();
        expected ??= found;
        found.forEach((bits, i) =>
          assertEquals(bits, expected![i], `${device.description}: ${JSON.stringify(cases[i]![0])}`)
        );
      }
    }
  },
});

Deno.test({
  name:
    "cpu device: native code where nobody asked for it comes with the third run, with the same bits",
  ignore,
  fn: async () => {
    const wasm = await createCpuDevice({ threads: 2, instructions: "wasm" });
    const device = await createCpuDevice({ threads: 2 });
    for (const [kernel, inputs, output] of cases) {
      const f32 = (size: number) => ({ dtype: "f32", size }) as const;
      const plan = planOf(kernel, inputs.map(f32), [f32(output)]);
      const found = await Promise.all([wasm, device].map(async (device) => {
        const before = device.allocatedBytes;
        const executable = device.load(plan);
        const storages = [...inputs, output].map((size) => device.allocate(size * 4));
        inputs.forEach((size, i) => device.write(storages[i]!, normals(i + 1, size)));
        const runs: Uint32Array[] = [];
        for (let run = 0; run < 5; run++) {
          executable.run(storages);
          runs.push(new Uint32Array(await device.read(storages.at(-1)!, output * 4)));
        }
        executable.release();
        for (const storage of storages) storage.release();
        await device.finish();
        device.allocate(4).release(); // What is done is given back when something is asked for.
        await device.finish();
        assertEquals(device.allocatedBytes, before);
        return runs;
      }));
      assertEquals(found[1], found[0], JSON.stringify(kernel));
    }
    await wasm.close();
    await device.close();
  },
});

Deno.test("cpu device: instructions that there are not", async () => {
  const wrong = "avx3" as "avx2";
  await assertRejects(() => createCpuDevice({ instructions: wrong }), RangeError, '"avx2"');
  await assertRejects(() => openDevice("cpu", { instructions: wrong }), RangeError, "instructions");
});

/** Runs a program of a user's that says which device it has and what a product is. */
async function program(flags: readonly string[], instructions?: string): Promise<string> {
  const at = (path: string) => JSON.stringify(new URL(`../../../${path}`, import.meta.url).href);
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    script,
    `import { randomNormal } from ${at("lib/tensor/create.ts")};
    import { setDevice } from ${at("lib/tensor/runtime.ts")};
    try {
      const { description } = await setDevice("cpu", { threads: 1 });
      const x = randomNormal([200, 200], { seed: 1 });
      console.log(description, await x.matmul(x).sum().item());
    } catch (error) {
      console.log(error.name, error.message);
    }`,
  );
  const cwd = new URL("../../..", import.meta.url);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--config=deno.json",
      "--allow-read=lib/device/cpu",
      ...flags,
      script,
    ],
    cwd,
    env: { NO_COLOR: "1", STRIATE_INSTRUCTIONS: instructions ?? "" },
    stdin: "null",
  }).output();
  await Deno.remove(script);
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).trimEnd();
}

Deno.test({
  name: "cpu device: native code takes --allow-ffi, which nobody is asked for",
  ignore,
  fn: async () => {
    const ffi = "--allow-ffi", env = "--allow-env=STRIATE_INSTRUCTIONS";
    const plain = await program([]);
    const result = /^WebAssembly SIMD, 1 thread (-?[\d.]+)$/.exec(plain)?.[1];
    assert(result !== undefined, plain);
    assertEquals(await program(["--allow-ffi=/nowhere"]), plain);
    assertEquals(await program([ffi, env], "wasm"), plain);
    const best = `${instructionNames[available.at(-1)!]}, 1 thread ${result}`;
    assertEquals(await program([ffi]), best);
    // Without permission to read it the variable is not heard.
    assertEquals(await program([ffi], "wasm"), best);
    assertEquals(await program([ffi, env], "avx2"), `AVX2, 1 thread ${result}`);
    assertEquals(
      await program([env], "avx2"),
      'DeviceError STRIATE_INSTRUCTIONS: "avx2" needs permission to call native code: run with ' +
        '--allow-ffi; "wasm" runs everywhere, with the same bits',
    );
    assertEquals(
      await program([ffi, env], "avx1"),
      'RangeError STRIATE_INSTRUCTIONS: unknown instructions "avx1"; did you mean "avx2"? Known: ' +
        "wasm, avx2, avx512",
    );
  },
});

/** A tile of one product. */
const tile = {
  instructions: "avx2",
  rows: 1,
  vectors: 1,
  rowStride: 4,
  tileStride: 4,
  panelStride: 32,
  resultStride: 32,
  lastColumns: 8,
  resumable: false,
  order: { outer: [], parts: [{ times: 1, loops: [{ count: 1, runtime: false, a: 4, b: 32 }] }] },
} as const;

Deno.test({
  name: "native code: what the system refuses is an error",
  ignore,
  fn: () => {
    const none = () => ({ ...linux(), reserve: () => undefined });
    assertThrows(() => new NativeCode(none), NativeCodeError, "gives no memory for code");
    for (const [use, message] of [["write", "be written"], ["execute", "be executed"]] as const) {
      let left = Infinity;
      const limited = () => {
        const system = linux();
        return {
          ...system,
          protect: (address: bigint, bytes: number, asked: "write" | "execute") =>
            (asked !== use || left-- > 0) && system.protect(address, bytes, asked),
        };
      };
      const code = new NativeCode(limited);
      const { codeOf } = code.tilesFor("avx2"), first = codeOf(tile);
      assertEquals(codeOf({ ...tile }), first);
      left = 0;
      assertThrows(() => codeOf({ ...tile, resumable: true }), NativeCodeError, message);
      // What was made stays, and once the system has room again there is more.
      left = 1;
      assertEquals(codeOf(tile), first);
      assert(codeOf({ ...tile, resumable: true }) > first);
      assertThrows(() => codeOf({ ...tile, rows: 2, rowStride: 2 ** 32 }), NativeCodeError, "x86");
      left = 0;
      assertThrows(() => new NativeCode(limited), NativeCodeError, message);
    }
  },
});

Deno.test("cpu device: a plan whose tiles cannot be made is WebAssembly", () => {
  const codeOf = () => {
    throw new NativeCodeError("no memory for code is left");
  };
  const [kernel, inputs, output] = cases[0]!;
  const f32 = (size: number) => ({ dtype: "f32", size }) as const;
  const plan = planOf(kernel, inputs.map(f32), [f32(output)]);
  const target = { native: { instructions: "avx2", codeOf } } as const;
  const { module } = loadProgram(plan, target, new SharedMemory());
  assertEquals(WebAssembly.Module.imports(module).map(({ name }) => name), ["memory"]);
});
