// A pair in the manner of DCGAN (Radford et al. 2015, arXiv 1511.06434): a generator draws digits, a
// critic tells them from real ones. They learn in turn, the generator by a loss through both.
import {
  adam,
  binaryCrossEntropy,
  concatenate,
  digits,
  jit,
  type Model,
  ones,
  type OptimizerState,
  randomNormal,
  sequential,
  type Tensor,
  valueAndGradient,
  type Weights,
  zeros,
} from "../../mod.ts";

const batch = 32, real = ones([batch, 1]), fake = zeros([batch, 1]);
const generator = sequential([16], { seed: 1 })
  .dense(7 * 7 * 16).reshape([7, 7, 16]).batchNorm().relu()
  .convTranspose2d(8, 4, { stride: 2, padding: 1 }).batchNorm().relu()
  .convTranspose2d(1, 4, { stride: 2, padding: 1 }).sigmoid();
const critic = sequential([28, 28, 1], { seed: 2 })
  .conv2d(8, 4, { stride: 2, padding: 1 }).leakyRelu({ negativeSlope: 0.2 })
  .conv2d(16, 4, { stride: 2, padding: 1 }).batchNorm().leakyRelu({ negativeSlope: 0.2 })
  .flatten().dense(1);
const optimizer = adam({ learningRate: 2e-3, beta1: 0.5 });

type Player = { weights: Weights; statistics: Weights; state: OptimizerState };
type Loss = (weights: Weights) => readonly [Tensor, Weights];
const playerOf = (
  { trainableWeights: weights, nonTrainableWeights: statistics }: Model,
): Player => (
  { weights, statistics, state: optimizer.init(weights) }
);
const run = (net: Model, x: Tensor, { statistics }: Player, weights: Weights) =>
  net.apply(x, { weights: { ...statistics, ...weights }, training: true });
const learn = ({ weights, state }: Player, loss: Loss) => {
  const { value, gradient, auxiliary: statistics } = valueAndGradient(loss)(weights);
  return { loss: value, player: { statistics, ...optimizer.step(weights, gradient, state) } };
};

const round = jit((draws: Player, judges: Player, x: Tensor, noise: Tensor) => {
  const drawn = run(generator, noise, draws, draws.weights).output;
  const judged = learn(judges, (weights) => {
    const { output, updates } = run(critic, concatenate([x, drawn]), judges, weights);
    return [binaryCrossEntropy(output, concatenate([real, fake])), updates];
  });
  const fooled = learn(draws, (weights) => {
    const { output, updates } = run(generator, noise, draws, weights);
    const verdict = run(critic, output, judged.player, judged.player.weights).output;
    return [binaryCrossEntropy(verdict, real), updates];
  });
  return { judged, fooled };
});

let draws = playerOf(generator), judges = playerOf(critic);
export const losses: number[][] = [];
for (const { x } of digits({ train: 2048 }).train.tensors({ batchSize: batch })) {
  const noise = randomNormal([batch, 16], { seed: losses.length });
  const { judged, fooled } = round(draws, judges, x.cast("f32").div(255), noise);
  [draws, judges] = [fooled.player, judged.player];
  losses.push([await judged.loss.item(), await fooled.loss.item()]);
}
generator.assign({ ...draws.weights, ...draws.statistics });
export const mean = await generator.apply(randomNormal([64, 16], { seed: 0 })).mean().item();
