import { assertEquals, assertThrows } from "@std/assert";
import { leaf, type Node } from "../../../lib/graph/node.ts";
import { gather, scatterAdd } from "../../../lib/graph/ops/gather.ts";

const f32 = (...shape: number[]): Node => leaf(shape, "f32");
const i32 = (...shape: number[]): Node => leaf(shape, "i32");

Deno.test("rows in the shape of the indices", () => {
  assertEquals(gather(f32(5, 3, 2), i32(4, 6)).shape, [4, 6, 3, 2]);
  assertEquals(gather(i32(5), i32()).shape, []);
  assertEquals(scatterAdd(f32(4, 6, 3), i32(4, 6), 7).shape, [7, 3]);
});

Deno.test("what cannot be picked or summed is named", () => {
  const rows = "gather: expected f32 or i32 rows and i32 indices, found f32 [5] and f32";
  assertThrows(() => gather(f32(5), f32(2)), TypeError, rows);
  assertThrows(() => gather(f32(), i32(2)), TypeError, "found f32 []");
  assertThrows(() => gather(f32(0, 2), i32(2)), RangeError, "gather: no rows in [0, 2]");
  assertThrows(
    () => scatterAdd(i32(5), i32(5), 2),
    TypeError,
    "scatterAdd: expected f32 updates and i32 indices, found i32 and i32",
  );
  assertThrows(
    () => scatterAdd(f32(4, 3), i32(5), 2),
    TypeError,
    "scatterAdd: updates [4, 3] do not begin with the shape [5] of the indices",
  );
});
