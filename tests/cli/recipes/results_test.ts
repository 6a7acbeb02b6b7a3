import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { digits } from "../../../data/digits.ts";
import { armData } from "../../../lib/cli/recipes/arm_data.ts";
import type { ArmResult } from "../../../lib/cli/recipes/columns.ts";
import { formatFinding, formatTable } from "../../../lib/cli/recipes/page.ts";
import { reachedAt } from "../../../lib/cli/recipes/reached.ts";
import type { Arm } from "../../../lib/cli/recipes/recipe.ts";
import { type RecipeName, recipes } from "../../../lib/cli/recipes/recipes.ts";
import { Results } from "../../../lib/cli/recipes/results.ts";
import type { EpochRecord } from "../../../lib/train/epoch_record.ts";

const epoch = (epoch: number, top1: number, validation: number): EpochRecord => ({
  epoch,
  step: 10 * epoch,
  loss: 1,
  top1,
  learningRate: 0.1,
  seconds: 1,
  imagesPerSecond: 1,
  validation: { loss: 1, top1: validation },
});

Deno.test("a target is reached on the line between two epochs", () => {
  const records = [epoch(1, 0.5, 0.3), epoch(2, 0.7, 0.4), epoch(3, 0.9, 0.8)];
  const reached = reachedAt({ of: "training", top1: 0.75 }, records, 10)!;
  assertAlmostEquals(reached.epochs, 2.25);
  assertAlmostEquals(reached.steps, 22.5);
  // Before the first epoch one guesses.
  assertAlmostEquals(reachedAt({ of: "training", top1: 0.3 }, records, 10)!.epochs, 0.5);
  assertAlmostEquals(reachedAt({ of: "test", top1: 0.5 }, records, 10)!.epochs, 2.25);
  assertEquals(reachedAt({ of: "test", top1: 0.81 }, records, 10), undefined);
});

/** Results of a recipe, by arm and seed. */
async function resultsOf(
  name: RecipeName,
  given: Readonly<Record<string, readonly Partial<ArmResult>[]>>,
): Promise<Results> {
  const recipe = await recipes[name]();
  const runs = Object.entries(given).flatMap(([arm, list]) =>
    list.map((result, seed) => ({
      arm: recipe.arms.find(({ name }) => name === arm)!,
      seed,
      result: { epochs: 1, steps: 1, seconds: 1, ...result },
    }))
  );
  assert(runs.every(({ arm }) => arm !== undefined), "an arm is not the recipe's");
  return new Results(recipe, runs.sort((a, b) => a.seed - b.seed));
}

const test = (top1: number) => ({ test: { loss: 1, top1 } });
const training = (error: number) => ({ training: { loss: 1, top1: 1 - error } });
const target = (epochs: number) => ({ reached: { epochs, steps: 100 * epochs } });
const gap = (train: number, of: number) => ({ train: { loss: 1, top1: train }, ...test(of) });

const verdicts = async (...given: Parameters<typeof resultsOf>) =>
  (await resultsOf(...given)).findings.map(({ holds }) => holds);

