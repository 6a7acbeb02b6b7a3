/**
 * Each block and number of pieces, forced on products that end one before and one after its edges, and
 * random ops by a seed of the day. Behind every operand lie NaNs: a read past its end that counted
 * would show.
 */
import { type BlockName, blocks } from "../../../../kernels/webgpu/product/block.ts";
import { compile } from "../../../../lib/compile/compile.ts";
import { Random } from "../../../../lib/core/random.ts";
import { sizeOf } from "../../../../lib/core/shape.ts";
import type { WebgpuStorage } from "../../../../lib/device/webgpu/buffers.ts";
import { createWebgpuDevice } from "../../../../lib/device/webgpu/webgpu.ts";
import type { ConvolutionGeometry } from "../../../../lib/graph/kernel.ts";
import { leaf, type Node } from "../../../../lib/graph/node.ts";
import {
  conv2d,
  conv2dInputGradient,
  conv2dKernelGradient,
  convolutionShape,
} from "../../../../lib/graph/ops/conv2d.ts";
import { matmul } from "../../../../lib/graph/ops/matmul.ts";
import { webgpuTest } from "../../../device/adapter.ts";
import { compareEdgeGraph, difference } from "../../../device/compare.ts";
import { Largest } from "../../../largest.ts";
import { evaluate } from "../../../reference.ts";
import { testOnWebgpu, type WebgpuDevice } from "../run_kernel.ts";

const errors = new Largest("forced blocks on webgpu against the reference", 3e-5);

/** Compares an op of two random operands, behind which lie NaNs, with the reference. */
async function compare(device: WebgpuDevice, name: string, root: Node): Promise<void> {
  const leaves = root.inputs, random = new Random(3);
  const data = new Map(
    leaves.map((node) => [
      node,
      Float32Array.from({ length: sizeOf(node.shape) }, () => random.uniform(-1, 1)),
    ]),
  );
  const plan = compile([root], leaves);
  const storages = plan.bindings.map((bytes) => device.allocate(bytes) as WebgpuStorage);
  leaves.forEach((node, i) => {
    const { buffer, bytes } = storages[i]!;
    device.write(storages[i]!, data.get(node)!);
    const slack = new Float32Array((buffer.size - bytes) / 4).fill(NaN);
    device.gpu.queue.writeBuffer(buffer, bytes, slack);
  });
  const executable = device.load(plan);
  executable.run(storages);
  const found = await device.read(storages[plan.outputs[0]!]!, sizeOf(root.shape) * 4);
  const [expected] = evaluate([root], data);
  errors.check(difference(new Float32Array(found), expected!, false), name);
}

/** Sizes around the edges of blocks and of steps along the inner dimension, taken in turn. */
const rows = [1, 33, 65, 129, 31, 63, 3], columns = [65, 1, 129, 3, 31, 63, 33];
const depths = [17, 513, 15, 1], transposes = [[false, false], [true, false], [false, true]];

const geometry = (g: Partial<ConvolutionGeometry>): ConvolutionGeometry => ({
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
  ...g,
});

/** Images, kernels, and how they move; taken in turn. */
const convolutions: readonly [readonly number[], readonly number[], ConvolutionGeometry][] = [
  [[3, 9, 8, 4], [3, 3, 4, 8], geometry({ padding: [1, 0, 2, 1] })],
  [[1, 7, 11, 5], [2, 5, 5, 3], geometry({ stride: [2, 1], padding: [1, 1, 3, 0] })],
  [
    [17, 5, 4, 8],
    [3, 1, 8, 4],
    geometry({ stride: [3, 2], dilation: [2, 1], padding: [2, 2, 0, 0] }),
  ],
  [[2, 13, 9, 6], [4, 3, 3, 10], geometry({ groups: 2, dilation: [1, 3], padding: [0, 3, 3, 3] })],
  [[1, 20, 15, 3], [7, 7, 3, 12], geometry({ stride: [2, 2], padding: [3, 3, 3, 3] })],
];

Object.keys(blocks).forEach((name, turn) => {
  const block = name as BlockName;
  Deno.test(webgpuTest(`products by ${block} blocks, of any size, cut or not`, async () => {
    for (const [i, chunks] of [1, 3].entries()) {
      const device = await createWebgpuDevice({ tiling: "workgroup", block, chunks });
      const at = 2 * turn + i;
      const m = rows[at % 7]!, n = columns[at % 7]!, k = depths[at % 4]!;
      const [transposeA, transposeB] = transposes[at % 3] as [boolean, boolean];
      const a = leaf(transposeA ? [k, m] : [m, k], "f32");
      const b = leaf(transposeB ? [n, k] : [k, n], "f32");
      const where = `${block} blocks, ${chunks} pieces`;
      await compare(
        device,
        `matmul ${m} ${n} ${k}, ${where}`,
        matmul(a, b, transposeA, transposeB),
      );
      const [image, kernel, moves] = convolutions[at % 5]!;
      const x = leaf(image, "f32"), w = leaf(kernel, "f32");
      const g = leaf(convolutionShape(image, kernel, moves), "f32");
      const ops = [
        conv2d(x, w, moves),
        conv2dInputGradient(g, w, image, moves),
        conv2dKernelGradient(x, g, kernel, moves),
      ];
      // One of the three for each number of pieces, so that blocks share them.
      const op = ops[(turn + i) % 3]!;
      await compare(device, `${op.op.name} ${image} by ${kernel}, ${where}`, op);
      await device.close();
    }
  }));
});

const day = Math.floor(Date.now() / 86_400_000), daily = 24;
testOnWebgpu(
  `ops at the edge of their sizes, for cards, by the seeds of the day`,
  async (device) => {
    const first = 1000 + day * daily;
    console.log(
      `seeds ${first} to ${first + daily - 1}: deno task graphs --graphs edge --device ` +
        `webgpu --tiling workgroup --first ${first} --count ${daily}`,
    );
    for (let seed = first; seed < first + daily; seed++) {
      await compareEdgeGraph(device, seed, [{}], errors);
    }
  },
  "workgroup",
);
