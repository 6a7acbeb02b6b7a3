import { assertEquals } from "@std/assert";
import type { Weights } from "../../lib/nn/apply.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { crossEntropy } from "../../lib/tensor/functions/loss.ts";
import { valueAndGradient } from "../../lib/tensor/gradient.ts";
import { jit } from "../../lib/tensor/jit.ts";
import { randomKey } from "../../lib/tensor/random_key.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import type { OptimizerState } from "../../lib/train/optimizer.ts";
import { adam, sgd } from "../../lib/train/optimizers.ts";
import { trainingStep } from "../../lib/train/step.ts";
import { assertSameWeights, corners, stateful, useCpu } from "./helpers.ts";

await useCpu();

Deno.test("a loop of one's own is fit, bit for bit: dropout and running statistics too", async () => {
  const data = corners(64);
  const fitted = stateful(), own = stateful(), optimizer = adam({ learningRate: 0.01 });
  await fitted.fit(data, { epochs: 2, batchSize: 16, shuffle: false, seed: 9, optimizer });
  const step = jit(
    (
      weights: Weights,
      others: Weights,
      state: OptimizerState,
      x: Tensor,
      y: Tensor,
      key: Tensor,
    ) => {
      const loss = (weights: Weights) => {
        const { output, updates } = own.apply(x, {
          weights: { ...others, ...weights },
          training: true,
          key,
        });
        return [crossEntropy(output, y), updates] as const;
      };
      const { gradient, auxiliary } = valueAndGradient(loss)(weights);
      return { others: { ...others, ...auxiliary }, ...optimizer.step(weights, gradient, state) };
    },
  );
  let weights = own.trainableWeights, others = own.nonTrainableWeights;
  let state = optimizer.init(weights), number = 0;
  for (let epoch = 0; epoch < 2; epoch++) {
    for (const { x, y } of data.tensors({ batchSize: 16 })) {
      ({ weights, others, state } = step(weights, others, state, x, y, randomKey(9, number++)));
    }
  }
  own.assign({ ...weights, ...others });
  await assertSameWeights(own, fitted);
});

Deno.test("the gradients that a step uses are those that reduce gives", async () => {
  const loss = (w: Tensor) => [w.square().sum(), {}] as const; // its gradient is 2 w
  const optimizer = sgd({ learningRate: 0.1 }), w = tensor([1, -2]), rate = tensor(0.1);
  const weightsAfter = async (...reduce: ((gradient: Tensor) => Tensor)[]) =>
    await trainingStep(loss, w, optimizer, optimizer.init(w), rate, ...reduce)
      .weights.mul(10).round().array();
  assertEquals(await weightsAfter(), [8, -16]);
  assertEquals(await weightsAfter((gradient) => gradient.div(2)), [9, -18]);
});
