/**
 * Speed of the matmul and convolution kernels on the CPU device, alone: prints, for one and for two
 * threads and for each instruction set of this machine, which take turns, the median and the best of
 * some runs in GFLOP/s (10^9 additions and multiplications a second), the best as a multiple of
 * WebAssembly's, and how long loading and the first run took, compiled as it was only roughly.
 *
 * ```sh
 * deno run --allow-all tests/bench/kernels.ts [part of a case's name]
 * ```
 *
 * @module
 */
import type { ConvolutionKernel, Kernel } from "../../lib/graph/kernel.ts";
import { sizeOf } from "../../lib/core/shape.ts";
import { Random } from "../../lib/core/random.ts";
import { DeviceError } from "../../lib/core/errors.ts";
import { createCpuDevice } from "../../lib/device/cpu/cpu.ts";
import { type Instructions, instructionSets } from "../../lib/device/cpu/instructions.ts";
import type { Device, Executable, Storage } from "../../lib/device/device.ts";
import { convolutionShape } from "../../lib/graph/ops/conv2d.ts";
import { planOf } from "../kernels/cpu/run_kernel.ts";

/** A kernel, the sizes of its operands and its result, and its multiply-adds. */
interface Case {
  readonly name: string;
  readonly kernel: Kernel;
  readonly inputs: readonly number[];
  readonly output: number;
  readonly multiplyAdds: number;
}

function matmul(m: number, n: number, k: number, transposed = ""): Case {
  return {
    name: `matmul ${m}x${n}x${k} ${transposed}`,
    kernel: {
      kind: "matmul",
      batch: 1,
      m,
      n,
      k,
      transposeA: transposed.includes("A"),
      transposeB: transposed.includes("B"),
    },
    inputs: [m * k, k * n],
    output: m * n,
    multiplyAdds: m * n * k,
  };
}

function convolution(
  kind: ConvolutionKernel["kind"],
  image: readonly [number, number, number, number],
  size: number,
  filters: number,
  { stride = 1, padding = 0, groups = 1 } = {},
): Case {
  const kernel = [size, size, image[3] / groups, filters];
  const geometry = {
    stride: [stride, stride],
    padding: [padding, padding, padding, padding],
    dilation: [1, 1],
    groups,
  } as const;
  const output = convolutionShape(image, kernel, geometry);
  const [i, k, o] = [sizeOf(image), sizeOf(kernel), sizeOf(output)];
  const [inputs, result] = kind === "conv2d"
    ? [[i, k], o]
    : kind === "conv2dInputGradient"
    ? [[o, k], i]
    : [[i, o], k];
  const name = `${kind.replace("conv2d", "") || "Forward"} ${image.join("x")} ${size}x${size}`;
  return {
    name: `${name} -> ${filters}${stride > 1 ? ` /${stride}` : ""}${
      groups > 1 ? ` g${groups}` : ""
    }`,
    kernel: { kind, image, kernel, output, geometry },
    inputs,
    output: result,
    multiplyAdds: o * k / filters,
  };
}

const cases = [
  matmul(512, 512, 512),
  matmul(512, 512, 512, "A"),
  matmul(512, 512, 512, "B"),
  matmul(1024, 1024, 1024),
  matmul(128, 120, 400),
  matmul(400, 120, 128, "A"),
  matmul(128, 4096, 4096),
  matmul(1, 4096, 4096),
  ...(["conv2d", "conv2dInputGradient", "conv2dKernelGradient"] as const).flatMap((kind) => [
    convolution(kind, [128, 28, 28, 1], 5, 6, { padding: 2 }),
    convolution(kind, [128, 14, 14, 6], 5, 16),
    convolution(kind, [8, 56, 56, 64], 3, 64, { padding: 1 }),
    convolution(kind, [8, 28, 28, 256], 1, 512),
    convolution(kind, [8, 7, 7, 512], 3, 512, { padding: 1 }),
    convolution(kind, [8, 224, 224, 3], 7, 64, { stride: 2, padding: 3 }),
    convolution(kind, [8, 28, 28, 256], 3, 256, { padding: 1, groups: 32 }),
    convolution(kind, [8, 56, 56, 64], 3, 64, { padding: 1, groups: 64 }),
  ]),
];

