/**
 * Speed of the matmul and convolution kernels on the CPU device, alone: prints, for one and for two
 * threads, the median and the best of some runs in GFLOP/s (10^9 additions and multiplications a
 * second), and how long the first run took, compiled as it was only roughly.
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
import { createCpuDevice } from "../../lib/device/cpu/cpu.ts";
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
  ]),
];

/** Milliseconds of the first run, and of the later ones in ascending order. */
async function measure(test: Case, threads: number): Promise<{ first: number; sorted: number[] }> {
  const device = await createCpuDevice({ threads });
  try {
    const random = new Random(1);
    const f32 = (size: number) => ({ dtype: "f32", size }) as const;
    const executable = device.load(planOf(test.kernel, test.inputs.map(f32), [f32(test.output)]));
    const bindings = [...test.inputs, test.output].map((size) => device.allocate(size * 4));
    test.inputs.forEach((size, index) =>
      device.write(bindings[index]!, Float32Array.from({ length: size }, () => random.normal()))
    );
    await device.finish();
    const times: number[] = [];
    const end = performance.now() + 1000;
    // Short kernels run several times in a row, so that waiting for the threads does not count.
    const repeat = Math.max(1, Math.round(2e8 / test.multiplyAdds));
    do {
      const start = performance.now();
      const runs = times.length === 0 ? 1 : repeat;
      for (let run = 0; run < runs; run++) executable.run(bindings);
      await device.finish();
      times.push((performance.now() - start) / runs);
    } while (performance.now() < end || times.length < 4);
    const [first, ...rest] = times;
    return { first: first!, sorted: rest.sort((a, b) => a - b) };
  } finally {
    await device.close();
  }
}

if (import.meta.main) {
  const wanted = Deno.args[0] ?? "";
  console.log(`${"".padEnd(46)}1 thread: median  best first/ms   2 threads: median  best first/ms`);
  for (const test of cases.filter(({ name }) => name.includes(wanted))) {
    let line = test.name.padEnd(46);
    for (const threads of [1, 2]) {
      const { first, sorted } = await measure(test, threads);
      const rate = (milliseconds: number) =>
        (2e-6 * test.multiplyAdds / milliseconds).toFixed(1).padStart(6);
      const median = sorted[sorted.length >> 1]!;
      line += `${rate(median).padStart(16)}${rate(sorted[0]!)}${first.toFixed(1).padStart(9)}   `;
    }
    console.log(line);
  }
}
