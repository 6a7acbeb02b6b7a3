import { assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Random } from "../../lib/core/random.ts";
import { leaf } from "../../lib/graph/node.ts";
import { concatenate } from "../../lib/tensor/combine.ts";
import { full } from "../../lib/tensor/create.ts";
import { arrayDataset } from "../../lib/train/dataset.ts";
import { type Metric, rankOf } from "../../lib/train/metrics.ts";
import { sequential } from "../../lib/train/model.ts";
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
    "evaluate: metrics: expected metrics { shape, count, result } by name",
  );
});
