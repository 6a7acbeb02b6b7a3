import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { simplify } from "../../lib/compile/simplify.ts";
import { leaf, type Node, topologicalOrder } from "../../lib/graph/node.ts";
import { conv2d } from "../../lib/graph/ops/conv2d.ts";
import * as e from "../../lib/graph/ops/elementwise.ts";
import { literal } from "../../lib/graph/ops/generate.ts";
import { broadcastTo, reshape, slice, transpose } from "../../lib/graph/ops/layout.ts";
import { matmul } from "../../lib/graph/ops/matmul.ts";
import { reduceMax, reduceSum } from "../../lib/graph/ops/reduce.ts";
import { withGradient } from "../../lib/graph/ops/with_gradient.ts";
import { build, cases, gradientsOf } from "../cases.ts";
import { difference } from "../device/compare.ts";
import { randomGraph } from "../device/random_graph.ts";
import { evaluate } from "../reference.ts";
import { offset } from "../nodes.ts";

const simple = (node: Node): Node => simplify([node])[0]!;
const names = (...roots: Node[]) => topologicalOrder(simplify(roots)).map((node) => node.op.name);
const x = leaf([2, 3], "f32"), y = leaf([2, 3], "f32");

for (const item of cases) {
  Deno.test(`${item.name}: simplified`, () => {
    const built = build(item), roots = [built.output, ...gradientsOf(built)];
    const expected = evaluate(roots, built.data);
    evaluate(simplify(roots), built.data).forEach((found, i) => {
      const error = difference(found, expected[i]!, roots[i]!.dtype !== "f32");
      assert(error <= 1e-6, `root ${i}: error ${error}`);
    });
  });
}

Deno.test("random graphs have the same values after simplification", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { roots, data } = randomGraph(seed, false);
    const expected = evaluate(roots, data);
    evaluate(simplify(roots), data).forEach((found, i) => {
      assert(difference(found, expected[i]!, false) <= 1e-6, `graph ${seed}, root ${i}`);
    });
  }
});

Deno.test("simplification keeps shapes and types, and leaves stay the same nodes", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const { roots, leaves } = randomGraph(seed, false);
    const found = simplify(roots);
    const describe = (nodes: readonly Node[]) => nodes.map((n) => `${n.dtype} [${n.shape}]`);
    assertEquals(describe(found), describe(roots));
    for (const node of topologicalOrder(found)) {
      assert(node.op.kind !== "leaf" || leaves.includes(node));
    }
  }
});

Deno.test("equal nodes become one", () => {
  const [a, b] = simplify([e.tanh(e.add(x, y)), e.tanh(e.add(x, y))]);
  assertStrictEquals(a, b);
  assertEquals(names(e.multiply(e.exp(x), e.exp(x))), ["leaf", "exp", "multiply"]);
  // The order of the operands, the attributes and the sign of zero count.
  assertEquals(names(e.subtract(x, y), e.subtract(y, x)).length, 4);
  assertEquals(names(reduceSum(x, [0]), reduceSum(x, [1])).length, 3);
  assertEquals(
    names(e.divide(x, literal(0, x.shape)), e.divide(x, literal(-0, x.shape))).length,
    5,
  );
});

Deno.test("arithmetic that changes nothing goes away", () => {
  const ownGradient = withGradient(x, [y], (g) => [g]);
  for (
    const same of [offset(x, 0), e.scale(x, 1), e.negate(e.negate(x)), e.detach(x), ownGradient]
  ) {
    assertStrictEquals(simple(same), x);
  }
  assertStrictEquals(simple(e.divide(x, literal(1))), x);
  assertStrictEquals(simple(e.subtract(x, literal(0))), x);
  // 0 times infinity is not 0, and 0 - x is not x.
  assertEquals(simple(e.scale(x, 0)).op.name, "multiply");
  assertEquals(simple(e.subtract(literal(0), x)).op.name, "subtract");
});

Deno.test("arithmetic with literals is done now, rounded as the type has it", () => {
  const value = (node: Node) => simple(node).attributes.value;
  assertEquals(value(e.add(literal(0.1), literal(0.2))), Math.fround(0.1 + 0.2));
  assertEquals(value(e.negate(e.maximum(literal(2), literal(3)))), -3);
  const i32 = (x: number) => literal(x, [], "i32");
  assertEquals(value(e.add(i32(2 ** 31 - 1), i32(1))), -(2 ** 31));
  assertEquals(value(e.multiply(i32(65537), i32(65537))), 131073);
  // This product has more bits than a double: it is left to the device.
  assertEquals(simple(e.multiply(i32(2 ** 31 - 1), i32(2 ** 31 - 1))).op.name, "multiply");
  assertEquals(value(reduceSum(literal(0.5, [3, 4]))), 6);
  assertEquals(value(reduceSum(literal(16777217, [3], "i32"))), 50331651);
  assertEquals(value(reduceSum(literal(5, [0]))), 0);
});

Deno.test("moves that move nothing become reshapes or nothing", () => {
  assertStrictEquals(simple(reshape(reshape(x, [6]), [2, 3])), x);
  assertStrictEquals(simple(transpose(transpose(x))).op.name, "transpose");
  assertStrictEquals(simple(transpose(x, [0, 1])), x);
  assertStrictEquals(simple(slice(x, [0, 0], [2, 3])), x);
  const column = leaf([5, 1], "f32");
  assertEquals(simple(transpose(column)).op.name, "reshape");
  assertEquals(simple(reduceSum(column, [1])).op.name, "reshape");
  assertEquals(simple(reduceMax(column, [1])).op.name, "reshape");
  assertEquals(names(reshape(reshape(x, [6]), [3, 2])), ["leaf", "reshape"]);
});

Deno.test("a matmul takes in transposes of its operands, but of nothing else", () => {
  const a = leaf([3, 2], "f32"), b = leaf([4, 3], "f32");
  const product = simple(matmul(transpose(a), transpose(b)));
  assertEquals(product.op.name, "matmul");
  assertEquals(product.attributes, { transposeA: true, transposeB: true });
  assertEquals(simple(matmul(transpose(a), leaf([4, 2], "f32"), true, true)).attributes, {
    transposeA: false,
    transposeB: true,
  });
  const batch = leaf([2, 3, 4], "f32"), other = leaf([2, 3, 5], "f32");
  assertEquals(names(matmul(transpose(batch, [0, 2, 1]), other)), ["leaf", "leaf", "matmul"]);
  const mixed = leaf([3, 2, 4], "f32");
  assert(names(matmul(transpose(mixed, [1, 2, 0]), other)).includes("transpose"));
});

Deno.test("a 1x1 convolution is a matmul, unless it strides, pads or has groups", () => {
  const image = leaf([2, 5, 5, 4], "f32"), kernel = leaf([1, 1, 4, 6], "f32");
  const geometry = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;
  assert(names(conv2d(image, kernel, geometry)).includes("matmul"));
  assert(!names(conv2d(image, kernel, { ...geometry, stride: [2, 2] })).includes("matmul"));
  assert(!names(conv2d(image, kernel, { ...geometry, padding: [1, 1, 1, 1] })).includes("matmul"));
  const grouped = leaf([1, 1, 2, 6], "f32");
  assert(!names(conv2d(image, grouped, { ...geometry, groups: 2 })).includes("matmul"));
});

Deno.test("a broadcast of a literal is a literal", () => {
  assertEquals(names(e.add(x, broadcastTo(reshape(literal(2), [1, 1]), [2, 3]))), [
    "leaf",
    "literal",
    "add",
  ]);
});
