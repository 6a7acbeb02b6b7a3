import { apply, defineOp, type Node } from "../node.ts";

/** The gradients of the inputs of a value, given the value's gradient and the value itself. */
export type Backward = (gradient: Node, result: Node) => readonly (Node | undefined)[];

/**
 * The first input, whose gradient somebody else has brought: it goes to the other inputs, by
 * `backward`, and not into what the first was computed from. Only differentiation tells it from
 * its first input, so nothing of it is compiled.
 */
export const withGradientOp = defineOp<{ readonly backward: Backward }>({
  name: "withGradient",
  kind: "alias",
  infer: ([value]) => value!,
  gradient: (g, node, { backward }) => [undefined, ...backward(g, node)],
  simplify: (node) => node.inputs[0]!,
});

/** `value`, with `backward` to give the gradients of `inputs`. */
export function withGradient(value: Node, inputs: readonly Node[], backward: Backward): Node {
  return apply(withGradientOp, [value, ...inputs], { backward });
}
