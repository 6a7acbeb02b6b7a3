// Gradient accumulation: four batches of 32 give the step of one of 128.
import {
  crossEntropy,
  digits,
  gradient,
  lenet5,
  mapTree,
  sgd,
  type TensorBatch,
  type Weights,
} from "../../mod.ts";

const { train } = digits({ train: 128 });
const net = lenet5({ seed: 1 }), optimizer = sgd({ learningRate: 0.1 });
const slopes = gradient((weights: Weights, { x, y }: TensorBatch) =>
  crossEntropy(net.apply(x, { weights }), y)
);
const weights = net.trainableWeights, state = optimizer.init(weights);

const parts = [...train.tensors({ batchSize: 32 })].map((batch) => slopes(weights, batch));
const mean = parts.map((part) => mapTree((g) => g.div(parts.length), part))
  .reduce((sum, part) => mapTree((a, b) => a.add(b), sum, part));
const [whole] = [...train.tensors({ batchSize: 128 })].map((batch) => slopes(weights, batch));

const steps = [mean, whole!].map((g) => optimizer.step(weights, g, state).weights);
const differences = mapTree((a, b) => a.sub(b).abs().max(), steps[0]!, steps[1]!);
export const difference = Math.max(
  ...await Promise.all(Object.values(differences).map((t) => t.item())),
);
