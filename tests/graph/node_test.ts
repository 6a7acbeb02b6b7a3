import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { leaf, type Node, topologicalOrder } from "../../lib/graph/node.ts";
import { add, exp, multiply, negate } from "../../lib/graph/ops/elementwise.ts";
import { reduceSum } from "../../lib/graph/ops/reduce.ts";
import { evaluate } from "../reference.ts";

Deno.test("each node comes after its inputs, once", () => {
  const x = leaf([2], "f32"), y = exp(x), z = add(multiply(y, x), y);
  const order = topologicalOrder([z, y]);
  assertEquals(order.length, 4);
  assertEquals(new Set(order).size, 4);
  for (const node of order) {
    for (const input of node.inputs) assert(order.indexOf(input) < order.indexOf(node));
  }
});

Deno.test("several roots, some of them within others", () => {
  const x = leaf([], "f32"), y = negate(x), z = exp(y), other = leaf([], "f32");
  assertEquals(topologicalOrder([y, z, other, y]), [x, y, z, other]);
  assertEquals(topologicalOrder([]), []);
});

Deno.test("a chain of 10,000 ops does not overflow the stack", () => {
  const x = leaf([], "f32");
  let y = x;
  for (let i = 0; i < 10_000; i++) y = negate(y);
  const order = topologicalOrder([y]);
  assertEquals(order.length, 10_001);
  assertStrictEquals(order[0], x);
  assertStrictEquals(order.at(-1), y);
});

Deno.test("a ladder of 10,000 shared values is walked once", () => {
  let y = leaf([], "f32");
  for (let i = 0; i < 10_000; i++) y = add(y, y);
  assertEquals(topologicalOrder([y]).length, 10_001);
});

Deno.test("a settled node is a leaf that lets its inputs go", () => {
  const x = leaf([2], "f32"), y: Node = exp(x), z = reduceSum(y);
  assertEquals(y.op.kind, "elementwise");
  y.settle();
  assertEquals(y.op.name, "leaf");
  assertEquals(y.op.kind, "leaf");
  assertEquals(y.inputs, []);
  assertEquals(y.shape, [2]);
  assertEquals(y.dtype, "f32");
  assertEquals(y.attributes, { shape: [2], dtype: "f32" });
  assertEquals(topologicalOrder([z]), [y, z]);
  assertEquals([...evaluate([z], new Map([[y, [3, 4]]]))[0]!], [7]);
});
