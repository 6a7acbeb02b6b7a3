/**
 * `own_loop_run.ts DEVICE`: images a second of LeNet-5 by `fit`, and by a loop of one's own with
 * `jit`; in turns, each over the same batches.
 *
 * @module
 */
import {
  crossEntropy,
  digits,
  jit,
  lenet5,
  type OptimizerState,
  setDevice,
  sgd,
  type Tensor,
  valueAndGradient,
  type Weights,
} from "../../../mod.ts";
import { median } from "./figure.ts";

const [name = "cpu"] = Deno.args, batchSize = 128, turns = 9;
await setDevice(name);
const { train } = digits({ train: name === "cpu" ? 12_800 : 2560 });
const optimizer = sgd({ learningRate: 0.05, momentum: 0.9 });

const fitted = lenet5({ seed: 1 });
const byFit = async () => {
  await fitted.fit(train, { batchSize, optimizer, shuffle: false, progress: false });
};

const own = lenet5({ seed: 1 });
own.normalization = train.normalization;
const step = jit((weights: Weights, state: OptimizerState, x: Tensor, y: Tensor) => {
  const loss = (weights: Weights) => crossEntropy(own.apply(x, { weights }), y);
  const { value, gradient } = valueAndGradient(loss)(weights);
  return { loss: value, ...optimizer.step(weights, gradient, state) };
});
const byLoop = async () => {
  let weights = own.trainableWeights, state = optimizer.init(weights), loss: Tensor | undefined;
  let done = 0;
  for (const { x, y } of train.tensors({ batchSize })) {
    ({ weights, state, loss } = step(weights, state, x, y));
    // As fit does, which looks at its loss now and then.
    if (++done % 25 === 0) await loss.item();
  }
  own.assign(weights);
  await loss?.item();
};

/** Images a second of a pass over the data. */
async function speed(pass: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await pass();
  return train.length / (performance.now() - began) * 1000;
}

for (const pass of [byFit, byLoop]) await pass();
const ratios: number[] = [], speeds: [number, number][] = [];
for (let i = 0; i < turns; i++) {
  const pair: [number, number] = [await speed(byFit), await speed(byLoop)];
  speeds.push(pair);
  ratios.push(pair[1] / pair[0]);
}
console.log(JSON.stringify({
  fitImagesPerSecond: Math.round(median(speeds.map(([fit]) => fit))),
  ownLoopImagesPerSecond: Math.round(median(speeds.map(([, loop]) => loop))),
  ratio: Number(median(ratios).toFixed(3)),
}));
Deno.exit(0);
