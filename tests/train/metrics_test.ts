import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Random } from "../../lib/core/random.ts";
import { leaf } from "../../lib/graph/node.ts";
import { concatenate } from "../../lib/tensor/combine.ts";
import { full } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { arrayDataset, type ArrayDatasetOptions } from "../../lib/train/array_dataset.ts";
import { isBetterLarge } from "../../lib/train/measures.ts";
import type { Metric } from "../../lib/train/metric.ts";
import * as metrics from "../../lib/train/metrics.ts";
import { rankOf, sumOfRight } from "../../lib/train/right_answers.ts";
import { sequential } from "../../lib/train/make_model.ts";
import type { EvaluateOptions } from "../../lib/train/training_options.ts";
import { onNodes } from "../nodes.ts";
import { evaluate } from "../reference.ts";
import { useCpu } from "./helpers.ts";

/** How many classes come before the right one, for each example. */
function ranks(logits: number[][], labels: number[]): number[] {
  const x = leaf([logits.length, logits[0]!.length], "f32"), y = leaf([labels.length], "i32");
  return [
    ...evaluate([
      onNodes((x, y) => rankOf(x, y))(x, y),
    ], new Map([[x, logits.flat()], [y, labels]]))[0]!,
  ];
}

Deno.test("of equal logits the first class counts as the most probable", () => {
  assertEquals(ranks([[1, 1, 1], [1, 1, 1], [1, 1, 1]], [0, 1, 2]), [0, 1, 2]);
  assertEquals(ranks([[3, 1, 3], [3, 1, 3], [3, 1, 3]], [0, 1, 2]), [0, 2, 1]);
});

Deno.test("NaN is never right, and infinities have their place", () => {
  assertEquals(ranks([[NaN, 0]], [0]).every((rank) => rank >= 1), true);
  assertEquals(ranks([[NaN, 0]], [1]).every((rank) => rank >= 1), true);
  assertEquals(ranks([[NaN, NaN, NaN]], [2]).every((rank) => rank >= 3), true);
  assertEquals(ranks([[-Infinity, 0, Infinity]], [2]), [0]);
  assertEquals(ranks([[-Infinity, 0, Infinity]], [0]), [2]);
});

Deno.test("a NaN says neither yes nor no", () => {
  const x = leaf([3, 1], "f32"), y = leaf([3, 1], "f32");
  const right = onNodes((x, y) => sumOfRight(x, y, { answer: "binary", threshold: 0 })!)(x, y);
  assertEquals([...evaluate([right], new Map([[x, [NaN, 1, NaN]], [y, [0, 1, 1]]]))[0]!], [1]);
});

Deno.test("ranks are those of a sort", () => {
  const random = new Random(5);
  const logits = Array.from(
    { length: 50 },
    () => Array.from({ length: 7 }, () => Math.floor(4 * random.uniform())),
  );
  const labels = logits.map((_, i) => i % 7);
  const expected = logits.map((row, i) =>
    row.map((value, c) => ({ value, c })).sort((a, b) => b.value - a.value || a.c - b.c)
      .findIndex(({ c }) => c === labels[i])
  );
  assertEquals(ranks(logits, labels), expected);
});

/** A model whose outputs are its inputs. */
async function echo(classes: number) {
  await useCpu();
  const net = sequential([classes]).dense(classes, { bias: false });
  const kernel = Float32Array.from(
    { length: classes ** 2 },
    (_, i) => i % (classes + 1) === 0 ? 1 : 0,
  );
  net.weight("dense1.kernel").assign(kernel);
  return net;
}

const rows = [[9, 1, 2, 3, 4, 5, 6], [9, 1, 2, 3, 4, 5, 6], [9, 1, 2, 3, 4, 5, 6]];

