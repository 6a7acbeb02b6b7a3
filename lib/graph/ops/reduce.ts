import { formatShape, normalizeAxis, type Shape, sizeOf } from "../../core/shape.ts";
import { registerType } from "../kernel.ts";
import { apply, type Node, type Op, type TensorType } from "../node.ts";
import { compare, convert, divide, multiply } from "./elementwise.ts";
import { constantOf, literalFor } from "./generate.ts";
import { broadcastTo, reshape } from "./layout.ts";

function inferReduce(name: string, x: TensorType, axes: readonly number[]): TensorType {
  if (x.dtype === "u8") throw new TypeError(`${name}: u8 is for storage only; cast() it first`);
  if (axes.some((axis) => x.shape[axis] === 0) && name !== "reduceSum") {
    throw new RangeError(`${name}: nothing to reduce in ${formatShape(x.shape)}`);
  }
  return { shape: x.shape.filter((_, axis) => !axes.includes(axis)), dtype: x.dtype };
}

/** The reduced value back under the shape that it was reduced from. */
function spread(reduced: Node, axes: readonly number[], shape: Shape): Node {
  return broadcastTo(reshape(reduced, shape.map((d, a) => axes.includes(a) ? 1 : d)), shape);
}

/** Over axes of size 1 there is nothing to combine. */
function withoutReduction(node: Node, axes: readonly number[]): Node {
  const x = node.inputs[0]!;
  return axes.every((axis) => x.shape[axis] === 1) ? reshape(x, node.shape) : node;
}

/** The sum over some axes, which disappear. */
export const reduceSumOp: Op<{ axes: readonly number[] }> = {
  name: "reduceSum",
  kind: "reduction",
  infer: ([x], { axes }) => inferReduce("reduceSum", x!, axes),
  gradient: (g, node, { axes }) => [spread(g, axes, node.inputs[0]!.shape)],
  simplify: (node, { axes }) => {
    const x = node.inputs[0]!, constant = constantOf(x);
    const simple = withoutReduction(node, axes);
    if (simple !== node || constant === undefined) return simple;
    return literalFor(node, constant * sizeOf(x.shape) / Math.max(1, sizeOf(node.shape)));
  },
  reduce: ({ axes }) => ({ combine: "sum", axes }),
};

/** The largest element over some axes, which disappear; elements that tie share the gradient. */
export const reduceMaxOp: Op<{ axes: readonly number[] }> = {
  name: "reduceMax",
  kind: "reduction",
  infer: ([x], { axes }) => inferReduce("reduceMax", x!, axes),
  gradient: (g, node, { axes }) => {
    const x = node.inputs[0]!;
    const winners = convert(compare("equal", x, spread(node, axes, x.shape)), "f32");
    const share = divide(g, reduceSum(winners, axes));
    return [multiply(winners, spread(share, axes, x.shape))];
  },
  simplify: (node, { axes }) => withoutReduction(node, axes),
  reduce: ({ axes }) => ({ combine: "max", axes }),
};

/** The index of the (first) largest element along an axis, as i32. */
export const argmaxOp: Op<{ axis: number }> = {
  name: "argmax",
  kind: "kernel",
  infer: ([x], { axis }) => ({
    shape: inferReduce("argmax", x!, [axis]).shape,
    dtype: "i32",
  }),
  gradient: () => [undefined],
  kernel: ({ inputs: [x] }, { axis }) => (
    { kind: "argmax", shape: x!.shape, axis, dtype: registerType(x!.dtype) }
  ),
};

function reduce(op: Op<{ axes: readonly number[] }>) {
  return (x: Node, axes: readonly number[] = x.shape.map((_, axis) => axis)): Node => {
    const list = [...new Set(axes.map((axis) => normalizeAxis(axis, x.shape.length, op.name)))];
    if (list.length === 0) return x;
    return apply(op, [x], { axes: list.sort((a, b) => a - b) });
  };
}

/** The sum over `axes` (all by default). */
export const reduceSum = reduce(reduceSumOp);
/** The maximum over `axes` (all by default). */
export const reduceMax = reduce(reduceMaxOp);

/** The index of the first largest element along `axis`. */
export function argmax(x: Node, axis: number): Node {
  return apply(argmaxOp, [x], {
    axis: normalizeAxis(axis, x.shape.length, "argmax"),
  });
}

/** The rows of this module. */
export const ops: readonly Op[] = [reduceSumOp, reduceMaxOp, argmaxOp];
