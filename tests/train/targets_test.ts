import { assertEquals, assertThrows } from "@std/assert";
import type { DType } from "../../lib/core/dtype.ts";
import type { Shape } from "../../lib/core/shape.ts";
import { zeros } from "../../lib/tensor/create.ts";
import { type LossLike, lossOf } from "../../lib/train/loss.ts";
import { checkLabels, targetForm } from "../../lib/train/targets.ts";

function form(loss: LossLike, dtype: DType, shape: Shape, output: Shape, layer?: string) {
  return targetForm(lossOf(loss), { dtype, shape }, output, layer, "fit");
}

Deno.test("class numbers of either integer type are labels", () => {
  for (const dtype of ["i32", "u8"] as const) {
    const { tally, classes, prepare } = form("crossEntropy", dtype, [], [10]);
    assertEquals([tally, classes], ["ranks", 10]);
    assertEquals(prepare(zeros([4], dtype)).dtype, "i32");
  }
});

Deno.test("class numbers at each place of an image are no labels of the image", () => {
  const { tally, classes } = form("crossEntropy", "i32", [8, 8], [8, 8, 3]);
  assertEquals([tally, classes], ["accuracy", 3]);
});

Deno.test("probabilities may be given in any type", () => {
  for (const dtype of ["f32", "i32", "u8"] as const) {
    const { tally, classes, prepare } = form("crossEntropy", dtype, [10], [10]);
    assertEquals([tally, classes], ["ranks", undefined]);
    assertEquals(prepare(zeros([4, 10], dtype)).dtype, "f32");
  }
});

Deno.test("one number an example needs no axis of its own, whatever its type", () => {
  for (const loss of ["meanSquaredError", "binaryCrossEntropy"] as const) {
    const { tally, classes, prepare } = form(loss, "i32", [], [1]);
    assertEquals(
      [tally, classes],
      [loss === "binaryCrossEntropy" ? "accuracy" : undefined, undefined],
    );
    const target = prepare(zeros([4], "i32"));
    assertEquals([target.dtype, target.shape], ["f32", [4, 1]]);
  }
});

Deno.test("a loss of one's own takes any targets, and labels are counted", () => {
  const own: LossLike = (p) => p.mean();
  assertEquals(form(own, "f32", [7], [2, 2]).tally, undefined);
  assertEquals(form(own, "i32", [], [10]).tally, "ranks");
  assertEquals(form(own, "f32", [], [1]).prepare(zeros([4], "f32")).shape, [4, 1]);
});

Deno.test("targets that do not fit are refused, and the error says what would", () => {
  assertThrows(
    () => form("crossEntropy", "f32", [], [10]),
    TypeError,
    'expected targets of shape [10], or i32 class numbers of shape [], as the model\'s output for the loss "crossEntropy", found f32[]',
  );
  assertThrows(() => form("meanSquaredError", "f32", [3], [2]), TypeError, "found f32[3]");
  assertThrows(() => form("crossEntropy", "f32", [1], [1]), TypeError, "an output for each class");
});

Deno.test("a last layer that the loss would apply again is refused", () => {
  assertThrows(
    () => form("crossEntropy", "i32", [], [10], "softmax"),
    TypeError,
    "takes logits, but the model ends with softmax",
  );
  assertThrows(
    () => form("binaryCrossEntropy", "f32", [1], [1], "sigmoid"),
    TypeError,
    "ends with sigmoid",
  );
  assertEquals(form("meanSquaredError", "f32", [10], [10], "softmax").tally, undefined);
});

Deno.test("labels out of range are refused", () => {
  checkLabels(Int32Array.of(0, 9), 10);
  for (const label of [-1, 10]) {
    assertThrows(
      () => checkLabels(Int32Array.of(0, label), 10),
      RangeError,
      `expected labels from 0 to 9 for a model with 10 outputs, found ${label}`,
    );
  }
});
