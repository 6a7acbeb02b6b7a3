import { assert, assertEquals, assertThrows } from "@std/assert";
import { compile } from "../../lib/compile/compile.ts";
import { gradients } from "../../lib/graph/gradient.ts";
import { leaf, type Node } from "../../lib/graph/node.ts";
import * as e from "../../lib/graph/ops/elementwise.ts";
import { transpose } from "../../lib/graph/ops/layout.ts";
import { matmul } from "../../lib/graph/ops/matmul.ts";
import { reduceSum } from "../../lib/graph/ops/reduce.ts";

// That updates have the right values is tested in compile_test.ts; here, that they cost nothing.

const f32 = (...shape: number[]) => leaf(shape, "f32");

/** The plan of new contents for leaves, and of outputs. */
function plan(leaves: readonly Node[], next: readonly [Node, Node][], outputs: Node[] = []) {
  const updates = new Map(next.map(([target], i) => [i, leaves.indexOf(target)]));
  return compile([...next.map(([, root]) => root), ...outputs], leaves, { updates });
}

Deno.test("a step of SGD with momentum updates in place: one launch, no copy, no slot", () => {
  const [w, velocity, g, rate] = [f32(5, 4), f32(5, 4), f32(5, 4), f32()];
  const next = e.subtract(e.scale(velocity, 0.9), e.multiply(rate, g));
  const { launches, slots, bindings, outputs } = plan([w, velocity, g, rate], [
    [w, e.add(w, next)],
    [velocity, next],
  ]);
  assertEquals(launches.length, 1);
  assertEquals(slots, []);
  assertEquals(bindings, [80, 80, 80, 4]);
  assertEquals(outputs, [0, 1]);
});

Deno.test("the gradient of a weight is used up where it is made", () => {
  const [x, w] = [f32(8, 5), f32(5, 4)];
  const y = matmul(x, w), loss = reduceSum(e.multiply(y, y));
  const [g] = gradients(loss, [w]) as [Node];
  const { launches, bindings } = plan([x, w], [[w, e.subtract(w, e.scale(g, 0.1))]], [loss]);
  // Product, loss, and the gradient with the update in its tail.
  assertEquals(launches.filter(({ kernel }) => kernel.kind === "matmul").length, 2);
  assert(launches.length <= 4);
  assertEquals(bindings, [160, 80, 4]);
});

Deno.test("a weight is replaced after its last reader", () => {
  const [w, x] = [f32(4, 4), f32(4, 4)];
  const readers = [matmul(x, w), matmul(w, x), reduceSum(w, [0])];
  const { launches, values } = plan([w, x], [[w, e.tanh(w)]], readers);
  const isWeight = (i: number) =>
    values[i]!.place.kind === "binding" && values[i]!.place.index === 0;
  const written = launches.findIndex(({ outputs }) => outputs.some(isWeight));
  assertEquals(written, launches.length - 1);
});

Deno.test("two weights that swap take one copy more than needed, not two", () => {
  const [a, b] = [f32(3), f32(3)];
  const { launches, outputs } = plan([a, b], [[a, b], [b, a]]);
  assertEquals(outputs, [0, 1]);
  assert(launches.length <= 4);
});

Deno.test("what cannot be updated element by element gets memory first", () => {
  const w = f32(4, 4);
  assertEquals(plan([w], [[w, e.add(w, transpose(w))]]).slots, [64]);
  assertEquals(plan([w], [[w, e.add(w, w)]]).slots, []);
});

Deno.test("a leaf that keeps its content costs nothing", () => {
  const w = f32(4);
  assertEquals(plan([w], [[w, w]]).launches, []);
});

Deno.test("a leaf that is not given is an error that names it", () => {
  const [a, b] = [f32(3, 2), f32(3, 2)];
  assertThrows(
    () => compile([e.add(a, b)], [a]),
    Error,
    "compile: the graph reads a leaf that is not given: leaf f32 [3, 2]",
  );
});
