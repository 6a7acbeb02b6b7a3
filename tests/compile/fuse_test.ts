import { assert, assertEquals } from "@std/assert";
import { compile } from "../../lib/compile/compile.ts";
import type { Fusion } from "../../lib/compile/fuse.ts";
import type { Kernel } from "../../lib/graph/kernel.ts";
import type { Plan } from "../../lib/compile/plan.ts";
import { gradients } from "../../lib/graph/gradient.ts";
import { leaf, type Node, topologicalOrder } from "../../lib/graph/node.ts";
import { conv2d } from "../../lib/graph/ops/conv2d.ts";
import * as e from "../../lib/graph/ops/elementwise.ts";
import { broadcastTo, reshape, transpose } from "../../lib/graph/ops/layout.ts";
import { matmul } from "../../lib/graph/ops/matmul.ts";
import { reduceMax, reduceSum } from "../../lib/graph/ops/reduce.ts";
import { batchNorm } from "../../lib/tensor/functions/normalization.ts";
import { maxPool2d } from "../../lib/tensor/functions/pool.ts";
import { onNodes } from "../nodes.ts";

const off: Fusion = {
  copies: false,
  elementwise: false,
  tails: false,
  heads: false,
  sums: false,
};
const f32 = (...shape: number[]) => leaf(shape, "f32");
const geometry = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;

/** A plan of roots over all leaves that they read. */
function plan(roots: readonly Node[], fusion: Partial<Fusion> = {}): Plan {
  const leaves = topologicalOrder(roots).filter((node) => node.op.kind === "leaf");
  return compile(roots, leaves, { fusion });
}

/** The kernels of a plan by kind, with a mark where one has a tail. */
const kinds = ({ launches }: Plan) =>
  launches.map(({ kernel }) => `${kernel.kind}${hasTail(kernel) ? " + tail" : ""}`);

const hasTail = (kernel: Kernel) => "tail" in kernel && kernel.tail !== undefined;

Deno.test("a chain of element-wise ops is one launch with no memory of its own", () => {
  const x = f32(4, 5), y = f32(4, 5);
  const chain = e.tanh(e.add(e.multiply(x, y), e.exp(x)));
  const fused = plan([chain]);
  assertEquals([kinds(fused), fused.slots], [["map"], []]);
  assertEquals(kinds(plan([chain], { elementwise: false })).length, 4);
});

Deno.test("several results of one shape come from one launch", () => {
  const x = f32(8);
  const fused = plan([e.sin(x), e.exp(e.sin(x)), e.tanh(e.sin(x))]);
  assertEquals(kinds(fused), ["map"]);
  assertEquals(fused.launches[0]!.outputs.length, 3);
});

Deno.test("a kernel never touches more than eight buffers", () => {
  const leaves = Array.from({ length: 30 }, () => f32(4));
  const { launches } = plan([leaves.reduce(e.add)]);
  assert(launches.length > 1);
  for (const { inputs, outputs } of launches) assert(inputs.length + outputs.length <= 8);
});

Deno.test("an element-wise op that is needed in between stays apart", () => {
  const x = f32(4, 4), sums = reduceSum(e.exp(x), [1]);
  const result = e.divide(e.exp(x), reshape(sums, [4, 1]));
  assertEquals(kinds(plan([result])), ["map", "reduce", "map"]);
});

Deno.test("convolution, bias and tanh are one launch", () => {
  const x = f32(2, 8, 8, 3), kernel = f32(5, 5, 3, 4), bias = f32(4);
  const layer = e.tanh(e.add(conv2d(x, kernel, geometry), bias));
  assertEquals(kinds(plan([layer])), ["conv2d + tail"]);
  assertEquals(kinds(plan([layer], { tails: false })), ["conv2d", "map"]);
  assertEquals(kinds(plan([layer], off)), ["conv2d", "map", "map"]);
});

Deno.test("a pointwise convolution is a matmul with bias and activation in its tail", () => {
  const x = f32(2, 5, 5, 8), kernel = f32(1, 1, 8, 4), bias = f32(4);
  const layer = e.relu(e.add(conv2d(x, kernel, geometry), bias));
  assertEquals(kinds(plan([layer])), ["matmul + tail"]);
});

const normalize = onNodes((x, gamma, beta, mean, variance) =>
  batchNorm(x, { gamma: gamma, beta: beta, mean: mean, variance: variance })
);

Deno.test("batch norm after a convolution is one launch, once its factors are there", () => {
  const x = f32(2, 8, 8, 3), kernel = f32(3, 3, 3, 4);
  const [gamma, beta, mean, variance] = [f32(4), f32(4), f32(4), f32(4)];
  const y = conv2d(x, kernel, geometry);
  const block = e.relu(normalize(y, gamma, beta, mean, variance));
  const { launches } = plan([block]);
  assertEquals(
    launches.filter(({ kernel }) => kernel.kind === "conv2d").map(({ kernel }) => hasTail(kernel)),
    [
      true,
    ],
  );
  // What else there is computes factors of [4]: nothing walks the images again.
  for (const { kernel } of launches) {
    if (kernel.kind !== "conv2d") {
      assertEquals([kernel.kind, (kernel as { shape: unknown }).shape], ["map", [4]]);
    }
  }
});

