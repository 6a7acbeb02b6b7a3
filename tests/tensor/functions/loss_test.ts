import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as losses from "../../../lib/tensor/functions/loss.ts";
import { gradients } from "../../../lib/graph/gradient.ts";
import { leaf } from "../../../lib/graph/node.ts";
import { oneHot, tensor, zeros } from "../../../lib/tensor/create.ts";
import { onNodes } from "../../nodes.ts";
import { evaluate } from "../../reference.ts";

const crossEntropy = onNodes((x, y) => losses.crossEntropy(x, y));
const binaryCrossEntropy = onNodes((x, y) => losses.binaryCrossEntropy(x, y));
const hinge = onNodes((x, y) => losses.hinge(x, y));

Deno.test("one-hot rows; an index outside gives a row of zeros", () => {
  const x = leaf([3], "i32");
  const [rows] = evaluate([onNodes((x) => oneHot(x, 3))(x)], new Map([[x, [2, 0, 7]]]));
  assertEquals([...rows!], [0, 0, 1, 1, 0, 0, 0, 0, 0]);
});

Deno.test("logits that are far apart give a finite loss and gradient", () => {
  const x = leaf([2, 3], "f32"), y = leaf([2], "i32");
  const loss = crossEntropy(x, y);
  const data = new Map([[x, [1000, 0, -1000, -1000, 1000, 0]], [y, [0, 0]]]);
  const [value, g] = evaluate([loss, ...gradients(loss, [x])], data);
  assertAlmostEquals(value![0]!, 1000, 1e-9);
  assertEquals([...g!], [0, 0, 0, -0.5, 0.5, 0]);
});

Deno.test("a label that is no class makes the loss and its gradient no number", () => {
  const x = leaf([2, 3], "f32"), y = leaf([2], "i32");
  for (const [smoothing, none] of [[0, 3], [0.1, 3], [0, -1], [0, 2 ** 31 - 1], [0, -(2 ** 31)]]) {
    const loss = onNodes((x, y) => losses.crossEntropy(x, y, { labelSmoothing: smoothing! }))(x, y);
    const data = new Map([[x, [1, 2, 3, 1, 2, 3]], [y, [2, none!]]]);
    const [value, g] = evaluate([loss, ...gradients(loss, [x])], data);
    assertEquals([...value!], [NaN]);
    assertEquals([...g!.slice(3)], [NaN, NaN, NaN]);
    assert(g!.slice(0, 3).every(Number.isFinite));
  }
});

Deno.test("a label on the host that is no class is an error", () => {
  const logits = zeros([2, 3]);
  for (const none of [-1, 3]) {
    const labels = tensor([0, none], { dtype: "i32" });
    const message = `crossEntropy: expected labels of 3 classes from 0 to 2, found ${none}`;
    assertThrows(() => losses.crossEntropy(logits, labels), RangeError, message);
  }
});

Deno.test("binary cross-entropy does not overflow", () => {
  const x = leaf([2], "f32"), y = leaf([2], "i32");
  const data = new Map([[x, [1000, -1000]], [y, [0, 0]]]);
  assertAlmostEquals(evaluate([binaryCrossEntropy(x, y)], data)[0]![0]!, 500, 1e-9);
});

Deno.test("binary cross-entropy pulls a logit of 0 to either side", () => {
  const x = leaf([2], "f32"), y = leaf([2], "i32");
  const slope = gradients(binaryCrossEntropy(x, y), [x]);
  const [g] = evaluate(slope, new Map([[x, [0, 0]], [y, [0, 1]]]));
  assertEquals([...g!], [0.25, -0.25]);
});

Deno.test("hinge takes labels 0 and 1 as well as -1 and 1", () => {
  const x = leaf([3], "f32"), y = leaf([3], "i32");
  const loss = (labels: number[]) =>
    evaluate([hinge(x, y)], new Map([[x, [0.5, -2, 3]], [y, labels]]))[0]![0];
  assertEquals(loss([1, 0, 0]), (0.5 + 0 + 4) / 3);
  assertEquals(loss([1, -1, -1]), loss([1, 0, 0]));
});

Deno.test("targets of another shape and impossible smoothing are errors", () => {
  const x = leaf([4, 3], "f32"), y = leaf([4], "f32");
  assertThrows(
    () => onNodes((x, y) => losses.meanSquaredError(x, y))(x, y),
    TypeError,
    "meanSquaredError: expected targets of the predictions' shape [4, 3], found [4]",
  );
  assertThrows(() => crossEntropy(x, leaf([5], "i32")), TypeError, "[5, 3]");
  assertThrows(
    () =>
      onNodes((x, y) => losses.crossEntropy(x, y, { labelSmoothing: 1.5 }))(x, leaf([4], "i32")),
    RangeError,
    "labelSmoothing: expected a number from 0 to 1, found 1.5",
  );
});
