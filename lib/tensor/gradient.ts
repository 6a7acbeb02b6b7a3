import { describeValue } from "../core/errors.ts";
import { formatShape } from "../core/shape.ts";
import { gradients } from "../graph/gradient.ts";
import { apply, type Node } from "../graph/node.ts";
import { reshapeOp } from "../graph/ops/layout.ts";
import { linkResults, schedule } from "./evaluate.ts";
import { Tensor } from "./tensor.ts";
import { trace } from "./tracing.ts";
import { flatten, rebuild, type Tree } from "./tree.ts";

/**
 * A function's value and its gradient, which has the form of the first argument. Itself a tree of
 * tensors, so that `jit` takes a function that gives it.
 */
export type ValueAndGradient<T> = {
  /** The function's result. */
  readonly value: Tensor;
  /** How the result changes with each number of the first argument. */
  readonly gradient: T;
};

/** A value and a gradient, and what the function computed on the way. */
export type ValueGradientAndAuxiliary<T, A> = ValueAndGradient<T> & {
  /** What the function returned beside the value. */
  readonly auxiliary: A;
};

/**
 * Turns a function with a scalar result into one that also gives the gradient with respect to its
 * first argument: a tensor, or arrays and objects of tensors (all the weights of a model). Tensors
 * that the function takes from around it are constants.
 *
 * In a loop, each call has the previous round's weights evaluated, so that every round is one run of
 * one program. What the loop carries beside them, as a momentum, is kept as well, after the first few
 * rounds have shown that it is needed again. What nobody reads and no weight depends on, as a running
 * sum of the losses, stays to be computed: await it now and then. The memory of the tensors of rounds past comes back whenever the loop waits: await
 * something in it now and then (the loss, say) where the weights are large.
 *
 * A function that returns `[value, others]` is differentiated by its value alone; the others (the
 * predictions, running statistics) come out beside it as `auxiliary`.
 *
 * ```ts
 * import { tensor, valueAndGradient } from "@striate/striate";
 * import type { Tensor } from "@striate/striate";
 *
 * const target = tensor([3, -1]);
 * const loss = (w: Tensor) => w.sub(target).square().sum();
 * let w = tensor([0, 0]);
 * for (let step = 0; step < 100; step++) {
 *   const { gradient } = valueAndGradient(loss)(w);
 *   w = w.sub(gradient.mul(0.1));
 * }
 * console.log(await w.text()); // tensor([ 3.0000, -1.0000], f32 [2])
 * ```
 *
 * @throws {TypeError} if the result is not a scalar of type f32, or a variable is not f32.
 */
export function valueAndGradient<T extends Tree, Rest extends unknown[]>(
  fn: (variables: T, ...rest: Rest) => Tensor,
): (variables: T, ...rest: Rest) => ValueAndGradient<T>;
/** The same for a function that returns others beside the value. */
export function valueAndGradient<T extends Tree, A extends Tree, Rest extends unknown[]>(
  fn: (variables: T, ...rest: Rest) => readonly [Tensor, A],
): (variables: T, ...rest: Rest) => ValueGradientAndAuxiliary<T, A>;
export function valueAndGradient<T extends Tree, Rest extends unknown[]>(
  fn: (variables: T, ...rest: Rest) => Tensor | readonly [Tensor, Tree],
): (variables: T, ...rest: Rest) => ValueAndGradient<T> {
  return (variables, ...rest) => {
    const list = flatten(variables, "valueAndGradient");
    for (const { dtype, shape } of list) {
      if (dtype === "f32") continue;
      throw new TypeError(
        `valueAndGradient: expected variables of type f32, found ${dtype} ${formatShape(shape)}; ` +
          "cast() it, or pass it as a further argument",
      );
    }
    schedule(list.map((t) => t.node));
    // Nodes of the function's own: whatever else depends on the variables is a constant to it,
    // computed by now or not.
    const aliases = list.map((t) => new Tensor(aliasOf(t.node), [t]));
    return trace(() => {
      const result = fn(rebuild(variables, aliases.values()), ...rest);
      const [value, auxiliary] = result instanceof Array ? result : [result, []];
      if (!(value instanceof Tensor)) {
        throw new TypeError(
          `valueAndGradient: expected the function to return a tensor, found ${
            describeValue(value)
          }`,
        );
      }
      const computed = flatten(auxiliary, "valueAndGradient: auxiliary").map((t) => t.node);
      const nodes = gradients(value.node, aliases.map((t) => t.node));
      linkResults(value.node, [...nodes, ...computed]);
      const parts = nodes.map((node) => new Tensor(node, [value]));
      return { value, gradient: rebuild(variables, parts.values()), auxiliary };
    });
  };
}

/** Another node for the same elements; the compiler takes it out again. */
function aliasOf(node: Node): Node {
  return apply(reshapeOp, [node], { shape: node.shape });
}

/**
 * Turns a function with a scalar result into the function of its gradient with respect to the first
 * argument. Gradients of gradients work too.
 *
 * ```ts
 * import { gradient, tensor } from "@striate/striate";
 * import type { Tensor } from "@striate/striate";
 * const cube = (x: Tensor) => x.mul(x).mul(x);
 * console.log(await gradient(cube)(tensor(2)).item()); // 12
 * console.log(await gradient(gradient(cube))(tensor(2)).item()); // 12
 * ```
 */
export function gradient<T extends Tree, Rest extends unknown[]>(
  fn: (variables: T, ...rest: Rest) => Tensor,
): (variables: T, ...rest: Rest) => T {
  const both = valueAndGradient(fn);
  return (variables, ...rest) => both(variables, ...rest).gradient;
}
