import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { tensor } from "../../lib/tensor/create.ts";
import { flatten, mapTree, rebuild, signature } from "../../lib/tensor/tree.ts";

const [a, b, c] = [tensor(1), tensor([1, 2]), tensor([1], { dtype: "i32" })];

Deno.test("a tree is taken apart and put together again", () => {
  const tree = { x: [a, { y: b }], z: c };
  const list = flatten(tree, "tree");
  assertEquals(list, [a, b, c]);
  assertEquals(rebuild(tree, list.values()), tree);
  assertEquals(flatten([], "tree"), []);
  assertEquals(flatten(Object.assign(Object.create(null), { x: a }), "tree"), [a]);
});

Deno.test("a signature tells types and forms apart", () => {
  assertEquals(signature({ x: [a, b] }), signature({ x: [tensor(7), tensor([3, 4])] }));
  const different = [[a, b], [b, a], [a, c], { x: a, y: b }, [[a, b]], [a], a].map((tree) =>
    signature(tree)
  );
  assertEquals(new Set(different).size, different.length);
  assertNotEquals(signature([b]), signature([tensor([1, 2, 3])]));
});

Deno.test("what is no tensor is named by its place", () => {
  class Weights {}
  for (const wrong of [5, null, undefined, "x", Promise.resolve(a), new Map(), new Weights()]) {
    assertThrows(
      () => flatten({ x: [a, wrong as never] }, "w"),
      TypeError,
      "w.x.1: expected a tensor",
    );
  }
});

Deno.test("trees of one form are mapped together", async () => {
  const weights = { w: [tensor([1, 2])], b: a }, slopes = { w: [tensor([10, 20])], b: tensor(30) };
  const sum = mapTree((x, y) => x.add(y), weights, slopes);
  assertEquals([await sum.w[0]!.array(), await sum.b.array()], [[11, 22], 31]);
  assertThrows(
    () => mapTree((x, y) => x.add(y), weights, { b: a }),
    TypeError,
    "mapTree: expected trees of one form, found w.0,b and b",
  );
});
