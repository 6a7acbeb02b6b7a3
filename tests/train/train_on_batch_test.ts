import { assertAlmostEquals, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { tensor } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { isSameChoice } from "../../lib/train/same_choice.ts";
import { sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
import { defineOptimizer, type Optimizer } from "../../lib/train/optimizer.ts";
import { adagrad, adam, rmsprop, sgd } from "../../lib/train/optimizers.ts";
import { stepDecay } from "../../lib/train/learning_rate.ts";
import type { TrainOnBatchOptions } from "../../lib/train/training_options.ts";
import { assertSameWeights, bitsOf, useCpu } from "./helpers.ts";

await useCpu();

const x = tensor([[1, 0.5], [0.25, 1], [-1, 2]]), y = tensor([[1], [0], [0.5]]);
const net = () => sequential([2], { seed: 8 }).dense(4).tanh().dropout(0.25).dense(1);
const loss = "meanSquaredError";

/** The model after a step with each of some options. */
async function after(...steps: readonly TrainOnBatchOptions[]): Promise<Model> {
  const model = net();
  for (const options of steps) await model.trainOnBatch(x, y, options);
  return model;
}

Deno.test("options that are made anew in each call go on as the same ones would", async () => {
  const kept = { optimizer: adam({ learningRate: 0.1, clipNorm: 1 }), loss, seed: 2 } as const;
  const same = await after(kept, kept, kept, {});
  const anew = () => ({ ...kept, optimizer: adam({ learningRate: 0.1, clipNorm: 1 }) });
  await assertSameWeights(await after(anew(), anew(), anew(), anew()), same);
});

Deno.test("another learning rate or momentum counts from its call on, and the memory stays", async () => {
  const weight = sequential([1], { seed: 1 }).dense(1, { bias: false });
  const [one, zero] = [tensor([[1]]), tensor([[0]])];
  let w = (await weight.weights[0]!.read())[0]!, v = 0;
  for (
    const [learningRate, momentum] of [[0.1, 0.5], [0.02, 0.5], [0.02, 0.75], [0.04, 0.75]] as const
  ) {
    await weight.trainOnBatch(one, zero, { loss, optimizer: sgd({ learningRate, momentum }) });
    v = momentum * v - learningRate * 2 * w;
    w += v;
    assertAlmostEquals((await weight.weights[0]!.read())[0]!, w, 1e-6);
  }
  // A schedule in place of a number, told the epoch.
  const optimizer = sgd({
    learningRate: stepDecay(0.04, { every: 1, factor: 0.5 }),
    momentum: 0.75,
  });
  await weight.trainOnBatch(one, zero, { optimizer, epoch: 1.5 });
  v = 0.75 * v - 0.02 * 2 * w;
  assertAlmostEquals((await weight.weights[0]!.read())[0]!, w + v, 1e-6);
});

Deno.test("an optimizer of another kind takes over at once, and begins anew", async () => {
  const first = { optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), loss } as const;
  const second = { optimizer: adam({ learningRate: 0.05 }) };
  const changed = await after(first, first, second, second);
  // The same from the weights after two steps, with an optimizer that knows of nothing before.
  const fresh = net();
  const start = await after(first, first);
  fresh.assign(start.trainableWeights);
  for (let i = 0; i < 2; i++) await fresh.trainOnBatch(x, y, { ...second, loss });
  await assertSameWeights(changed, fresh);
  assertNotEquals(await bitsOf(changed), await bitsOf(await after(first, first, {}, {})));
});

Deno.test("another loss counts from its call on, for evaluate too", async () => {
  const model = net(), optimizer = sgd({ learningRate: 0 });
  const squared = await model.trainOnBatch(x, y, { loss, optimizer, seed: 1 });
  const absolute = await model.trainOnBatch(x, y, { loss: "meanAbsoluteError" });
  const own = await model.trainOnBatch(x, y, { loss: (p: Tensor) => p.mean().mul(0).add(7) });
  assertNotEquals(squared.loss, absolute.loss);
  assertAlmostEquals(own.loss, 7);
  await assertRejects(() => model.trainOnBatch(x, y, { loss: "none" as never }), RangeError);
  assertAlmostEquals((await model.trainOnBatch(x, y)).loss, 7);
});

Deno.test("another seed draws other masks from its call on", async () => {
  const first = { optimizer: sgd({ learningRate: 0.1 }), loss, seed: 3 } as const;
  const [same, other] = [await after(first, { seed: 3 }), await after(first, { seed: 4 })];
  await assertSameWeights(same, await after(first, {}));
  assertNotEquals(await bitsOf(other), await bitsOf(same));
});

Deno.test("optimizers compute the same where all but the learning rate is equal", () => {
  const own = (power: number) =>
    defineOptimizer({
      name: "own",
      update: (w, g, _, r) => ({ weight: w.sub(g.mul(r).mul(power)), slots: [] }),
    });
  const one = own(1);
  const pairs: [Optimizer, Optimizer, boolean, boolean][] = [
    [adam(), adam({ learningRate: 1 }), true, true],
    [adam(), adam({ beta1: 0.8 }), false, true],
    [adam({ clipNorm: 1 }), adam(), false, true],
    [sgd({ rateFactors: { "a*": 2 } }), sgd({ rateFactors: { "a*": 3 } }), false, true],
    [sgd(), sgd({ momentum: 0.5 }), false, false],
    [adam(), rmsprop(), false, false],
    [adagrad(), adagrad(), true, true],
    [one, one, true, true],
    [one, own(1), false, true],
  ];
  for (const [a, b, computes, remembers] of pairs) {
    assertEquals([a.computesAs(b), a.remembersAs(b)], [computes, remembers]);
  }
});

Deno.test("losses are the same by name and settings, or as one function", () => {
  const own = (p: Tensor) => p.mean();
  assertEquals(isSameChoice("hinge", { name: "hinge" }), true);
  assertEquals(isSameChoice(["hinge"], "hinge"), true);
  assertEquals(isSameChoice(own, own), true);
  assertEquals(isSameChoice(own, (p: Tensor) => p.mean()), false);
  assertEquals(isSameChoice(["hinge", own], ["hinge", own]), true);
  const smooth = (labelSmoothing: number) => ({ name: "crossEntropy", labelSmoothing }) as const;
  assertEquals(isSameChoice(smooth(0.1), smooth(0.1)), true);
  assertEquals(isSameChoice(smooth(0.1), smooth(0.2)), false);
});