Deno.test("top-1 and top-k are shares of the examples, over batches of any size", async () => {
  const net = await echo(7);
  const data = arrayDataset({ inputs: rows, targets: [0, 3, 1] });
  for (const batchSize of [1, 2, 3]) {
    const { top1, top5, topK } = await net.evaluate(data, { batchSize });
    assertEquals([top1, top5, topK], [1 / 3, 2 / 3, 2 / 3]);
    const { topK: all, top5: none } = await net.evaluate(data, { batchSize, topK: 7 });
    assertEquals([all, none], [1, undefined]);
  }
});

Deno.test("with fewer classes than k every example is within k", async () => {
  const net = await echo(3);
  const data = arrayDataset({ inputs: [[1, 2, 3], [3, 2, 1]], targets: [0, 0] });
  const { top1, topK } = await net.evaluate(data);
  assertEquals([top1, topK], [0.5, 1]);
});

Deno.test("without labels there is only the loss", async () => {
  const net = await echo(2);
  const data = arrayDataset({ inputs: [[1, 2]], targets: [[1, 4]] });
  assertEquals(await net.evaluate(data, { loss: "meanSquaredError" }), { loss: 2 });
});

Deno.test("a metric of one's own is summed over batches of any size, in training and after", async () => {
  await useCpu();
  const data = arrayDataset({ inputs: [[1], [2], [3], [4], [5]], targets: [0, 1, 0, 1, 1] });
  // The share of examples of class 1, and nothing of the predictions.
  const share: Metric = {
    shape: [2],
    count: (predictions, targets) =>
      concatenate([targets.cast("f32").sum().reshape([1]), full([1], predictions.shape[0]!)]),
    result: ([ones, all]) => ones! / all!,
  };
  const net = sequential([1], { seed: 1 }).dense(2);
  for (const batchSize of [2, 5]) {
    const { metrics } = await net.evaluate(data, { batchSize, metrics: { share } });
    assertAlmostEquals(metrics!.share!, 0.6, 1e-6);
  }
  const history = await net.fit(data, { batchSize: 2, validation: data, metrics: { share } });
  assertAlmostEquals(history.epochs[0]!.metrics!.share!, 0.6, 1e-6);
  assertAlmostEquals(history.epochs[0]!.validation!.metrics!.share!, 0.6, 1e-6);
  assertStringIncludes(String(history), "share 0.6000");
  await assertRejects(
    () => net.evaluate(data, { metrics: { share: { ...share, shape: [-1] } } }),
    RangeError,
    'metric "share": expected sizes that are integers of at least 0, found [-1]',
  );
  const wrong = { share: { ...share, shape: [3] } };
  await assertRejects(
    () => net.evaluate(data, { metrics: wrong }),
    TypeError,
    'metric "share": expected count() to give [3], found [2]',
  );
  await assertRejects(
    () => net.evaluate(data, { metrics: { share: 1 } as never }),
    TypeError,
    "evaluate: metrics: expected metrics such as",
  );
});

/** What a network whose outputs are its inputs is measured at. */
async function measure(
  outputs: number[][],
  targets: ArrayDatasetOptions["targets"],
  options: EvaluateOptions,
) {
  const net = await echo(outputs[0]!.length);
  const data = arrayDataset({ inputs: outputs, ...targets && { targets } });
  const results = await Promise.all(
    [1, 2, 64].map((batchSize) => net.evaluate(data, { ...options, batchSize })),
  );
  const rounded = results.map(({ loss: _, ...rest }) =>
    JSON.stringify(rest, (_, value) => typeof value === "number" ? Number(value.toFixed(6)) : value)
  );
  assertEquals(new Set(rounded).size, 1, "the same for batches of any size");
  return JSON.parse(rounded[0]!);
}

const logits = [[-2], [0.3], [4], [0.1], [0.2]];

