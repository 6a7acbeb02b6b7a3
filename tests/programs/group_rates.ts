// A learning rate for each group of layers: the convolutions crawl, the last layer hurries.
import { digits, lenet5, sgd } from "../../mod.ts";

const { train } = digits({ train: 320 });
const net = lenet5({ seed: 1 }), before = await net.trainableWeights["c1.kernel"]!.array();
await net.fit(train, {
  optimizer: sgd({ learningRate: 0.05, rateFactors: { "c*": 0, output: 2 } }),
});
export const unmoved = JSON.stringify(before) ===
  JSON.stringify(await net.trainableWeights["c1.kernel"]!.array());
