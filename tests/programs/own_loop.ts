// LeNet-5, trained by a loop of one's own: the step is recorded once, and then runs as one program.
import {
  crossEntropy,
  digits,
  jit,
  lenet5,
  type OptimizerState,
  sgd,
  type Tensor,
  valueAndGradient,
  type Weights,
} from "../../mod.ts";

const { train, test } = digits({ train: 6400, test: 1000 });
const net = lenet5();
net.normalization = train.normalization;
const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });

const step = jit((weights: Weights, state: OptimizerState, x: Tensor, y: Tensor) => {
  const loss = (weights: Weights) => crossEntropy(net.apply(x, { weights }), y);
  const { value, gradient } = valueAndGradient(loss)(weights);
  return { loss: value, ...optimizer.step(weights, gradient, state) };
});

let weights = net.trainableWeights, state = optimizer.init(weights), loss: Tensor | undefined;
for (let epoch = 0; epoch < 2; epoch++) {
  for (const { x, y } of train.tensors({ batchSize: 128, shuffle: 1, epoch })) {
    ({ weights, state, loss } = step(weights, state, x, y));
  }
  await loss?.print();
}
net.assign(weights);
export const { top1 } = await net.evaluate(test);
