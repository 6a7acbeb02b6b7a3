import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { gradients } from "../../../lib/graph/gradient.ts";
import { leaf, type Node } from "../../../lib/graph/node.ts";
import {
  argmax,
  reduceMax,
  reduceMin,
  reduceProduct,
  reduceSum,
} from "../../../lib/graph/ops/reduce.ts";
import { evaluate } from "../../reference.ts";

const f32 = (...shape: number[]): Node => leaf(shape, "f32");

Deno.test("reduced axes disappear", () => {
  assertEquals(reduceSum(f32(2, 3, 4), [1]).shape, [2, 4]);
  assertEquals(reduceSum(f32(2, 3, 4)).shape, []);
  assertEquals(reduceMax(f32(2, 3, 4), [-1, 0, 2]).shape, [3]);
  assertEquals(argmax(f32(2, 3, 4), -2).shape, [2, 4]);
  assertEquals(argmax(f32(2), 0).dtype, "i32");
  const x = f32(2);
  assertStrictEquals(reduceSum(x, []), x);
});

Deno.test("over nothing a sum is 0 and a product 1, a maximum or minimum an error", () => {
  const x = f32(0, 2);
  const overNothing = (y: Node) => [...evaluate([y], new Map([[x, []]]))[0]!];
  assertEquals(overNothing(reduceSum(x, [0])), [0, 0]);
  assertEquals(overNothing(reduceProduct(x, [0])), [1, 1]);
  assertEquals(overNothing(gradients(reduceSum(reduceProduct(x, [0])), [x])[0]!), []);
  assertThrows(() => reduceMin(x, [0]), RangeError, "reduceMin: nothing to reduce in [0, 2]");
  assertThrows(() => reduceMax(x, [0]), RangeError, "reduceMax: nothing to reduce in [0, 2]");
  assertThrows(() => argmax(x, 0), RangeError, "argmax: nothing to reduce");
  assertEquals(reduceMax(x, [1]).shape, [0]);
});

Deno.test("axes outside and bytes are errors", () => {
  assertThrows(
    () => reduceSum(f32(2, 3), [2]),
    RangeError,
    "reduceSum: axis 2 is outside a tensor of rank 2; expected an integer from -2 to 1",
  );
  assertThrows(() => argmax(f32(2, 3), 0.5), RangeError, "argmax: axis 0.5");
  assertThrows(() => reduceSum(leaf([2], "u8")), TypeError, "u8 is for storage only");
});
