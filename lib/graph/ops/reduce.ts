import { formatShape, normalizeAxis, type Shape, sizeOf } from "../../core/shape.ts";
import { type CombineName, combines } from "../combine.ts";
import { registerType } from "../kernel.ts";
import { apply, defineOp, type Node, type Op, type TensorType } from "../node.ts";
import { compare, convert, divide, multiply } from "./elementwise.ts";
import { constantOf, literal, literalFor } from "./generate.ts";
import { broadcastTo, concatenate, pad, reshape, slice, transpose } from "./layout.ts";

// elementwise.ts, layout.ts and reduce.ts import each other, the only circle of imports: gradients
// and cheaper forms of their ops need one another, but only once all three modules are there.

type Axes = { readonly axes: readonly number[] };

function inferReduce(
  name: string,
  x: TensorType,
  axes: readonly number[],
  identity = Infinity,
): TensorType {
  if (x.dtype === "u8") throw new TypeError(`${name}: u8 is for storage only; cast() it first`);
  if (axes.some((axis) => x.shape[axis] === 0) && !Number.isFinite(identity)) {
    throw new RangeError(`${name}: nothing to reduce in ${formatShape(x.shape)}`);
  }
  return { shape: x.shape.filter((_, axis) => !axes.includes(axis)), dtype: x.dtype };
}

/** The reduced value back under the shape that it was reduced from. */
function spread(reduced: Node, axes: readonly number[], shape: Shape): Node {
  return broadcastTo(reshape(reduced, shape.map((d, a) => axes.includes(a) ? 1 : d)), shape);
}

/**
 * A builder of nodes over some axes (all by default), which disappear, with the row of their op.
 * `fold` is the result for `count` equal numbers.
 */
function reduction(
  name: string,
  combine: CombineName,
  gradient: (g: Node, y: Node, x: Node, axes: readonly number[]) => Node,
  fold?: (value: number, count: number) => number,
): ((x: Node, axes?: readonly number[]) => Node) & { readonly op: Op } {
  const op = defineOp<Axes>({
    name,
    kind: "reduction",
    infer: ([x], { axes }) => inferReduce(name, x!, axes, combines[combine].identity.f32),
    gradient: (g, y, { axes }) => [gradient(g, y, y.inputs[0]!, axes)],
    simplify: (y, { axes }) => {
      const x = y.inputs[0]!, constant = constantOf(x);
      if (axes.every((axis) => x.shape[axis] === 1)) return reshape(x, y.shape);
      if (fold === undefined || constant === undefined) return y;
      return literalFor(y, fold(constant, sizeOf(x.shape) / Math.max(1, sizeOf(y.shape))));
    },
    reduce: ({ axes }) => ({ combine, axes }),
  });
  const build = (x: Node, axes: readonly number[] = x.shape.map((_, axis) => axis)) => {
    const list = [...new Set(axes.map((axis) => normalizeAxis(axis, x.shape.length, name)))];
    return list.length === 0 ? x : apply(op, [x], { axes: list.sort((a, b) => a - b) });
  };
  return Object.assign(build, { op });
}

/** The sum over some axes. */
export const reduceSum = reduction(
  "reduceSum",
  "sum",
  (g, _, x, axes) => spread(g, axes, x.shape),
  (value, count) => value * count,
);

/** The product over some axes. */
export const reduceProduct = reduction("reduceProduct", "product", (g, _, x, axes) => {
  const all = x.shape.map((_, axis) => axis);
  const order = [...all.filter((axis) => !axes.includes(axis)), ...axes];
  const moved = transpose(x, order);
  const rows = reshape(moved, [sizeOf(g.shape), sizeOf(axes.map((axis) => x.shape[axis]!))]);
  const others = reshape(productsOfOthers(rows), moved.shape);
  return multiply(spread(g, axes, x.shape), transpose(others, all.map((i) => order.indexOf(i))));
});

/**
 * For each element of the rows of a matrix, the product of the others, without a division, so that
 * zeros are elements like any other: each half is multiplied by the other, and what is missing from
 * the products follows by the same rule from rows of half the length.
 */
function productsOfOthers(x: Node): Node {
  const [rows, length] = x.shape as [number, number];
  if (length < 2) return literal(1, x.shape);
  const half = Math.ceil(length / 2);
  const first = slice(x, [0, 0], [rows, half]);
  const rest = slice(x, [0, half], [rows, length - half]);
  const second = pad(rest, [0, 0], [0, 2 * half - length], [0, 0], 1);
  const others = productsOfOthers(multiply(first, second));
  const both = concatenate([multiply(others, second), multiply(others, first)], 1);
  return slice(both, [0, 0], [rows, length]);
}

/** Elements that tie share the gradient. */
function extremumGradient(g: Node, y: Node, x: Node, axes: readonly number[]): Node {
  const winners = convert(compare("equal", x, spread(y, axes, x.shape)), "f32");
  const share = divide(g, reduceSum(winners, axes));
  return multiply(winners, spread(share, axes, x.shape));
}

/** The largest element over some axes; NaN where there is one. */
export const reduceMax = reduction("reduceMax", "max", extremumGradient);

/** The smallest element over some axes; NaN where there is one. */
export const reduceMin = reduction("reduceMin", "min", extremumGradient);

/** The index of the (first) largest element along an axis, as i32. */
export const argmaxOp = defineOp<{ axis: number }>({
  name: "argmax",
  kind: "kernel",
  infer: ([x], { axis }) => ({ shape: inferReduce("argmax", x!, [axis]).shape, dtype: "i32" }),
  gradient: () => [undefined],
  kernel: ({ inputs: [x] }, { axis }) => (
    { kind: "argmax", shape: x!.shape, axis, dtype: registerType(x!.dtype) }
  ),
});

/** The index of the first largest element along `axis`. */
export function argmax(x: Node, axis: number): Node {
  return apply(argmaxOp, [x], { axis: normalizeAxis(axis, x.shape.length, "argmax") });
}
