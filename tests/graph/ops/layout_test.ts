import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { leaf, type Node } from "../../../lib/graph/node.ts";
import {
  broadcastTo,
  concatenate,
  pad,
  reshape,
  reverse,
  slice,
  transpose,
} from "../../../lib/graph/ops/layout.ts";

const f32 = (...shape: number[]): Node => leaf(shape, "f32");

Deno.test("broadcast stretches axes of size 1 and adds axes in front", () => {
  assertEquals(broadcastTo(f32(2, 1), [4, 2, 3]).shape, [4, 2, 3]);
  const x = f32(2, 3);
  assertStrictEquals(broadcastTo(x, [2, 3]), x);
  assertThrows(
    () => broadcastTo(x, [3, 3]),
    TypeError,
    "broadcast: [2, 3] does not stretch to [3, 3]",
  );
  assertThrows(() => broadcastTo(x, [3]), TypeError, "[2, 3] does not stretch to [3]");
});

Deno.test("reshape keeps the number of elements and works one size out", () => {
  const x = f32(2, 6);
  assertEquals(reshape(x, [3, -1]).shape, [3, 4]);
  assertStrictEquals(reshape(x, [2, -1]), x);
  assertThrows(
    () => reshape(x, [5, 2]),
    TypeError,
    "reshape: [2, 6] has 12 elements and cannot become [5, 2] with 10",
  );
  assertThrows(() => reshape(x, [5, -1]), TypeError, "[2, 6] has 12 elements, not a multiple of 5");
  assertThrows(() => reshape(x, [-1, -1]), TypeError, "at most one");
});

Deno.test("transpose takes each axis once", () => {
  assertEquals(transpose(f32(2, 3, 4)).shape, [4, 3, 2]);
  assertEquals(transpose(f32(2, 3, 4), [1, 2, 0]).shape, [3, 4, 2]);
  const message = "transpose: expected each axis of [2, 3] once, found [0, 0]";
  assertThrows(() => transpose(f32(2, 3), [0, 0]), RangeError, message);
  assertThrows(() => transpose(f32(2, 3), [0]), RangeError, "found [0]");
});

Deno.test("a slice lies within its tensor", () => {
  const x = f32(5, 7);
  assertEquals(slice(x, [1, 0], [2, 3], [2, 3]).shape, [2, 3]);
  assertEquals(slice(x, [5, 0], [0, 7]).shape, [0, 7]);
  assertThrows(
    () => slice(x, [1, 0], [3, 3], [2, 3]),
    RangeError,
    "slice: start 1, size 3, stride 2 leave axis 0 of [5, 7]",
  );
  assertThrows(() => slice(x, [-1, 0], [1, 1]), RangeError, "start -1");
  assertThrows(() => slice(x, [0, 0], [1, 1], [0, 1]), RangeError, "stride 0");
  assertThrows(() => slice(x, [0, 0.5], [1, 1]), RangeError, "start 0.5");
  assertThrows(() => slice(x, [0], [1, 1]), TypeError, "expected 2 numbers in start");
});

Deno.test("reverse counts negative axes from the back", () => {
  assertEquals(reverse(f32(2, 3), [-1]).attributes, { axes: [1] });
  assertThrows(() => reverse(f32(2, 3), [2]), RangeError, "reverse: axis 2 is outside");
});

Deno.test("pad adds before, after and between", () => {
  const x = f32(3, 1);
  assertEquals(pad(x, [1, 0], [2, 1], [2, 5]).shape, [10, 2]);
  assertStrictEquals(pad(x, [0, 0], [0, 0]), x);
  assertThrows(() => pad(x, [-1, 0], [0, 0]), RangeError, "pad: expected integers of at least 0");
  assertThrows(() => pad(x, [1], [0, 0]), TypeError, "pad: expected 2 numbers each for [3, 1]");
  assertThrows(() => pad(leaf([2], "u8"), [1], [1]), TypeError, "u8 is for storage only");
});

Deno.test("concatenate takes inputs that differ along its axis alone", () => {
  assertEquals(concatenate([f32(2, 3), f32(2, 1)], -1).shape, [2, 4]);
  const x = f32(2, 3);
  assertStrictEquals(concatenate([x], 0), x);
  assertThrows(
    () => concatenate([x, f32(3, 3)], 1),
    TypeError,
    "concatenate: shapes [2, 3] and [3, 3] differ outside axis 1",
  );
  assertThrows(() => concatenate([x, f32(2)], 0), TypeError, "[2, 3] and [2]");
  assertThrows(() => concatenate([x, leaf([2, 3], "i32")], 0), TypeError, "found f32 and i32");
  assertThrows(() => concatenate([x, x], 2), RangeError, "concatenate: axis 2 is outside");
  assertThrows(() => concatenate([], 0), TypeError, "expected at least one input");
  const bytes = leaf([2], "u8");
  assertThrows(() => concatenate([bytes, bytes], 0), TypeError, "u8 is for storage only");
});