Deno.test("a residual addition joins the convolution before it", () => {
  const x = f32(1, 6, 6, 4), kernel = f32(3, 3, 4, 4);
  const padded = { ...geometry, padding: [1, 1, 1, 1] } as const;
  assertEquals(kinds(plan([e.relu(e.add(conv2d(x, kernel, padded), x))])), ["conv2d + tail"]);
});

Deno.test("a result that somebody else reads too is stored before the tail", () => {
  const a = f32(3, 4), b = f32(4, 5), product = matmul(a, b);
  assertEquals(kinds(plan([e.tanh(product), product])).sort(), ["map", "matmul"]);
  assertEquals(kinds(plan([e.tanh(product), reduceSum(product, [0])])).includes("matmul"), true);
});

Deno.test("what a tail cannot load follows in a launch of its own", () => {
  const a = f32(4, 3), b = f32(3, 4), other = f32(4, 4), column = f32(4, 1);
  const product = matmul(a, b);
  assertEquals(kinds(plan([e.add(product, transpose(other))])), ["matmul", "map"]);
  assertEquals(kinds(plan([e.add(product, broadcastTo(column, [4, 4]))])), ["matmul", "map"]);
});

Deno.test("an element-wise head joins the reduction after it", () => {
  const x = f32(6, 7), y = f32(6, 7), d = e.subtract(x, y);
  const loss = reduceSum(e.multiply(d, d));
  assertEquals(kinds(plan([loss])), ["reduce"]);
  assertEquals(kinds(plan([loss], { heads: false })), ["map", "reduce"]);
  // Not where the head is a result itself.
  const squares = e.multiply(d, d);
  assertEquals(kinds(plan([reduceSum(squares), squares])), ["map", "reduce"]);
});

Deno.test("sums of one value are one launch, where none needs another", () => {
  const x = f32(64, 8), y = f32(64, 8), total = reduceSum(x, [0]);
  const products = reduceSum(e.multiply(x, y), [0]);
  assertEquals(kinds(plan([total, products])), ["reduce"]);
  assertEquals(kinds(plan([total, products], { sums: false })), ["reduce", "reduce"]);
  assertEquals(kinds(plan([total, reduceSum(y, [0])])), ["reduce", "reduce"]);
  assertEquals(kinds(plan([total, reduceSum(x, [1])])), ["reduce", "reduce"]);
  assertEquals(kinds(plan([total, reduceSum(e.multiply(x, total), [0])])), ["reduce", "reduce"]);
});

Deno.test("what is cheap is computed again where that moves fewer bytes", () => {
  const x = f32(64, 8), shift = f32(8), moved = e.add(x, shift);
  const readers = [reduceSum(e.exp(moved), [0]), reduceSum(e.exp(e.negate(moved)), [1])];
  const bytes = (roots: readonly Node[], fusion?: Partial<Fusion>) =>
    plan(roots, fusion).slots.reduce((sum, slot) => sum + slot, 0);
  assertEquals(bytes(readers), 0);
  assertEquals(bytes(readers, { copies: false }), 64 * 8 * 4);
  // Not what takes long.
  const slow = e.tanh(moved);
  assertEquals(bytes([reduceSum(slow, [0]), reduceSum(slow, [1])]), 64 * 8 * 4);
  // Nor from two values, for more readers than it has parts.
  const sum = e.add(x, f32(64, 8));
  const many = [1, 2, 3, 4, 5, 6].map((i) => reduceMax(e.exp(e.scale(sum, i / 2)), [i % 2]));
  assertEquals(bytes(many), 64 * 8 * 4);
});

Deno.test("batch norm in training moves ten times what it normalises", () => {
  const x = f32(2, 8, 8, 4), gamma = f32(4), beta = f32(4), g = f32(2, 8, 8, 4);
  const y = onNodes((x, gamma, beta) => batchNorm(x, { gamma, beta }).relu())(x, gamma, beta);
  const loss = reduceSum(e.multiply(e.multiply(y, y), g));
  const { launches, values } = plan([y, ...gradients(loss, [x, gamma, beta])]);
  let moved = 0;
  for (const { inputs, outputs } of launches) {
    for (const value of [...inputs, ...outputs]) moved += values[value]!.size;
  }
  assert(moved < 12 * 2 * 8 * 8 * 4, `${moved}`);
});

Deno.test("softmax is at most four launches", () => {
  assert(plan([onNodes((x) => x.softmax())(f32(32, 10))]).launches.length <= 4);
});

Deno.test("a pooling layer needs no copy before or after", () => {
  const x = f32(2, 8, 8, 4);
  assertEquals(kinds(plan([e.tanh(onNodes((x) => maxPool2d(x, 2))(e.relu(x)))])), [
    "map",
    "windowMax",
    "map",
  ]);
});

Deno.test("a chain of 10,000 ops, a wide and a deep graph are compiled", () => {
  const x = f32(4);
  let chain = x;
  for (let i = 0; i < 10_000; i++) chain = e.tanh(chain);
  const fused = plan([chain]);
  assert(fused.launches.length <= 100 && fused.slots.length <= 2);
  const unfused = plan([chain], off);
  assertEquals([unfused.launches.length, unfused.slots.length], [10_000, 2]);
  const wide = Array.from({ length: 2000 }, () => f32(2));
  assertEquals(plan(wide.map((node) => e.exp(node))).launches.length, 2000);
  let product = f32(2, 2);
  for (let i = 0; i < 2500; i++) product = e.tanh(matmul(product, product));
  assertEquals(plan([product]).launches.length, 2500);
});
