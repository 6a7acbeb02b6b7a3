import { assertEquals, assertThrows } from "@std/assert";
import { confusionMatrix } from "../../lib/evaluate/confusion.ts";

const matrix = confusionMatrix([0, 0, 0, 1, 2, 2], [0, 1, 1, 1, 0, 2], 4);

Deno.test("rows are labels, columns predictions", () => {
  assertEquals([...matrix.counts], [1, 2, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
  assertEquals(matrix.at(2, 0), 1);
});

Deno.test("classes that occurred, and the pairs confused most often", () => {
  assertEquals(matrix.perClass(), [
    { label: 0, count: 3, right: 1, wronglyPredicted: 1 },
    { label: 1, count: 1, right: 1, wronglyPredicted: 2 },
    { label: 2, count: 2, right: 1, wronglyPredicted: 0 },
  ]);
  assertEquals(matrix.mostConfused(), [
    { label: 0, predicted: 1, count: 2 },
    { label: 2, predicted: 0, count: 1 },
  ]);
  assertEquals(matrix.mostConfused(1).length, 1);
});

Deno.test("other classes and lists of different lengths are refused", () => {
  assertThrows(
    () => confusionMatrix([4], [0], 4),
    RangeError,
    "label: expected a class from 0 to 3",
  );
  assertThrows(() => confusionMatrix([0], [-1], 4), RangeError, "predicted");
  assertThrows(() => confusionMatrix([0], [], 4), TypeError, "found 0 and 1");
  assertThrows(() => confusionMatrix([], [], 0), RangeError, "classes");
});
