/** Labels, shares of classes and mixed examples through every loss. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { mixup } from "../../lib/augment/mixup.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import type { LossLike, LossName } from "../../lib/train/loss.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { sgd } from "../../lib/train/optimizers.ts";
import type { FitOptions } from "../../lib/train/training_options.ts";
import { assertSameWeights, corners, useCpu } from "./helpers.ts";

await useCpu();

const labelled = corners(40), [all] = [...labelled.batches({ batchSize: 40 })];
const labels = Array.from(all!.targets[0]!, Number);
const inputs = { data: all!.inputs[0] as Float32Array, shape: [3] };
const oneHot = labels.map((label) => [0, 1, 2].map((c) => c === label ? 1 : 0));

const ofNumbers = [
  "binaryCrossEntropy",
  "binaryFocalCrossEntropy",
  "meanSquaredError",
  "meanAbsoluteError",
  "hinge",
] as const satisfies readonly LossName[];
const losses: readonly LossLike[] = [
  "crossEntropy",
  { name: "crossEntropy", labelSmoothing: 0.1 },
  { name: "focalCrossEntropy", labelSmoothing: 0.1, gamma: 1 },
  { name: "binaryCrossEntropy", labelSmoothing: 0.1 },
  ...ofNumbers,
];

const net = () => sequential([3], { seed: 1 }).dense(3);
const options = (more: FitOptions): FitOptions => ({
  batchSize: 10,
  epochs: 2,
  optimizer: sgd({ learningRate: 0.1 }),
  ...more,
});
const nameOf = (loss: LossLike) => JSON.stringify(loss);

for (const loss of ofNumbers) {
  Deno.test(`${loss}: labels count as 1 for their class and 0 for the others`, async () => {
    const [a, b] = [net(), net()];
    const found = await a.fit(labelled, options({ loss }));
    const expected = await b.fit(
      arrayDataset({
        inputs,
        targets: { data: Float32Array.from(oneHot.flat()), shape: [3] },
      }),
      options({ loss }),
    );
    await assertSameWeights(a, b);
    // The two programs add the same numbers up, in different orders.
    found.epochs.forEach(({ loss }, epoch) =>
      assertAlmostEquals(loss, expected.epochs[epoch]!.loss, 2e-7)
    );
    const rows = await (await a.predict(labelled)).array() as number[][];
    const right = rows.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length;
    assertAlmostEquals((await a.evaluate(labelled)).top1!, right / labels.length, 1e-6);
  });

  Deno.test(`${loss}: weights of classes are those of their examples`, async () => {
    const [a, b] = [net(), net()], classWeights = [1, 4, 0.5];
    const found = await a.fit(labelled, options({ loss, classWeights }));
    const weights = Float32Array.from(labels, (label) => classWeights[label]!);
    const weighted = arrayDataset({ inputs, targets: Int32Array.from(labels), weights });
    const expected = await b.fit(weighted, options({ loss }));
    await assertSameWeights(a, b);
    assertAlmostEquals(found.epochs[1]!.loss, expected.epochs[1]!.loss, 1e-6);
  });
}

for (const loss of losses) {
  Deno.test(`${nameOf(loss)}: mixed examples train, and labels measure`, async () => {
    const model = net();
    const { epochs } = await model.fit(mixup(labelled, { alpha: 0.4 }), {
      ...options({ loss, epochs: 6 }),
      classWeights: "balanced",
      validation: labelled,
    });
    const [first, last] = [epochs[0]!, epochs.at(-1)!];
    assert(last.validation!.loss < first.validation!.loss);
    assert(last.top1! > 0 && last.validation!.top1! >= first.validation!.top1!);
    const { top1, loss: measured } = await model.evaluate(labelled, { batchSize: 10 });
    assertEquals([top1, measured], [last.validation!.top1, last.validation!.loss]);
  });
}

Deno.test("what an error says of labels", async () => {
  const wrong = arrayDataset({ inputs, targets: Int32Array.from(labels, (label) => label + 1) });
  await assertRejects(
    () => net().fit(wrong, options({ loss: "binaryCrossEntropy" })),
    RangeError,
    "expected labels from 0 to 2 for a model with 3 outputs, found 3",
  );
  const halves = arrayDataset({ inputs, targets: Float32Array.from(labels) });
  await assertRejects(
    () => net().fit(halves, options({ loss: "hinge" })),
    TypeError,
    'expected targets of shape [3], or i32 class numbers of shape [], as the model\'s output for the loss "hinge", found f32[]',
  );
});
