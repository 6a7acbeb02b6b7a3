import { assertEquals, assertThrows } from "@std/assert";
import { leaf, type Node } from "../../../lib/graph/node.ts";
import { matmul } from "../../../lib/graph/ops/matmul.ts";

const f32 = (...shape: number[]): Node => leaf(shape, "f32");

Deno.test("rows by columns, transposed or not, in batches or not", () => {
  assertEquals(matmul(f32(2, 3), f32(3, 4)).shape, [2, 4]);
  assertEquals(matmul(f32(3, 2), f32(4, 3), true, true).shape, [2, 4]);
  assertEquals(matmul(f32(5, 2, 3), f32(5, 4, 3), false, true).shape, [5, 2, 4]);
});

Deno.test("multiply-adds", () => {
  const y = matmul(f32(5, 3, 2), f32(5, 3, 4), true);
  assertEquals(y.multiplyAdds, 5 * 2 * 4 * 3);
});

Deno.test("operands that do not fit are named", () => {
  assertThrows(
    () => matmul(f32(2, 3), f32(4, 5)),
    TypeError,
    "matmul: inner sizes 3 and 4 differ in [2, 3] by [4, 5]",
  );
  assertThrows(
    () => matmul(f32(2, 3), f32(4, 5), true),
    TypeError,
    "inner sizes 2 and 4 differ in [2, 3] transposed by [4, 5]",
  );
  const batches = "matmul: expected two matrices, or two equal batches of matrices";
  assertThrows(() => matmul(f32(2, 2, 3), f32(3, 3, 4)), TypeError, batches);
  assertThrows(() => matmul(f32(2, 2, 3), f32(3, 4)), TypeError, batches);
  assertThrows(() => matmul(f32(3), f32(3)), TypeError, batches);
  assertThrows(() => matmul(f32(1, 1, 2, 3), f32(1, 1, 3, 4)), TypeError, batches);
  assertThrows(() => matmul(leaf([2, 3], "i32"), f32(3, 4)), TypeError, "found i32 and f32");
});
