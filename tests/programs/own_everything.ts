// A layer, an activation, a loss, a metric, an optimizer and a schedule of one's own, in one `fit`.
import {
  defineLayer,
  defineOptimizer,
  digits,
  initializers,
  Layer,
  type Metric,
  oneHot,
  type Schedule,
  sequential,
  softplus,
  stack,
  type Tensor,
} from "../../mod.ts";

/** Group normalisation. Wu and He 2018, arXiv 1803.08494. */
const groupNorm = defineLayer<{ readonly groups: number }>({
  type: "ownGroupNorm",
  weights: (_, [shape]) => ({
    gamma: { shape: shape!.slice(-1), initializer: initializers.constant(1) },
    beta: { shape: shape!.slice(-1), initializer: initializers.zeros() },
  }),
  call: ([x], { gamma, beta }, { groups }) => {
    const parts = x!.reshape([x!.shape[0]!, -1, groups, x!.shape[3]! / groups]);
    const centred = parts.sub(parts.mean([1, 3], true));
    const normal = centred.mul(centred.square().mean([1, 3], true).add(1e-5).rsqrt());
    return normal.reshape(x!.shape).mul(gamma!).add(beta!);
  },
});

/** x tanh(softplus(x)). Misra 2019, arXiv 1908.08681. */
const mish = defineLayer({ type: "ownMish", call: ([x]) => x!.mul(softplus(x!).tanh()) });

/** Cross-entropy that looks away from what is right already. Lin et al. 2017, arXiv 1708.02002. */
const focal = (logits: Tensor, labels: Tensor) => {
  const logarithm = logits.logSoftmax(), doubt = logarithm.exp().neg().add(1);
  return doubt.square().mul(logarithm).mul(oneHot(labels, 10)).sum(1).neg().mean();
};

/** The mean over the classes of the harmonic mean of precision and recall. */
const macroF1: Metric = {
  shape: [3, 10],
  count: (logits, labels) => {
    const [found, right] = [oneHot(logits.argmax(), 10), oneHot(labels, 10)];
    return stack([found.mul(right), found, right].map((t) => t.sum(0)));
  },
  result: (sums) =>
    Array.from({ length: 10 }, (_, c) => 2 * sums[c]! / (sums[10 + c]! + sums[20 + c]!))
      .reduce((a, b) => a + b) / 10,
};

/** Up to the peak and down again, each in half the epochs. Smith 2018, arXiv 1803.09820. */
const oneCycle = (peak: number, epochs: number): Schedule => ({
  rate: (epoch) => peak * (1 - Math.abs(2 * epoch / epochs - 1)),
});

/** Steps by the sign of a momentum. Chen et al. 2023, arXiv 2302.06675. */
const lion = defineOptimizer({
  name: "lion",
  slots: ["momentum"],
  update: (weight, gradient, [momentum], rate) => ({
    weight: weight.sub(momentum!.mul(0.9).add(gradient.mul(0.1)).sign().mul(rate)),
    slots: [momentum!.mul(0.99).add(gradient.mul(0.01))],
  }),
}, { learningRate: oneCycle(3e-3, 2) });

const { train, test } = digits({ train: 2000, test: 500 });
const net = sequential([28, 28, 1], { seed: 1 })
  .conv2d(8, 5, { stride: 2 }).apply(new Layer(groupNorm, { groups: 4 })).apply(new Layer(mish, {}))
  .conv2d(16, 5, { stride: 2 }).apply(new Layer(mish, {})).flatten().dense(10);
export const history = await net.fit(train, {
  epochs: 2,
  optimizer: lion,
  loss: focal,
  validation: test,
  metrics: { macroF1 },
});
