import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { leaf } from "../../lib/graph/node.ts";
import { lossesOf, type LossLike, lossOf } from "../../lib/train/loss.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import * as losses from "../../lib/tensor/functions/loss.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { onNodes } from "../nodes.ts";
import { evaluate } from "../reference.ts";
import { gradient } from "../../lib/tensor/gradient.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { adam } from "../../lib/train/optimizers.ts";
import { corners, useCpu } from "./helpers.ts";

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

Deno.test("focal losses are finite, and so are their slopes, where all is certain", async () => {
  await useCpu();
  const certain = tensor([[200, -200], [-200, 200]]), labels = tensor([0, 0], { dtype: "i32" });
  for (const gamma of [0, 0.5, 1, 2]) {
    const slopes = gradient((x: Tensor) => losses.focalCrossEntropy(x, labels, { gamma }))(certain);
    assertEquals([...await slopes.data()].every(Number.isFinite), true, `${gamma}`);
    const x = certain.flatten(), y = tensor([1, 0, 1, 0]);
    const others = gradient((x: Tensor) => losses.binaryFocalCrossEntropy(x, y, { gamma }))(x);
    assertEquals([...await others.data()].every(Number.isFinite), true, `${gamma}`);
  }
});

Deno.test("a model learns by focal losses, whose answers are counted", async () => {
  await useCpu();
  const net = sequential([3], { seed: 1 }).dense(3);
  const optimizer = adam({ learningRate: 0.05 });
  const loss = { name: "focalCrossEntropy", gamma: 1, labelSmoothing: 0.05 } as const;
  await net.fit(corners(60), { epochs: 20, optimizer, loss });
  assert((await net.evaluate(corners(60, 1), { loss })).top1! > 0.8);
  const yes = sequential([1], { seed: 1 }).dense(1);
  const signs = arrayDataset({ inputs: [[-2], [-1], [1], [2]], targets: [0, 0, 1, 1] });
  await yes.fit(signs, { epochs: 100, optimizer, loss: "binaryFocalCrossEntropy" });
  assertEquals((await yes.evaluate(signs)).accuracy, 1);
  await assertRejects(
    () => sequential([1]).dense(1).sigmoid().fit(signs, { loss: "binaryFocalCrossEntropy" }),
    TypeError,
    "takes logits",
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
  assertThrows(
    () => lossOf({ name: "hinge", gamma: 1 }),
    TypeError,
    'loss: gamma is for "focalCrossEntropy", "binaryFocalCrossEntropy", found hinge',
  );
  assertThrows(
    () => lossOf({ name: "binaryFocalCrossEntropy", alpha: 2 }),
    RangeError,
    "loss: alpha: expected a number from 0 to 1, found 2",
  );
  assertThrows(() => lossOf({ name: "hinge", labelSmoothing: 0.1 }), TypeError, "labelSmoothing");
  assertThrows(
    () => lossesOf(["hinge", "hinge"], ["a", "b", "c"]),
    TypeError,
    "3 outputs, found 2",
  );
  assertEquals(lossesOf("hinge", ["a", "b"]).map(({ name }) => name), ["hinge", "hinge"]);
});

Deno.test("a loss of one's own gives one number", () => {
  const x = zeros([2, 3]);
  const loss = lossOf((p, t) => p.sub(t).square());
  assertThrows(() => loss.compute(x, x), TypeError, "found f32 [2, 3]");
  const count = lossOf((p) => p.greater(0).sum());
  assertThrows(() => count.compute(x, x), TypeError, "expected an f32 tensor without axes");
});

const scores = () => tensor([[2, -1, 0.5], [0, 3, 1], [1, 1, -2]]);
const classNumbers = () => tensor([0, 2, 1], { dtype: "i32" });

Deno.test("weights of classes and examples: the mean that they weight", async () => {
  await useCpu();
  const weights = tensor([2, 0, 1]), classes = tensor([3, 1, 0.5]);
  const each = await Promise.all(
    [0, 1, 2].map((i) =>
      losses.crossEntropy(scores().slice([i], [1]), classNumbers().slice([i], [1])).item()
    ),
  );
  const given = { classWeights: [3, 1, 0.5], weights };
  const mean = await losses.crossEntropy(scores(), classNumbers(), given).item();
  assertAlmostEquals(mean, (6 * each[0]! + each[2]!) / 7, 1e-6);
  const named = lossOf("crossEntropy").compute(scores(), classNumbers(), {
    classes,
    examples: weights,
  });
  assertEquals(await named.item(), mean);
  const none = losses.crossEntropy(scores(), classNumbers(), { weights: zeros([3]) });
  assertAlmostEquals(await none.item(), 0);
});

Deno.test("weights of two classes with one output, by targets of 0 and 1 or of -1 and 1", async () => {
  await useCpu();
  const x = tensor([0.5, -0.25, 2]);
  for (const zero of [0, -1]) {
    const weights = { classes: tensor([0.5, 3]), isBinary: true };
    const found = lossOf("hinge").compute(x, tensor([1, zero, zero]), weights);
    assertAlmostEquals(await found.item(), (3 * 0.5 + 0.5 * 0.75 + 0.5 * 3) / 4, 1e-6);
  }
});

Deno.test("a loss of one's own gets what each example counts, and must look at it", async () => {
  await useCpu();
  const weights = { classes: tensor([3, 1, 0.5]), examples: tensor([2, 0, 1]) };
  const expected = lossOf("crossEntropy").compute(scores(), classNumbers(), weights);
  for (
    const own of [
      losses.crossEntropy,
      (p: Tensor, t: Tensor, given: losses.LossOptions) => losses.crossEntropy(p, t, given),
    ]
  ) {
    const found = lossOf(own).compute(scores(), classNumbers(), weights);
    assertAlmostEquals(await found.item(), await expected.item(), 1e-6);
  }
  const blind = lossOf(function blind(p) {
    return p.mean();
  });
  assertEquals(blind.compute(scores(), classNumbers()).rank, 0);
  assertThrows(
    () => blind.compute(scores(), classNumbers(), weights),
    TypeError,
    'loss "blind": with weights of examples or classes, expected a function of predictions',
  );
});

Deno.test("weights that do not fit a loss are refused", () => {
  const weights = zeros([2]), x = zeros([3, 2]);
  assertThrows(
    () => losses.meanSquaredError(x, x, { weights }),
    TypeError,
    "meanSquaredError: weights: expected the shape [3, 2] or its first axes, found [2]",
  );
  assertThrows(
    () => losses.crossEntropy(scores(), classNumbers(), { classWeights: [1, 2] }),
    TypeError,
    "crossEntropy: classWeights: expected 3 numbers, one for each class, found the shape [2]",
  );
  assertThrows(
    () => losses.hinge(x, x, { weights: [1, 2, 3] } as never),
    TypeError,
    "hinge: weights: expected an object of Tensor",
  );
});
