import { describeValue } from "../core/errors.ts";
import type { Node } from "../graph/node.ts";
import { withGradient as withGradientNode } from "../graph/ops/with_gradient.ts";
import { checkTensor, Tensor } from "./tensor.ts";

/**
 * The gradients of the inputs of a function, given the gradient of its result: one for each input,
 * of the input's shape; undefined for an input that has none.
 */
export type BackwardFunction<Inputs extends readonly Tensor[]> = (
  gradient: Tensor,
  inputs: Inputs,
  result: Tensor,
) => Tensor | readonly (Tensor | undefined)[];

/**
 * A function of tensors that brings its own gradient: `forward` computes it, `backward` says what
 * becomes of the gradient of its result. For gradients that the operations themselves do not have (a
 * rounding that lets gradients through) or that are meant to differ (guided back-propagation).
 * Known elsewhere as `custom_vjp` (JAX) or `autograd.Function` (PyTorch).
 *
 * ```ts
 * import { gradient, tensor, withGradient } from "@striate/striate";
 * import type { Tensor } from "@striate/striate";
 * const round = withGradient((x: Tensor) => x.round(), (g) => g); // straight through
 * const slope = gradient((x: Tensor) => round(x).mul(3).sum())(tensor([0.2, 0.7]));
 * console.log(await slope.array()); // [3, 3]
 * ```
 *
 * @throws {TypeError} when it is differentiated, if `backward` gives anything but a tensor of each
 * input's shape.
 */
export function withGradient<Inputs extends readonly Tensor[]>(
  forward: (...inputs: Inputs) => Tensor,
  backward: BackwardFunction<Inputs>,
): (...inputs: Inputs) => Tensor {
  return (...inputs) => {
    for (const x of inputs) checkTensor(x, "withGradient");
    const value = forward(...inputs);
    checkTensor(value, "withGradient: forward");
    const node = withGradientNode(value.node, inputs.map((x) => x.node), (g, result) => {
      const slopes = backward(new Tensor(g), inputs, new Tensor(result));
      return checkSlopes(slopes instanceof Tensor ? [slopes] : slopes, inputs);
    });
    return new Tensor(node, [value, ...inputs]);
  };
}

function checkSlopes(
  slopes: readonly (Tensor | undefined)[],
  inputs: readonly Tensor[],
): (Node | undefined)[] {
  if (!Array.isArray(slopes) || slopes.length !== inputs.length) {
    throw new TypeError(
      `withGradient: backward: expected a gradient for each of the ${inputs.length} inputs, ` +
        `found ${Array.isArray(slopes) ? slopes.length : describeValue(slopes)}`,
    );
  }
  return inputs.map((input, i) => {
    const slope: Tensor | undefined = slopes[i];
    if (slope === undefined) return undefined;
    checkTensor(slope, `withGradient: backward: input ${i}`, input);
    return slope.node;
  });
}
