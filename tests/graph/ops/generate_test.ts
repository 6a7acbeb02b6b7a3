import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { leaf } from "../../../lib/graph/node.ts";
import { iota, literal, randomUniform } from "../../../lib/graph/ops/generate.ts";
import { evaluate } from "../../reference.ts";

Deno.test("constants and indices", () => {
  const [a, b] = evaluate([literal(2.5, [3]), iota([2, 3], 0)], new Map());
  assertEquals([...a!], [2.5, 2.5, 2.5]);
  assertEquals([...b!], [0, 0, 0, 1, 1, 1]);
});

Deno.test("random numbers are even in [0, 1) and differ by key, step and stream", () => {
  const state = leaf([3], "i32");
  const draw = (numbers: number[], stream: number) =>
    evaluate([randomUniform(state, [4000], stream)], new Map([[state, numbers]]))[0]!;
  const first = draw([1, 2, 3], 0);
  assert(first.every((x) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 24)));
  const mean = first.reduce((sum, x) => sum + x, 0) / first.length;
  assert(Math.abs(mean - 0.5) < 0.02);
  assertEquals(draw([1, 2, 3], 0), first);
  for (const [numbers, stream] of [[[2, 2, 3], 0], [[1, 3, 3], 0], [[1, 2, 4], 0]] as const) {
    assertNotEquals(draw([...numbers], stream), first);
  }
  assertNotEquals(draw([1, 2, 3], 1), first);
});

Deno.test("the state is three integers", () => {
  const message = "randomUniform: expected a state of type i32 [3]: key, key, step";
  assertThrows(() => randomUniform(leaf([2], "i32"), [4], 0), TypeError, message);
  assertThrows(() => randomUniform(leaf([3], "f32"), [4], 0), TypeError, message);
});