/** A case on a device: milliseconds of the first run, and of the later ones. */
class Run {
  readonly times: number[] = [];
  readonly #device: Device;
  readonly #executable: Executable;
  readonly #bindings: readonly Storage[];
  /** Short kernels run several times in a row, so that waiting for the threads does not count. */
  readonly #repeat: number;
  first = 0;

  constructor(device: Device, test: Case, data: readonly Float32Array<ArrayBuffer>[]) {
    const start = performance.now(), f32 = (size: number) => ({ dtype: "f32", size }) as const;
    this.#device = device;
    this.#executable = device.load(planOf(test.kernel, test.inputs.map(f32), [f32(test.output)]));
    this.#bindings = [...test.inputs, test.output].map((size) => device.allocate(size * 4));
    data.forEach((values, index) => device.write(this.#bindings[index]!, values));
    this.#repeat = Math.max(1, Math.round(2e8 / test.multiplyAdds));
    this.first = -start;
  }

  async begin(): Promise<void> {
    this.#executable.run(this.#bindings);
    await this.#device.finish();
    this.first += performance.now();
  }

  async sample(): Promise<void> {
    const start = performance.now();
    for (let run = 0; run < this.#repeat; run++) this.#executable.run(this.#bindings);
    await this.#device.finish();
    this.times.push((performance.now() - start) / this.#repeat);
  }

  async end(): Promise<void> {
    this.#executable.release();
    for (const binding of this.#bindings) binding.release();
    await this.#device.finish();
    this.times.sort((a, b) => a - b);
  }
}

/** A case on some devices, which take turns. */
async function measure(test: Case, devices: readonly Device[]): Promise<Run[]> {
  const random = new Random(1);
  const data = test.inputs.map((size) =>
    Float32Array.from({ length: size }, () => random.normal())
  );
  const runs: Run[] = [];
  for (const device of devices) {
    const run = new Run(device, test, data);
    await run.begin();
    runs.push(run);
  }
  const end = performance.now() + 1000 * runs.length;
  while (performance.now() < end || runs[0]!.times.length < 4) {
    for (const run of runs) await run.sample();
  }
  for (const run of runs) await run.end();
  return runs;
}

/** The instruction sets of this machine, WebAssembly first. */
async function instructionsHere(): Promise<Instructions[]> {
  const found: Instructions[] = [];
  for (const instructions of instructionSets) {
    try {
      await (await createCpuDevice({ threads: 1, instructions })).close();
      found.push(instructions);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
    }
  }
  return found;
}

if (import.meta.main) {
  const wanted = Deno.args[0] ?? "", sets = await instructionsHere(), threads = [1, 2];
  const devices = await Promise.all(
    threads.map((threads) =>
      Promise.all(sets.map((instructions) => createCpuDevice({ threads, instructions })))
    ),
  );
  const head = (end: string) => `${end}: median    best   ratio first/ms`.padStart(42);
  console.log(`${"".padEnd(46)}${head("1 thread")}${head("2 threads")}`);
  for (const test of cases.filter(({ name }) => name.includes(wanted))) {
    const rate = (milliseconds: number) => (2e-6 * test.multiplyAdds / milliseconds).toFixed(1);
    const columns: string[][] = [];
    for (const some of devices) {
      const runs = await measure(test, some), [{ times: [plain] }] = runs as [Run];
      columns.push(runs.map(({ times, first }) => {
        const [best] = times, median = times[times.length >> 1]!;
        const cells = [rate(median), rate(best!), `${(plain! / best!).toFixed(2)}x`];
        return [...cells, first.toFixed(1)].map((cell) => cell.padStart(8)).join("").padStart(42);
      }));
    }
    sets.forEach((instructions, i) =>
      console.log(
        `${(i === 0 ? test.name : "").padEnd(38)}${instructions.padEnd(8)}` +
          columns.map((lines) => lines[i]).join(""),
      )
    );
  }
  for (const device of devices.flat()) await device.close();
}