Deno.test("recipes say whether what the papers say holds", async () => {
  const resnet = "resnet20-cifar10";
  assertEquals(await verdicts(resnet, { "resnet-20": [test(0.87)] }), [true]);
  assertEquals(await verdicts(resnet, { "resnet-20": [test(0.85)] }), [false]);
  assertEquals(await verdicts(resnet, {}), [undefined]);
  const depth = (a: number, b: number, c: number, d: number) => ({
    "plain-20": [training(a)],
    "plain-56": [training(b)],
    "resnet-20": [training(c)],
    "resnet-56": [training(d)],
  });
  assertEquals(await verdicts("plain-residual", depth(0.2, 0.3, 0.2, 0.1)), [true, true]);
  assertEquals(await verdicts("plain-residual", depth(0.2, 0.2, 0.1, 0.2)), [false, false]);
  assertEquals(await verdicts("plain-residual", { "plain-20": [training(1)] }), [
    undefined,
    undefined,
  ]);
  const vgg = (...tops: number[]) =>
    Object.fromEntries([11, 13, 16, 19].map((depth, i) => [`vgg-${depth}`, [test(tops[i]!)]]));
  assertEquals(await verdicts("vgg-depth", vgg(0.6, 0.7, 0.8, 0.7)), [true, true, false]);
  const both = (top1: number, error: number) => [{ ...test(top1), ...training(error) }];
  const excited = { resnet: both(0.6, 0.4), "se-resnet": both(0.7, 0.5) };
  assertEquals(await verdicts("squeeze-excitation", excited), [true, false]);
  const divided = { constant: both(0.6, 0.2), plateau: both(0.5, 0.1) };
  assertEquals(await verdicts("plateau", divided), [false, true]);
  const digitsOf = (a: number, b: number) => ({ "as-they-are": [test(a)], elastic: [test(b)] });
  assertEquals(await verdicts("lenet5-elastic", digitsOf(0.99, 0.995)), [true, true]);
  assertEquals(await verdicts("lenet5-elastic", digitsOf(0.99, 0.98)), [false, false]);
  const renorm = { "batch-renorm-two-images": [{ ...test(0.5), ...training(0.3) }] };
  const norm = { "batch-norm-two-images": [{ ...test(0.4), ...training(0.2) }] };
  assertEquals(await verdicts("batch-renorm", { ...renorm, ...norm }), [
    true,
    false,
    undefined,
    undefined,
  ]);
  assertEquals(
    (await verdicts("regularization", {
      none: [gap(1, 0.5)],
      dropout: [gap(0.9, 0.5)],
      "weight-decay": [gap(1, 0.4)],
    })).slice(2, 4),
    [true, false],
  );
});

Deno.test("of each group the arm counts that was best with the first seed", async () => {
  const results = await resultsOf("relu-tanh", {
    "relu-0.01": [target(4), target(6)],
    "relu-0.03": [target(5)],
    "relu-0.003": [{ epochs: 4, isBeaten: true }],
    "tanh-0.03": [{}],
    "tanh-0.01": [target(10)],
    "tanh-0.1": [{ diverged: "at step 3" }],
  });
  assertEquals([results.best("relu"), results.best("tanh")], ["relu-0.01", "tanh-0.01"]);
  const [finding] = results.findings;
  assertEquals(finding!.holds, true);
  assertEquals(
    formatFinding(finding!),
    "- with ReLU 25 % are reached in fewer epochs (six times fewer in the paper): relu-0.01 in 5.0 " +
      "epochs, tanh-0.01 in 10.0: 2.0 times as many (holds)",
  );
  assertEquals(results.cell("relu-0.01", "epochs to target"), "5.0 ± 1.4");
  assertEquals(results.cell("relu-0.003", "epochs to target"), "not within 4.0");
  assertEquals(results.cell("tanh-0.03", "epochs to target"), "not reached");
  assertEquals(results.cell("tanh-0.1", "epochs to target"), "diverged");
  const [head, rule, first] = formatTable(results).split("\n");
  assertEquals(head!.split("|").length, rule!.split("|").length);
  assertEquals(first!.split("|").map((cell) => cell.trim()).slice(1, 3), [
    "relu-0.01",
    "5.0 ± 1.4",
  ]);
  // Of several seeds, what differs no more than they do among themselves says nothing.
  const near = await resultsOf("relu-tanh", {
    "relu-0.01": [target(4), target(12)],
    "tanh-0.01": [target(10), target(11)],
  });
  assertEquals(near.findings[0]!.holds, undefined);
  assertEquals(near.isLess("tanh-0.01", "relu-0.01", "epochs to target"), undefined);
  assertEquals(results.isLess("tanh-0.01", "relu-0.01", "epochs to target"), false);
  // Where none has reached it, that which came nearest is done again.
  const none = await resultsOf("batch-norm", {
    "none-0.01": [test(0.5)],
    "none-0.03": [test(0.6)],
  });
  assertEquals(none.best("none"), "none-0.03");
  assertEquals(none.findings[0]!.holds, undefined);
  const one = await resultsOf("batch-norm", { "none-0.01": [{}], "batch-norm-0.1": [target(3)] });
  assertEquals(one.findings[0]!.holds, undefined);
});

