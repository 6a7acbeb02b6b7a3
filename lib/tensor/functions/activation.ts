import { where } from "../combine.ts";
import { checkTensor, type Tensor } from "../tensor.ts";
import { withGradient } from "../with_gradient.ts";

/** x itself. */
export function linear(x: Tensor): Tensor {
  checkTensor(x, "linear");
  return x;
}

/** 1 where x is at least 0, else 0: the threshold neuron of McCulloch and Pitts. Its gradient is 0. */
export function step(x: Tensor): Tensor {
  checkTensor(x, "step");
  return x.greaterEqual(0).cast("f32");
}

/** 1 / (1 + e^-x). */
export function sigmoid(x: Tensor): Tensor {
  checkTensor(x, "sigmoid");
  return x.sigmoid();
}

/** The hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  checkTensor(x, "tanh");
  return x.tanh();
}

/** max(x, 0). */
export function relu(x: Tensor): Tensor {
  checkTensor(x, "relu");
  return x.relu();
}

/** min(max(x, 0), 6). */
export function relu6(x: Tensor): Tensor {
  checkTensor(x, "relu6");
  return x.relu().minimum(6);
}

/** x where it is positive, else x times `negativeSlope`, 0.01 by default. */
export function leakyRelu(
  x: Tensor,
  negativeSlope: number = activations.leakyRelu.options.negativeSlope,
): Tensor {
  checkTensor(x, "leakyRelu");
  return where(x.greater(0), x, x.mul(negativeSlope));
}

/**
 * x where it is positive, else alpha (e^x - 1), with an alpha of 1 by default.
 * Source: Clevert et al. 2015, arXiv 1511.07289.
 */
export function elu(x: Tensor, alpha: number = activations.elu.options.alpha): Tensor {
  checkTensor(x, "elu");
  // The exponential of a large x would overflow, and its gradient with it, though it is not chosen.
  // (A minimum would share the slope at 0 between both its operands.) e^x - 1 loses the digits of a
  // small x: tanh(x / 2) (e^x + 1) has them, and the difference has the slope of what it differs from.
  const positive = x.greater(0), negative = where(positive, 0, x), power = negative.exp();
  const near = power.sub(1), exact = negative.mul(0.5).tanh().mul(power.add(1));
  return where(positive, x, near.add(exact.sub(near).detach()).mul(alpha));
}

/** log(1 + e^x). */
export function softplus(x: Tensor): Tensor {
  checkTensor(x, "softplus");
  return softplusWithSlope(x);
}

/**
 * max(x, 0) + log(1 + u) with u = e^-|x|, which does not overflow. Where u is small the sum would
 * lose its digits, so the logarithm is 2 artanh(s) with s = u / (2 + u), by its series; s is at most
 * 1/3.
 */
const softplusWithSlope = withGradient(
  (x: Tensor) => {
    const u = x.abs().neg().exp(), s = u.div(u.add(2)), square = s.square();
    let series = square.mul(1 / 15);
    for (const odd of [13, 11, 9, 7, 5, 3]) series = series.add(1 / odd).mul(square);
    return x.relu().add(s.mul(series.add(1)).mul(2));
  },
  (g, [x]) => g.mul(x.sigmoid()),
);

/**
 * x times the standard normal distribution function of x; with `approximate`, by tanh.
 * Source: Hendrycks and Gimpel 2016, arXiv 1606.08415.
 */
export function gelu(
  x: Tensor,
  approximate: boolean = activations.gelu.options.approximate,
): Tensor {
  checkTensor(x, "gelu");
  const inner = approximate
    ? x.sub(x.mul(x.square()).mul(-0.044715)).mul(Math.sqrt(2 / Math.PI)).tanh()
    : x.mul(Math.SQRT1_2).erf();
  return x.mul(0.5).mul(inner.add(1));
}

/** x times its logistic function, also called swish. */
export function silu(x: Tensor): Tensor {
  checkTensor(x, "silu");
  return x.mul(x.sigmoid());
}

/** x tanh(softplus(x)). Source: Misra 2019, arXiv 1908.08681. */
export function mish(x: Tensor): Tensor {
  checkTensor(x, "mish");
  return x.mul(softplus(x).tanh());
}

/** The piecewise linear stand-in for the logistic function: relu6(x + 3) / 6. */
export function hardSigmoid(x: Tensor): Tensor {
  checkTensor(x, "hardSigmoid");
  return relu6(x.add(3)).mul(1 / 6);
}

/** e^x over its sum along an axis, by default the last. Losses take logits: leave it out before them. */
export function softmax(x: Tensor, axis = -1): Tensor {
  checkTensor(x, "softmax");
  return x.softmax(axis);
}

/** The logarithm of softmax. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  checkTensor(x, "logSoftmax");
  return x.logSoftmax(axis);
}

/** A row of the table of activations. */
export interface Activation {
  /** The function: of a tensor, then of the options in their order. */
  call(x: Tensor, ...options: readonly (number | boolean | undefined)[]): Tensor;
  /** What else it takes, with the defaults. */
  readonly options?: Readonly<Record<string, number | boolean>>;
}

/** The activations: each is a function, a layer and a method of models under its name here. */
export const activations = {
  linear: { call: linear },
  step: { call: step },
  sigmoid: { call: sigmoid },
  tanh: { call: tanh },
  relu: { call: relu },
  relu6: { call: relu6 },
  leakyRelu: { call: leakyRelu, options: { negativeSlope: 0.01 } },
  elu: { call: elu, options: { alpha: 1 } },
  softplus: { call: softplus },
  gelu: { call: gelu, options: { approximate: false } },
  silu: { call: silu },
  mish: { call: mish },
  hardSigmoid: { call: hardSigmoid },
  softmax: { call: softmax },
} satisfies Record<string, Activation>;
