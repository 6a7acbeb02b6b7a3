import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { leaf } from "../../lib/graph/node.ts";
import { lossesOf, type LossLike, lossOf } from "../../lib/train/loss.ts";
import { zeros } from "../../lib/tensor/create.ts";
import { onNodes } from "../nodes.ts";
import { evaluate } from "../reference.ts";

/** The loss of logits, with class numbers or with probabilities as targets. */
function lossWith(given: LossLike, logits: number[][], targets: number[] | number[][]): number {
  const labels = typeof targets[0] === "number";
  const x = leaf([logits.length, logits[0]!.length], "f32");
  const y = labels ? leaf([logits.length], "i32") : leaf(x.shape, "f32");
  const data = new Map([[x, logits.flat()], [y, (targets as number[][]).flat()]]);
  return evaluate([onNodes((x, y) => lossOf(given).compute(x, y))(x, y)], data)[0]![0]!;
}

const logits = [[2, -1, 0.5], [0, 3, 1]];

Deno.test("cross-entropy is the mean of -log softmax at the label", () => {
  const expected = logits.map((row, i) =>
    Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[[0, 2][i]!]!
  );
  assertAlmostEquals(
    lossWith("crossEntropy", logits, [0, 2]),
    (expected[0]! + expected[1]!) / 2,
    1e-6,
  );
});

Deno.test("class numbers and probabilities give the same loss, smoothed or not", () => {
  for (const labelSmoothing of [0, 0.1, 1]) {
    const given = { name: "crossEntropy", labelSmoothing } as const;
    assertAlmostEquals(
      lossWith(given, logits, [0, 2]),
      lossWith(given, logits, [[1, 0, 0], [0, 0, 1]]),
      1e-6,
    );
  }
});

Deno.test("smoothed labels mix the target with the same share for every class", () => {
  const s = 0.3;
  const mixed = [[1, 0, 0], [0, 0, 1]].map((row) => row.map((t) => (1 - s) * t + s / 3));
  assertAlmostEquals(
    lossWith({ name: "crossEntropy", labelSmoothing: s }, logits, [0, 2]),
    lossWith("crossEntropy", logits, mixed),
    1e-6,
  );
});

Deno.test("unknown losses, wrong settings and wrong counts are refused", () => {
  const name = "crossentropy" as LossLike;
  assertThrows(() => lossOf(name), RangeError, 'did you mean "crossEntropy"?');
  assertThrows(() => lossOf("toString" as LossLike), RangeError, "unknown loss");
  assertThrows(() => lossOf(null as unknown as LossLike), RangeError, "unknown loss");
  assertThrows(
    () => lossOf({ name: "crossEntropy", labelSmoothing: 1.5 }),
    RangeError,
    "labelSmoothing",
  );
  assertThrows(() => lossOf({ name: "hinge", labelSmoothing: 0.1 }), TypeError, "labelSmoothing");
  assertThrows(() => lossesOf(["hinge", "hinge"], 3), TypeError, "3 outputs, found 2");
  assertEquals(lossesOf("hinge", 2).map(({ name }) => name), ["hinge", "hinge"]);
});

Deno.test("a loss of one's own gives one number", () => {
  const x = zeros([2, 3]);
  const loss = lossOf((p, t) => p.sub(t).square());
  assertThrows(() => loss.compute(x, x), TypeError, "found f32 [2, 3]");
  const count = lossOf((p) => p.greater(0).sum());
  assertThrows(() => count.compute(x, x), TypeError, "expected an f32 tensor without axes");
});
