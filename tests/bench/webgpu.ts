/**
 * How fast the WebGPU kernels for products are, in multiply-adds: matmul, convolutions and their
 * gradients. Other programs disturb wall-clock time, so the processor time of this one is printed
 * beside it; with a software adapter that is where the work is.
 *
 *     deno run -A tests/bench/webgpu.ts [register|workgroup] [part of a name]
 *
 * @module
 */
import process from "node:process";
import { compile } from "../../lib/compile/compile.ts";
import { sizeOf } from "../../lib/core/shape.ts";
import { Random } from "../../lib/core/random.ts";
import { createWebgpuDevice } from "../../lib/device/webgpu/webgpu.ts";
import { leaf, type Node } from "../../lib/graph/node.ts";
import {
  conv2d,
  conv2dInputGradient,
  conv2dKernelGradient,
  convolutionShape,
} from "../../lib/graph/ops/conv2d.ts";
import { matmul } from "../../lib/graph/ops/matmul.ts";

interface Case {
  readonly name: string;
  readonly leaves: readonly Node[];
  readonly root: Node;
}

/** A convolution of square images and its two gradients. */
function convolution(
  name: string,
  [count, size, channels, window, filters]: readonly [number, number, number, number, number],
  padding = 0,
  stride = 1,
): Case[] {
  const geometry = {
    stride: [stride, stride],
    padding: [padding, padding, padding, padding],
    dilation: [1, 1],
    groups: 1,
  } as const;
  const image = [count, size, size, channels], kernel = [window, window, channels, filters];
  const x = leaf(image, "f32"), w = leaf(kernel, "f32");
  const g = leaf(convolutionShape(image, kernel, geometry), "f32");
  return [
    { name: `${name} forward`, leaves: [x, w], root: conv2d(x, w, geometry) },
    {
      name: `${name} input gradient`,
      leaves: [g, w],
      root: conv2dInputGradient(g, w, image, geometry),
    },
    {
      name: `${name} kernel gradient`,
      leaves: [x, g],
      root: conv2dKernelGradient(x, g, kernel, geometry),
    },
  ];
}

function product(name: string, m: number, k: number, n: number): Case {
  const a = leaf([m, k], "f32"), b = leaf([k, n], "f32");
  return { name, leaves: [a, b], root: matmul(a, b) };
}

const cases: readonly Case[] = [
  product("matmul 512", 512, 512, 512),
  product("matmul 1024", 1024, 1024, 1024),
  ...convolution("3x3, 64 to 64, 56x56, batch 8", [8, 56, 64, 3, 64], 1),
  ...convolution("LeNet conv1", [128, 28, 1, 5, 6], 2),
  ...convolution("LeNet conv2", [128, 14, 6, 5, 16]),
  ...convolution("3x3 stride 2, 64 to 128, 56x56, batch 8", [8, 56, 64, 3, 128], 1, 2),
  product("LeNet fc1", 128, 400, 120),
];

const cpuTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const [tiling, part = ""] = Deno.args;
const device = await createWebgpuDevice(
  tiling === "register" || tiling === "workgroup" ? { tiling } : {},
);
console.log(device.description, tiling ?? "");
for (const { name, leaves, root } of cases) {
  if (!name.includes(part)) continue;
  const plan = compile([root], leaves);
  const storages = plan.bindings.map((bytes) => device.allocate(bytes));
  const random = new Random(1);
  leaves.forEach((node, i) => {
    const data = Float32Array.from({ length: sizeOf(node.shape) }, () => random.uniform(-1, 1));
    device.write(storages[i]!, data);
  });
  const executable = device.load(plan);
  const compileStart = performance.now();
  executable.run(storages);
  await device.finish();
  const compileTime = performance.now() - compileStart;
  const flops = 2 * root.multiplyAdds;
  const runs = Math.max(1, Math.min(200, Math.ceil(2e9 / flops)));
  let wall = Infinity, cpu = Infinity;
  for (let repeat = 0; repeat < 5; repeat++) {
    const start = performance.now(), cpuStart = cpuTime();
    for (let run = 0; run < runs; run++) executable.run(storages);
    await device.finish();
    wall = Math.min(wall, (performance.now() - start) / runs);
    cpu = Math.min(cpu, (cpuTime() - cpuStart) / runs);
  }
  console.log(
    `${name}: ${wall.toFixed(2)} ms, ${(flops / wall / 1e6).toFixed(1)} GFLOP/s; ` +
      `${(flops / cpu / 1e6).toFixed(1)} GFLOP a processor second; first run ${
        compileTime.toFixed(0)
      } ms`,
  );
  executable.release();
  for (const storage of storages) storage.release();
}
await device.close();