Deno.test("an arm is beaten once it has taken as long as the best of its group with its seed", async () => {
  const results = await resultsOf("relu-tanh", {
    "relu-0.01": [target(4.5), target(3)],
    "relu-0.03": [target(4.2)],
    "tanh-0.1": [{ diverged: "at step 3" }],
  });
  const arm = (name: string) => results.recipe.arms.find((arm) => arm.name === name)!;
  const isBeaten = (name: string, epochs: number, seed = 0) =>
    results.isBeaten(arm(name), seed, { epochs, steps: 157 * epochs });
  assertEquals([4, 4.2, 5].map((epochs) => isBeaten("relu-0.003", epochs)), [false, true, true]);
  assertEquals(isBeaten("relu-0.003", 4, 1), true);
  assertEquals(isBeaten("tanh-0.03", 60), false);
  // By the column that chooses the best: here steps.
  const { recipe, runs } = await resultsOf("batch-norm", { "none-0.03": [target(3)] });
  const after = (steps: number) =>
    new Results(recipe, runs).isBeaten(recipe.arms[1]!, 0, { epochs: 9, steps });
  assertEquals([after(299), after(300)], [false, true]);
});

Deno.test("a trial shows nothing", async () => {
  const { recipe, runs } = await resultsOf("resnet20-cifar10", { "resnet-20": [test(0.9)] });
  assertEquals(new Results(recipe, runs, true).findings[0]!.holds, undefined);
});

const arm: Arm = {
  name: "arm",
  network: { name: "lenet5" },
  data: "digits",
  trainImages: 60,
  epochs: 1,
  batchSize: 4,
  optimizer: {},
};
const parts = digits({ train: 100, test: 20 });
const pixels = ({ inputs }: { readonly inputs: readonly ArrayLike<number>[] }) => inputs[0];

Deno.test("fixed variants of images are the same in each epoch, and differ from one another", () => {
  const shift = [{ type: "randomCrop", padding: 4 }] as const;
  const { train, plain } = armData({ ...arm, augment: shift, variants: 3 }, parts, 7);
  assertEquals([train.length, plain.length], [180, 60]);
  assertEquals(train.get(5, { epoch: 0 }), train.get(5, { epoch: 1 }));
  assertEquals(train.get(5).targets, train.get(125).targets);
  const seen = new Set([5, 65, 125].map((index) => String(pixels(train.get(index)))));
  assert(seen.size > 1);
  const anew = armData({ ...arm, augment: shift }, parts, 7).train;
  assertEquals(anew.length, 60);
  assert(
    new Set([0, 1, 2, 3].map((epoch) => String(pixels(anew.get(5, { epoch }))))).size > 1,
  );
});

Deno.test("batches of a class or two hold each image once at most", () => {
  for (const classesOfBatch of [1, 2]) {
    const { train } = armData({ ...arm, classesOfBatch }, parts, 0);
    const labels = new Set<number>();
    for (const { targets: [target], size } of train.batches({ batchSize: 4 })) {
      assertEquals(size, 4);
      assert(new Set(target).size <= classesOfBatch);
      labels.add(target![0]!);
    }
    assert(labels.size > 5 && train.length > 30 && train.length <= 60);
    const all = Array.from({ length: train.length }, (_, i) => String(pixels(train.get(i))));
    assertEquals(new Set(all).size, all.length);
  }
  const few = () => armData({ ...arm, classesOfBatch: 1, batchSize: 50 }, parts, 0);
  assertThrows(few, RangeError, "expected 50 images of some class");
});

Deno.test("a few steps have so many images", () => {
  const { train, plain, test } = armData(
    { ...arm, variants: 2, augment: "crop-flip" },
    parts,
    0,
    2,
  );
  assertEquals([train.length, plain.length, test.length], [8, 60, 20]);
});