Deno.test("one output that says yes or no: the share on the right side of 0", async () => {
  const labels = Int32Array.of(0, 0, 1, 1, 1);
  for (const loss of ["binaryCrossEntropy", "hinge"] as const) {
    assertEquals(await measure(logits, labels, { loss }), { accuracy: 0.8 });
  }
  const signs = { data: Float32Array.of(-1, -1, 1, 1, 1), shape: [1] };
  assertEquals(await measure(logits, signs, { loss: "hinge" }), { accuracy: 0.8 });
  const numbers = await measure(logits, labels, {
    loss: "meanSquaredError",
    metrics: ["accuracy", "binaryAccuracy"],
  });
  // As probabilities: the third alone is above a half.
  assertEquals(numbers, { metrics: { accuracy: 0.6, binaryAccuracy: 0.6 } });
});

Deno.test("several labels an example: the share of all labels", async () => {
  const scores = [[1, -1, 2], [-3, 0.5, -0.5], [1, 1, 1], [-1, -1, -1]];
  const labels = [[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]];
  const loss = "binaryCrossEntropy";
  assertEquals(await measure(scores, labels, { loss }), { accuracy: 0.75 });
  const high = { "above 1": metrics.binaryAccuracy(1), own: metrics.accuracy };
  assertEquals(await measure(scores, labels, { loss, metrics: high }), {
    accuracy: 0.75,
    metrics: { "above 1": 0.5, own: 0.75 },
  });
});

Deno.test("one-hot and soft targets: the most probable class against the target's", async () => {
  const scores = [[3, 1, 2], [0, 1, 2], [0, 5, 1], [2, 1, 0]];
  for (const share of [1, 0.6]) {
    const rest = (1 - share) / 2;
    const targets = [0, 1, 1, 2].map((label) => [0, 1, 2].map((c) => c === label ? share : rest));
    assertEquals(await measure(scores, targets, { loss: "crossEntropy", topK: 2 }), {
      top1: 0.5,
      topK: 0.75,
    });
    const own = await measure(scores, targets, {
      loss: "meanSquaredError",
      metrics: { right: "accuracy", "within 2": metrics.topK(2) },
    });
    assertEquals(own, { metrics: { right: 0.5, "within 2": 0.75 } });
  }
});

Deno.test("a class for each pixel: the share of right pixels, as numbers or one-hot", async () => {
  await useCpu();
  const net = sequential([2, 1, 2]).relu();
  const inputs = { data: Float32Array.of(1, 2, 3, 1, 4, 4, 0, 9, 2, 1, 5, 6), shape: [2, 1, 2] };
  const labels = Int32Array.of(1, 0, 1, 1, 1, 0);
  const oneHot = Float32Array.from({ length: 12 }, (_, i) => labels[i >> 1] === i % 2 ? 1 : 0);
  for (
    const targets of [
      { data: labels, shape: [2, 1] },
      { data: oneHot, shape: [2, 1, 2] },
    ]
  ) {
    const measured = await net.evaluate(arrayDataset({ inputs, targets }), { batchSize: 2 });
    assertAlmostEquals(measured.accuracy!, 0.5, 1e-6);
    assertEquals(measured.top1, undefined);
  }
});

Deno.test("errors of numbers: means over the examples, the root of all", async () => {
  const found = await measure([[1, 2], [3, 5], [0, 0]], [[1, 0], [0, 1], [0, 3]], {
    loss: "meanAbsoluteError",
    metrics: ["meanAbsoluteError", "meanSquaredError", "rootMeanSquaredError"],
  });
  assertEquals(found.metrics.meanAbsoluteError, 2);
  assertEquals(found.metrics.meanSquaredError, Number((38 / 6).toFixed(6)));
  assertEquals(found.metrics.rootMeanSquaredError, Number(Math.sqrt(38 / 6).toFixed(6)));
});

