import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { leaf, type Node } from "../../../lib/graph/node.ts";
import * as e from "../../../lib/graph/ops/elementwise.ts";
import { literal } from "../../../lib/graph/ops/generate.ts";

const f32 = (...shape: number[]): Node => leaf(shape, "f32");
const i32 = (...shape: number[]): Node => leaf(shape, "i32");
const u8 = (...shape: number[]): Node => leaf(shape, "u8");

Deno.test("a function of one number keeps shape and type", () => {
  assertEquals(e.exp(f32(2, 3)).shape, [2, 3]);
  assertEquals(e.negate(i32(2)).dtype, "i32");
  assertThrows(() => e.exp(i32(2)), TypeError, "exp: expected f32, found i32; cast() it first");
  assertThrows(() => e.abs(u8(2)), TypeError, "abs: expected f32 or i32, found u8");
});

Deno.test("operands broadcast as in NumPy", () => {
  assertEquals(e.add(f32(4, 1, 3), f32(2, 1)).shape, [4, 2, 3]);
  assertEquals(e.multiply(f32(), f32(0, 3)).shape, [0, 3]);
  assertEquals(e.select(i32(3, 1), f32(4), f32()).shape, [3, 4]);
  assertEquals(e.compare("less", f32(3, 1), f32(4)).dtype, "i32");
});

Deno.test("operands that do not broadcast are named", () => {
  assertThrows(
    () => e.add(f32(2, 3), f32(4)),
    TypeError,
    "add: shapes [2, 3] and [4] do not broadcast; axes are matched from the last one",
  );
  assertThrows(
    () => e.select(i32(2), f32(2), f32(3)),
    TypeError,
    "select: shapes [2] and [2] and [3] do not broadcast",
  );
});

Deno.test("operands of different types are an error", () => {
  assertThrows(
    () => e.add(f32(2), i32(2)),
    TypeError,
    "add: expected operands of one type, found f32 and i32; cast() one of them",
  );
  assertThrows(() => e.add(u8(2), u8(2)), TypeError, "u8 is for storage only");
  assertThrows(() => e.divide(i32(2), i32(2)), TypeError, "divide: expected f32, found i32");
  assertThrows(() => e.power(i32(2), i32(2)), TypeError, "power: expected f32, found i32");
  assertThrows(
    () => e.select(f32(2), f32(2), f32(2)),
    TypeError,
    "select: expected a condition of type i32, found f32",
  );
  assertThrows(() => e.isFiniteNode(i32(2)), TypeError, "isFinite: expected f32, found i32");
});

Deno.test("convert changes the type, and nothing where it is right", () => {
  const x = f32(2);
  assertStrictEquals(e.convert(x, "f32"), x);
  assertEquals(e.convert(u8(3), "i32").dtype, "i32");
  assertThrows(() => e.convert(x, "u8"), TypeError, "convert: u8 is for storage only; use i32");
});

Deno.test("constants of a formula take the type and shape of the value", () => {
  const { inputs } = e.scale(i32(2, 2), 3);
  assertEquals(inputs[1]!.dtype, "i32");
  assertEquals(inputs[1]!.shape, [2, 2]);
  // A literal is made in the right shape at once, with no broadcast.
  assertEquals(e.add(f32(3), literal(1)).inputs[1]!.op.name, "literal");
});
