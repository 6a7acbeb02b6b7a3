import { assertEquals, assertNotEquals } from "@std/assert";
import { keyOf, structureKey } from "../../lib/compile/key.ts";
import { leaf, type Node, topologicalOrder } from "../../lib/graph/node.ts";
import * as e from "../../lib/graph/ops/elementwise.ts";
import { literal } from "../../lib/graph/ops/generate.ts";
import { reduceSum } from "../../lib/graph/ops/reduce.ts";
import { randomGraph } from "../device/random_graph.ts";

const key = (...roots: Node[]) => structureKey(topologicalOrder(roots), roots);
const f32 = (...shape: number[]) => leaf(shape, "f32");

Deno.test("graphs of one structure have one key, whatever their leaves hold", () => {
  const graph = () => {
    const x = f32(2, 3), y = f32(3);
    return reduceSum(e.tanh(e.add(x, y)), [1]);
  };
  assertEquals(key(graph()), key(graph()));
  for (let seed = 1; seed <= 20; seed++) {
    assertEquals(key(...randomGraph(seed, true).roots), key(...randomGraph(seed, true).roots));
  }
});

Deno.test("whatever makes another program makes another key", () => {
  const x = f32(2, 3), y = f32(2, 3);
  const keys = [
    key(e.add(x, y)),
    key(e.add(x, x)),
    key(e.add(f32(3, 2), f32(3, 2))),
    key(e.add(leaf([2, 3], "i32"), leaf([2, 3], "i32"))),
    key(e.subtract(x, y)),
    key(e.add(x, y), x),
    key(x, e.add(x, y)),
    key(reduceSum(x, [0])),
    key(reduceSum(x, [1])),
    ...[0, -0, 1, Infinity, -Infinity, NaN].map((value) => key(e.add(x, literal(value, [2, 3])))),
    key(e.subtract(e.exp(x), y)),
    key(e.subtract(x, e.exp(y))),
  ];
  assertEquals(new Set(keys).size, keys.length);
  assertNotEquals(key(e.subtract(x, y), e.subtract(y, x)), key(e.subtract(x, y)));
});

Deno.test("numbers that JSON cannot tell apart are told apart", () => {
  const values = [0, -0, NaN, Infinity, -Infinity, null];
  assertEquals(new Set(values.map((value) => keyOf({ value }))).size, values.length);
});
