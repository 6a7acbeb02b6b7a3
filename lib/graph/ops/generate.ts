import type { DType } from "../../core/dtype.ts";
import type { Shape } from "../../core/shape.ts";
import { apply, defineOp, type Node } from "../node.ts";

/** The same number everywhere. Only for constants of a formula: data that changes is a leaf. */
export const literalOp = defineOp<{ value: number; shape: Shape; dtype: DType }>({
  name: "literal",
  kind: "generator",
  infer: (_, { shape, dtype }) => ({ shape, dtype }),
  step: (_, { value, dtype }) => ({ kind: "literal", value, dtype }),
});

/** The index along one axis. */
export const iotaOp = defineOp<{ axis: number; shape: Shape; dtype: DType }>({
  name: "iota",
  kind: "generator",
  infer: (_, { shape, dtype }) => ({ shape, dtype }),
  step: (_, { axis, dtype }) => ({ kind: "iota", axis, dtype }),
});

/**
 * Uniform f32 numbers in [0, 1), multiples of 2^-24. The input is i32 [3]: two words of a key and a
 * step. The number at row-major index i is the first word of Philox 4x32-10 under that key and the
 * counter (i, 0, step, stream), without its lowest 8 bits, times 2^-24: the same bits everywhere.
 */
export const randomUniformOp = defineOp<{ stream: number; shape: Shape }>({
  name: "randomUniform",
  kind: "elementwise",
  infer: ([state], { shape }) => {
    if (state?.dtype !== "i32" || state.shape.length !== 1 || state.shape[0] !== 3) {
      throw new TypeError("randomUniform: expected a state of type i32 [3]: key, key, step");
    }
    return { shape, dtype: "f32" };
  },
  gradient: () => [undefined],
  step: ({ inputs: [state] }, { stream }, whole) => (
    { kind: "randomUniform", input: whole(state!), stream, dtype: "f32" }
  ),
});

/** A tensor filled with `value`. */
export function literal(value: number, shape: Shape = [], dtype: DType = "f32"): Node {
  return apply(literalOp, [], { value, shape, dtype });
}

/** The number that a node is everywhere, if it is a literal. */
export function constantOf(node: Node): number | undefined {
  return node.is(literalOp) ? node.attributes.value : undefined;
}

/** The literal of a number in the place of a node, as the node's type keeps it. */
export function literalFor({ shape, dtype }: Node, value: number): Node {
  return literal(dtype === "f32" ? Math.fround(value) : value | 0, shape, dtype);
}

/** A tensor of `shape` that holds each element's index along `axis`. */
export function iota(shape: Shape, axis: number, dtype: DType = "i32"): Node {
  return apply(iotaOp, [], { axis, shape, dtype });
}

/** Uniform random numbers in [0, 1) from `state` (i32 [3]: key, key, step) and a stream number. */
export function randomUniform(state: Node, shape: Shape, stream: number): Node {
  return apply(randomUniformOp, [state], { stream, shape });
}
