// The product of a Hessian with a vector, without the Hessian; and a gradient penalty in a training
// loss (Gulrajani et al. 2017, arXiv 1704.00028).
import { adam, gradient, jit, sequential, type Tensor, tensor, type Weights } from "../../mod.ts";

const f = (x: Tensor) => x.square().mul(x).sum(); // its Hessian is the diagonal matrix of 6 x
const product = (x: Tensor, v: Tensor) => gradient((x: Tensor) => gradient(f)(x).mul(v).sum())(x);
export const hessianVector = await product(tensor([1, 2, 3]), tensor([1, 0, -1])).array();

const critic = sequential([2], { seed: 1 }).dense(16).tanh().dense(1);
const x = tensor([[0.5, -1], [2, 0], [-1, 1]]), optimizer = adam({ learningRate: 0.02 });
const penalty = (weights: Weights) =>
  gradient((x: Tensor) => critic.apply(x, { weights }).sum())(x)
    .square().sum(1).sqrt().sub(1).square().mean();
let weights = critic.trainableWeights, state = optimizer.init(weights);
const step = jit((w: Weights, s: typeof state) => optimizer.step(w, gradient(penalty)(w), s));
for (let i = 0; i < 100; i++) ({ weights, state } = step(weights, state));
export const [first, last] = [
  await penalty(critic.trainableWeights).item(),
  await penalty(weights).item(),
];