Deno.test("R² is scikit-learn's, over batches of any size", async () => {
  const r2Of = async (predictions: number[][], targets: number[][]) => {
    const metric = metrics.r2({ outputs: targets[0]!.length });
    const options: EvaluateOptions = { loss: "meanSquaredError", metrics: [metric] };
    return (await measure(predictions, targets, options)).metrics.r2;
  };
  // The examples of r2_score's documentation, with the values that stand there.
  assertEquals(await r2Of([[2.5], [0], [2], [8]], [[3], [-0.5], [2], [7]]), 0.948608);
  const two = [[0.5, 1], [-1, 1], [7, -6]];
  assertEquals(await r2Of([[0, 2], [-1, 2], [8, -5]], two), 0.936801); // The mean of 0.965438, 0.908163
  assertEquals(await r2Of([[1], [2], [3]], [[1], [2], [3]]), 1);
  assertEquals(await r2Of([[2], [2], [2]], [[1], [2], [3]]), 0);
  assertEquals(await r2Of([[3], [2], [1]], [[1], [2], [3]]), -3);
});

Deno.test("R² of targets far from 0 is as of the same near 0, in batches of any size", async () => {
  const near = Array.from({ length: 96 }, (_, i) => (i * 29 % 64) / 16);
  const errors = near.map((_, i) => ((i * 7) % 5 - 2) / 8);
  for (const away of [2 ** 12, 2 ** 16]) {
    const targets = near.map((y) => y + away), mean = targets.reduce((a, b) => a + b) / 96;
    const total = targets.reduce((sum, y) => sum + (y - mean) ** 2, 0);
    const expected = 1 - errors.reduce((sum, e) => sum + e ** 2, 0) / total;
    // What sums of f32 from 0 would come to is another thing.
    const [sum, squares] = [1, 2].map((power) =>
      targets.reduce((sum, y) => Math.fround(sum + Math.fround(y ** power)), 0)
    );
    assert(Math.abs(squares! - sum! ** 2 / 96 - total) > 0.1 * total);
    const inputs = targets.map((y, i) => [y + errors[i]!]);
    for (const batchSize of [1, 7, 96]) {
      const data = arrayDataset({ inputs, targets: targets.map((y) => [y]) });
      const { metrics } = await (await echo(1)).evaluate(data, {
        loss: "meanSquaredError",
        metrics: ["r2"],
        batchSize,
      });
      assertAlmostEquals(metrics!.r2!, expected, 1e-5, `${away}, batches of ${batchSize}`);
    }
  }
});

Deno.test("R² of equal targets is 1 where all is right, else 0", async () => {
  const targets = Array.from({ length: 9 }, () => [0.1]);
  const options: EvaluateOptions = { loss: "meanSquaredError", metrics: ["r2"] };
  assertEquals((await measure(targets, targets, options)).metrics, { r2: 1 });
  const wrong = targets.map(([y], i) => [i === 4 ? 2 : y!]);
  assertEquals((await measure(wrong, targets, options)).metrics, { r2: 0 });
});

Deno.test("R² says what to give for several outputs, and early stopping takes more of it for better", async () => {
  const net = await echo(3);
  await assertRejects(
    () =>
      net.evaluate(arrayDataset({ inputs: [[1, 2, 3]], targets: [[1, 2, 3]] }), {
        loss: "meanSquaredError",
        metrics: ["r2"],
      }),
    TypeError,
    'metric "r2": expected outputs of 1 number, found [1, 3]; give metrics.r2({ outputs: 3 })',
  );
  assertEquals(["r2", "size.r2", "r2x"].map(isBetterLarge), [true, true, false]);
});

Deno.test("metrics that targets say nothing of are refused", async () => {
  const net = await echo(3);
  const data = arrayDataset({ inputs: [[1, 2, 3]], targets: [1] });
  await assertRejects(
    () => net.evaluate(data, { metrics: ["meanAbsoluteError"] }),
    TypeError,
    'metric "meanAbsoluteError": expected targets of the outputs\' shape [1, 3], found i32 [1]',
  );
  const five = arrayDataset({ inputs: [[1, 2, 3]], targets: [[1, 2, 3, 4, 5]] });
  const loss = (p: Tensor) => p.mean();
  await assertRejects(
    () => net.evaluate(five, { loss, metrics: ["accuracy"] }),
    TypeError,
    'metric "accuracy": expected targets of class numbers, probabilities or yes and no, found f32',
  );
});
