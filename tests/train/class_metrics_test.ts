import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Random } from "../../lib/core/random.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { isBetterLarge } from "../../lib/train/measures.ts";
import type { MeasuredOutput, Metric } from "../../lib/train/metric.ts";
import * as metrics from "../../lib/train/metrics.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { useCpu } from "./helpers.ts";

const label: MeasuredOutput = { answer: "label", threshold: 0 };
const binary: MeasuredOutput = { answer: "binary", threshold: 0 };

/** A metric of examples in batches of seven. */
async function measure(
  metric: Metric,
  predictions: readonly (readonly number[])[],
  targets: readonly (number | readonly number[])[],
  output: MeasuredOutput,
): Promise<number> {
  await useCpu();
  const sums = new Float32Array(metric.shape.reduce((a, b) => a * b));
  for (let i = 0; i < predictions.length; i += 7) {
    const dtype = output.answer === "label" ? "i32" : "f32";
    const part = targets.slice(i, i + 7) as number[];
    const batch = metric.count(
      tensor(predictions.slice(i, i + 7) as number[][]),
      tensor(part, { dtype }),
      output,
    );
    assertEquals(batch.shape, metric.shape);
    (await batch.data()).forEach((x, k) => sums[k]! += x);
  }
  return metric.result(sums);
}

const random = new Random(3), classes = 4;
const logits = Array.from({ length: 40 }, () => Array.from({ length: 5 }, () => random.normal()));
// Class 4 is neither there nor predicted; class 3 is predicted, but not there.
for (const row of logits) row[4] = -9;
const labels = Array.from({ length: 40 }, (_, i) => i % 3);
const chosen = logits.map((row) => row.indexOf(Math.max(...row)));

/** Counts of a class: right, predicted, there. */
const countsOf = (c: number) => ({
  right: chosen.filter((x, i) => x === c && labels[i] === c).length,
  predicted: chosen.filter((x) => x === c).length,
  there: labels.filter((x) => x === c).length,
});

Deno.test("precision, recall and f1 of each class, their mean, and that of all examples", async () => {
  const each = Array.from({ length: classes }, (_, c) => countsOf(c));
  const shares = {
    precision: each.map((x) => x.right / x.predicted),
    recall: each.map((x) => x.there === 0 ? 0 : x.right / x.there),
    f1: each.map((x) => 2 * x.right / (x.predicted + x.there)),
  };
  const accuracy = each.reduce((sum, x) => sum + x.right, 0) / 40;
  for (const name of ["precision", "recall", "f1"] as const) {
    const of = (given: metrics.ClassMetricOptions) =>
      measure(metrics[name]({ classes: 5, ...given }), logits, labels, label);
    for (let c = 0; c < classes; c++) {
      assertAlmostEquals(await of({ ofClass: c }), shares[name][c]!);
    }
    assertEquals(await of({ ofClass: 4 }), 0);
    assertAlmostEquals(await of({}), shares[name].reduce((a, b) => a + b) / classes);
    assertAlmostEquals(await of({ average: "micro" }), accuracy);
  }
  const oneHot = labels.map((y) => Array.from({ length: 5 }, (_, c) => c === y ? 0.6 : 0.1));
  assertAlmostEquals(
    await measure(metrics.f1({ classes: 5 }), logits, oneHot, {
      ...label,
      answer: "probabilities",
    }),
    shares.f1.reduce((a, b) => a + b) / classes,
  );
});

Deno.test("precision, recall and f1 of yes and no, all together or by label", async () => {
  const predictions = [[1, -1], [2, 3], [-1, 1], [0.5, -2]],
    targets = [[1, 0], [0, 1], [1, 1], [1, 1]];
  const of = (metric: Metric) => measure(metric, predictions, targets, binary);
  assertAlmostEquals(await of(metrics.precision()), 4 / 5);
  assertAlmostEquals(await of(metrics.recall()), 4 / 6);
  assertAlmostEquals(await of(metrics.f1()), 8 / 11);
  assertAlmostEquals(await of(metrics.precision({ classes: 2, ofClass: 0 })), 2 / 3);
  assertAlmostEquals(await of(metrics.recall({ classes: 2 })), 2 / 3);
  assertEquals(await measure(metrics.precision(), [[-1], [-2]], [[1], [0]], binary), 0);
});

