import { where } from "../combine.ts";
import { checkTensor, type Tensor } from "../tensor.ts";

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

/** x where it is positive, else x times `negativeSlope`. */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  checkTensor(x, "leakyRelu");
  return where(x.greater(0), x, x.mul(negativeSlope));
}

/** x where it is positive, else alpha (e^x - 1). Source: Clevert et al. 2015, arXiv 1511.07289. */
export function elu(x: Tensor, alpha = 1): Tensor {
  checkTensor(x, "elu");
  // The exponential of a large x would overflow, and its gradient with it, though it is not chosen.
  // (A minimum would share the slope at 0 between both its operands.)
  const positive = x.greater(0);
  return where(positive, x, where(positive, 0, x).exp().sub(1).mul(alpha));
}

/**
 * log(1 + e^x) as max(x, 0) + log(1 + e^-|x|), which does not overflow. The maximum is written as
 * (x + |x|) / 2, whose slope at 0 is a half, and so is softplus's.
 */
export function softplus(x: Tensor): Tensor {
  checkTensor(x, "softplus");
  const size = x.abs();
  return x.mul(0.5).add(size.mul(0.5)).add(size.neg().exp().add(1).log());
}

/**
 * x times the standard normal distribution function of x; with `approximate`, by tanh.
 * Source: Hendrycks and Gimpel 2016, arXiv 1606.08415.
 */
export function gelu(x: Tensor, approximate = false): Tensor {
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

/** The piecewise linear stand-in for the logistic function: relu6(x + 3) / 6. */
export function hardSigmoid(x: Tensor): Tensor {
  checkTensor(x, "hardSigmoid");
  return relu6(x.add(3)).mul(1 / 6);
}

/** e^x over its sum along an axis. */
export function softmax(x: Tensor, axis = -1): Tensor {
  checkTensor(x, "softmax");
  return x.softmax(axis);
}

/** The logarithm of softmax. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  checkTensor(x, "logSoftmax");
  return x.logSoftmax(axis);
}
