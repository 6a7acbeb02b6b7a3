import { assertEquals, assertThrows } from "@std/assert";
import {
  broadcastShapes,
  checkShape,
  formatShape,
  normalizeAxis,
  sameShape,
  sizeOf,
  stridesOf,
} from "../../lib/core/shape.ts";

Deno.test("sizes and row-major strides", () => {
  assertEquals(sizeOf([]), 1);
  assertEquals(sizeOf([2, 3, 4]), 24);
  assertEquals(sizeOf([2, 0, 4]), 0);
  assertEquals(stridesOf([2, 3, 4]), [12, 4, 1]);
  assertEquals(stridesOf([]), []);
});

Deno.test("shapes are equal size by size", () => {
  assertEquals(sameShape([2, 3], [2, 3]), true);
  assertEquals(sameShape([2, 3], [3, 2]), false);
  assertEquals(sameShape([2], [2, 1]), false);
});

Deno.test("a size that is open prints as null", () => {
  assertEquals(formatShape([-1, 28, 28, 1]), "[null, 28, 28, 1]");
  assertEquals(formatShape([]), "[]");
});

Deno.test("shapes broadcast as in NumPy", () => {
  assertEquals(broadcastShapes([2, 3], [3]), [2, 3]);
  assertEquals(broadcastShapes([4, 1, 3], [2, 1]), [4, 2, 3]);
  assertEquals(broadcastShapes([], [2, 2]), [2, 2]);
  assertEquals(broadcastShapes([0], [1]), [0]);
  assertEquals(broadcastShapes([2, 3], [2]), undefined);
  assertEquals(broadcastShapes([0], [2]), undefined);
});

Deno.test("shapes given by a user are checked", () => {
  checkShape([], "x");
  checkShape([0, 5], "x");
  assertThrows(() => checkShape([2, -1], "x"), RangeError, "x: expected sizes");
  assertThrows(() => checkShape([1.5], "x"), RangeError, "found [1.5]");
  assertThrows(() => checkShape([NaN], "x"), RangeError);
  assertThrows(() => checkShape([65536, 65536], "x"), RangeError, "4294967296 elements");
  assertThrows(() => checkShape(5 as never, "x"), TypeError, "such as [28, 28, 1], found 5");
});

Deno.test("axes count from the front or the back", () => {
  assertEquals([0, 1, -1, -2].map((axis) => normalizeAxis(axis, 2, "sum")), [0, 1, 1, 0]);
  for (const axis of [2, -3, 0.5, NaN]) {
    assertThrows(() => normalizeAxis(axis, 2, "sum"), RangeError, `sum: axis ${axis} is outside`);
  }
});
