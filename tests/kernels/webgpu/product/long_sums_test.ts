/** Inner sums and outputs that are longer than a loop or a dimension of a dispatch may be. */
import { Random } from "../../../../lib/core/random.ts";
import { sizeOf } from "../../../../lib/core/shape.ts";
import { gradients } from "../../../../lib/graph/gradient.ts";
import { leaf, type Node } from "../../../../lib/graph/node.ts";
import { conv2d } from "../../../../lib/graph/ops/conv2d.ts";
import { matmul } from "../../../../lib/graph/ops/matmul.ts";
import { reduceSum } from "../../../../lib/graph/ops/reduce.ts";
import { difference, runOn } from "../../../device/compare.ts";
import { Largest } from "../../../largest.ts";
import { evaluate } from "../../../reference.ts";
import { testOnWebgpu, type WebgpuDevice } from "../run_kernel.ts";

const errors = new Largest("products with long inner sums on webgpu", 2e-6);

const geometry = {
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
} as const;

/** A result of two inputs, and which gradients are to be compared too. */
interface Long {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly op: (a: Node, b: Node) => Node;
  readonly wanted: readonly ("result" | "gradient 1" | "gradient 2")[];
}

const product = (transposeA = false, transposeB = false) => (a: Node, b: Node) =>
  matmul(a, b, transposeA, transposeB);
const padded = (a: Node, b: Node) => conv2d(a, b, { ...geometry, padding: [1, 1, 1, 1] });

const items: Readonly<Record<string, Long>> = {
  "a dot product of 1,000,003": {
    a: [1, 1_000_003],
    b: [1_000_003, 1],
    op: product(),
    wanted: ["result"],
  },
  "65,537 along the inner axis": {
    a: [3, 65_537],
    b: [65_537, 5],
    op: product(),
    wanted: ["result"],
  },
  "200,000, both transposed": {
    a: [200_000, 6],
    b: [9, 200_000],
    op: product(true, true),
    wanted: ["result"],
  },
  // Gradients have the other inner axes.
  "70,001 rows": { a: [70_001, 9], b: [9, 4], op: product(), wanted: ["result", "gradient 2"] },
  "a batch of 66,000": { a: [66_000, 2, 3], b: [66_000, 3, 2], op: product(), wanted: ["result"] },
  "the kernel of many pixels": {
    a: [64, 112, 112, 1],
    b: [3, 3, 1, 1],
    op: padded,
    wanted: ["gradient 2"],
  },
  "the kernel of long lines": {
    a: [1, 1, 66_000, 1],
    b: [1, 3, 1, 3],
    op: (a, b) => conv2d(a, b, { ...geometry, padding: [0, 0, 1, 1] }),
    wanted: ["result", "gradient 1", "gradient 2"],
  },
  "many channels": {
    a: [1, 2, 2, 20_000],
    b: [2, 2, 20_000, 2],
    op: (a, b) => conv2d(a, b, geometry),
    wanted: ["result"],
  },
  "16 images of many channels": {
    a: [16, 2, 2, 20_000],
    b: [2, 2, 20_000, 1],
    op: padded,
    wanted: ["result"],
  },
  "many filters": {
    a: [1, 2, 2, 1],
    b: [2, 2, 1, 70_000],
    op: padded,
    wanted: ["gradient 1"],
  },
};

/** Compares what is wanted with the reference. */
async function compare(device: WebgpuDevice, name: string, item: Long): Promise<void> {
  const a = leaf(item.a, "f32"), b = leaf(item.b, "f32"), y = item.op(a, b);
  const [first, second] = gradients(reduceSum(y), [a, b]);
  const all = { result: y, "gradient 1": first!, "gradient 2": second! };
  const roots = item.wanted.map((which) => all[which]);
  const random = new Random(5);
  // One that is random, and one of equal numbers, whose rounding errors all have one sign.
  const data = new Map<Node, Float32Array>([
    [a, Float32Array.from({ length: sizeOf(item.a) }, () => random.uniform(0.1, 1))],
    [b, new Float32Array(sizeOf(item.b)).fill(0.1)],
  ]);
  const found = await runOn(device, { roots, leaves: [a, b], data });
  const expected = evaluate(roots, data);
  item.wanted.forEach((which, i) =>
    errors.check(difference(found[i]!, expected[i]!, false), `${name}, ${which}`)
  );
}

for (const tiling of ["register", "workgroup"] as const) {
  for (const [name, item] of Object.entries(items)) {
    testOnWebgpu(`${name}, ${tiling} tiling`, (device) => compare(device, name, item), tiling);
  }
}