Deno.test("auc is the share of pairs in the right order, ties counting a half", async () => {
  const scores = Array.from({ length: 60 }, () => Math.round(20 * random.uniform()) / 20);
  const yes = scores.map((p) => random.uniform() < 0.2 + 0.6 * p ? 1 : 0);
  let pairs = 0, right = 0;
  scores.forEach((a, i) =>
    scores.forEach((b, j) => {
      if (yes[i] === 0 || yes[j] === 1) return;
      pairs++;
      right += a > b ? 1 : a === b ? 0.5 : 0;
    })
  );
  const column = (list: readonly number[]) => list.map((x) => [x]);
  const known = { answer: "binary", threshold: 0.5 } as const;
  assertAlmostEquals(
    await measure(metrics.auc(), column(scores), column(yes), known),
    right / pairs,
    1e-6,
  );
  // Logits, and two classes.
  const odds = scores.map((p) => Math.log((p + 0.01) / (1.01 - p)));
  const ofLogits = await measure(metrics.auc(), column(odds), column(yes), binary);
  assertAlmostEquals(ofLogits, right / pairs, 1e-6);
  const two = odds.map((x) => [0, x]);
  assertAlmostEquals(await measure(metrics.auc({ ofClass: 1 }), two, yes, label), ofLogits, 1e-6);
  assertAlmostEquals(
    await measure(metrics.auc({ ofClass: 0 }), two, yes.map((y) => 1 - y), label),
    1 - ofLogits,
    1e-6,
  );
  assertEquals(await measure(metrics.auc(), [[1], [2]], [[1], [1]], binary), 0);
  // Few thresholds tell little apart.
  assertEquals(
    await measure(metrics.auc({ thresholds: 2 }), column(scores), column(yes), known),
    0.5,
  );
});

Deno.test("confusionMatrix keeps how often each class was taken for each", async () => {
  const confusion = metrics.confusionMatrix(5);
  const accuracy = await measure(confusion, logits, labels, label);
  const expected = Array.from({ length: 5 }, () => new Array(5).fill(0));
  chosen.forEach((c, i) => expected[labels[i]!]![c]++);
  assertEquals(confusion.matrix, expected);
  assertAlmostEquals(accuracy, labels.filter((y, i) => chosen[i] === y).length / 40);
});

Deno.test("metrics of classes in fit and evaluate, by name too; more of them is better", async () => {
  await useCpu();
  const points = arrayDataset({ inputs: [[-2], [-1], [1], [2]], targets: [0, 0, 1, 1] });
  const net = sequential([1], { seed: 1 }).dense(1);
  const wanted = ["precision", "recall", "f1", "auc"] as const;
  const history = await net.fit(points, {
    epochs: 2,
    loss: "binaryCrossEntropy",
    metrics: wanted,
    validation: points,
    earlyStopping: { monitor: "f1" },
  });
  assertEquals(Object.keys(history.epochs[0]!.validation!.metrics!), [...wanted]);
  for (const name of [...wanted, "recall of 3", "kind.f1"]) assertEquals(isBetterLarge(name), true);
  assertEquals(["loss", "f12", "meanAbsoluteError"].some(isBetterLarge), false);
  const two = sequential([1]).dense(2);
  const confusion = metrics.confusionMatrix(2);
  await two.evaluate(points, { metrics: [confusion, metrics.auc({ ofClass: 1 })], batchSize: 3 });
  assertEquals(confusion.matrix.map(([a, b]) => a! + b!), [2, 2]);
});

Deno.test("metrics of classes: what does not fit is an error", async () => {
  await useCpu();
  const points = arrayDataset({ inputs: [[-2], [1]], targets: [0, 1] });
  const wrong: [Metric, string][] = [
    [
      metrics.precision(),
      'metric "precision": expected { classes: 3 } in its settings for outputs of',
    ],
    [
      metrics.recall({ classes: 4 }),
      'metric "recall": expected outputs for 4 classes, found f32 [2, 3]',
    ],
    [metrics.auc(), 'metric "auc": expected outputs of yes and no, or of classes with { ofClass }'],
    [metrics.auc({ ofClass: 3 }), "expected outputs for more than 3 classes"],
    [metrics.confusionMatrix(2), "expected outputs for 2 classes"],
  ];
  for (const [metric, message] of wrong) {
    await assertRejects(
      () => sequential([1]).dense(3).evaluate(points, { metrics: [metric] }),
      TypeError,
      message,
    );
  }
  const numbers = arrayDataset({ inputs: [[1, 2]], targets: [[0.5, 2, 7]] });
  await assertRejects(
    () =>
      sequential([2]).dense(3).evaluate(numbers, {
        loss: "meanSquaredError",
        metrics: [metrics.confusionMatrix(2)],
      }),
    TypeError,
  );
  assertThrows(() => metrics.f1({ classes: 3, ofClass: 3 }), RangeError, "f1: ofClass");
  assertThrows(() => metrics.f1({ ofClass: 0 }), RangeError, "which are not given");
  assertThrows(() => metrics.auc({ thresholds: 1 }), RangeError, "auc: thresholds");
});
