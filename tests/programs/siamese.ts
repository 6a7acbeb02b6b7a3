// A siamese net: one encoder for both pictures of a pair learns by contrastive loss to put equal digits
// near one another (Hadsell et al. 2006, "Dimensionality reduction by learning an invariant mapping").
import {
  adam,
  digits,
  jit,
  relu,
  sequential,
  type Tensor,
  valueAndGradient,
  type Weights,
} from "../../mod.ts";

const { train, test } = digits({ train: 4096, test: 512 });
const encoder = sequential([28, 28, 1], { seed: 1 })
  .conv2d(8, 5, { stride: 2 }).relu().conv2d(16, 5, { stride: 2 }).relu().flatten().dense(8);
const optimizer = adam({ learningRate: 2e-3 }), half = 64, margin = 2;

/** The first half of a batch against the second: how far apart, and whether of one class. */
const pairs = (x: Tensor, y: Tensor, weights: Weights) => {
  const code = encoder.apply(x, { weights });
  const distance = code.slice([0], [half]).sub(code.slice([half])).square().sum(1).add(1e-6).sqrt();
  return { distance, same: y.slice([0], [half]).equal(y.slice([half])).cast("f32") };
};
const contrastive = (weights: Weights, x: Tensor, y: Tensor) => {
  const { distance, same } = pairs(x, y, weights);
  const apart = relu(distance.neg().add(margin)).square();
  return same.mul(distance.square()).add(same.neg().add(1).mul(apart)).mean();
};

let weights = encoder.trainableWeights, state = optimizer.init(weights);
const step = jit((w: Weights, s: typeof state, x: Tensor, y: Tensor) =>
  optimizer.step(w, valueAndGradient(contrastive)(w, x, y).gradient, s)
);
for (let epoch = 0; epoch < 3; epoch++) {
  for (const { x, y } of train.tensors({ batchSize: 2 * half, shuffle: 1, epoch })) {
    ({ weights, state } = step(weights, state, x, y));
  }
}
const [found] = [...test.tensors({ batchSize: 2 * half })].map(({ x, y }) => pairs(x, y, weights));
const { distance, same } = found!;
export const near = await distance.mul(same).sum().div(same.sum()).item();
export const far = await distance.mul(same.neg().add(1)).sum().div(same.neg().add(1).sum()).item();
