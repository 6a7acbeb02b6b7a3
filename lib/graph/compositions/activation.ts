import type { Node } from "../node.ts";
import {
  abs,
  add,
  compare,
  convert,
  detach,
  divide,
  erf,
  exp,
  log,
  logistic,
  minimum,
  multiply,
  negate,
  offset,
  relu,
  scale,
  select,
  subtract,
  tanh,
} from "../ops/elementwise.ts";
import { literal } from "../ops/generate.ts";
import { reshape } from "../ops/layout.ts";
import { reduceMax, reduceSum } from "../ops/reduce.ts";

/** 1 where x is at least 0, else 0: the threshold neuron of McCulloch and Pitts. Its gradient is 0. */
export function step(x: Node): Node {
  return convert(compare("greaterOrEqual", x, literal(0)), "f32");
}

/** min(max(x, 0), 6). */
export function relu6(x: Node): Node {
  return minimum(relu(x), literal(6));
}

/** x where it is positive, else x times a slope. */
export function leakyRelu(x: Node, negativeSlope = 0.01): Node {
  return select(compare("greater", x, literal(0)), x, scale(x, negativeSlope));
}

/** x where it is positive, else alpha (e^x - 1). Source: Clevert et al. 2015, arXiv 1511.07289. */
export function elu(x: Node, alpha = 1): Node {
  // The exponential of a large x would overflow, and its gradient with it, though it is not chosen.
  // (A minimum would share the slope at 0 between both its operands.)
  const positive = compare("greater", x, literal(0));
  const negative = scale(offset(exp(select(positive, literal(0), x)), -1), alpha);
  return select(positive, x, negative);
}

/**
 * log(1 + e^x) as max(x, 0) + log(1 + e^-|x|), which does not overflow. The maximum is written as
 * (x + |x|) / 2, whose slope at 0 is a half, and so is softplus's.
 */
export function softplus(x: Node): Node {
  const size = abs(x);
  return add(add(scale(x, 0.5), scale(size, 0.5)), log(offset(exp(negate(size)), 1)));
}

/**
 * x times the standard normal distribution function of x; with `approximate`, by tanh.
 * Source: Hendrycks and Gimpel 2016, arXiv 1606.08415.
 */
export function gelu(x: Node, approximate = false): Node {
  const inner = approximate
    ? tanh(
      scale(subtract(x, scale(multiply(x, multiply(x, x)), -0.044715)), Math.sqrt(2 / Math.PI)),
    )
    : erf(scale(x, Math.SQRT1_2));
  return multiply(scale(x, 0.5), offset(inner, 1));
}

/** x times its logistic function, also called swish. */
export function silu(x: Node): Node {
  return multiply(x, logistic(x));
}

/** The piecewise linear stand-in for the logistic function: relu6(x + 3) / 6. */
export function hardSigmoid(x: Node): Node {
  return scale(relu6(offset(x, 3)), 1 / 6);
}

/** The shape with a size of 1 at an axis, to stretch what a reduction yields. */
function keep(reduced: Node, x: Node, axis: number): Node {
  return reshape(reduced, x.shape.with(axis, 1));
}

/** e^x over its sum along an axis; the maximum is subtracted first so that nothing overflows. */
export function softmax(x: Node, axis = -1): Node {
  const at = axis < 0 ? axis + x.shape.length : axis;
  const powers = exp(subtract(x, keep(detach(reduceMax(x, [at])), x, at)));
  return divide(powers, keep(reduceSum(powers, [at]), x, at));
}

/** The logarithm of softmax. */
export function logSoftmax(x: Node, axis = -1): Node {
  const at = axis < 0 ? axis + x.shape.length : axis;
  const shifted = subtract(x, keep(detach(reduceMax(x, [at])), x, at));
  return subtract(shifted, keep(log(reduceSum(exp(shifted), [at])), x, at));
}
