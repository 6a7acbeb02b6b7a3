import {
  checkShape,
  formatShape,
  normalizeAxis,
  sameShape,
  type Shape,
  sizeOf,
} from "../../core/shape.ts";
import { type Coordinate, registerType } from "../kernel.ts";
import { apply, defineOp, type Node, type Op } from "../node.ts";
import { convert } from "./elementwise.ts";
import { constantOf, literal } from "./generate.ts";
import { reduceSum } from "./reduce.ts";

// elementwise.ts, layout.ts and reduce.ts import each other, the only circle of imports: gradients
// and cheaper forms of their ops need one another, but only once all three modules are there.

/** Stretches axes of size 1, and adds axes in front, as NumPy does. */
export const broadcastOp = defineOp<{ shape: Shape }>({
  name: "broadcast",
  kind: "view",
  infer: ([x], { shape }) => {
    const missing = shape.length - x!.shape.length;
    if (missing < 0 || x!.shape.some((d, axis) => d !== 1 && d !== shape[axis + missing])) {
      throw new TypeError(
        `broadcast: ${formatShape(x!.shape)} does not stretch to ${formatShape(shape)}`,
      );
    }
    return { shape, dtype: x!.dtype };
  },
  gradient: (g, node) => {
    const shape = node.inputs[0]!.shape;
    const missing = g.shape.length - shape.length;
    const axes = g.shape.map((_, axis) => axis).filter((axis) =>
      axis < missing || (shape[axis - missing] === 1 && g.shape[axis] !== 1)
    );
    return [reshape(reduceSum(g, axes), shape)];
  },
  simplify: (node) => broadcastTo(node.inputs[0]!, node.shape),
  view: (coordinates, node) => {
    const shape = node.inputs[0]!.shape;
    const missing = node.shape.length - shape.length;
    return shape.map((dimension, axis) =>
      dimension === node.shape[axis + missing]
        ? coordinates[axis + missing]!
        : { axis: -1, coefficient: 0, offset: 0 }
    );
  },
});

/** The same elements in the same order under another shape. */
export const reshapeOp: Op<{ shape: Shape }> = defineOp({
  name: "reshape",
  kind: "alias",
  infer: ([x], { shape }) => {
    if (sizeOf(shape) !== sizeOf(x!.shape)) {
      throw new TypeError(
        `reshape: ${formatShape(x!.shape)} has ${sizeOf(x!.shape)} elements and cannot become ` +
          `${formatShape(shape)} with ${sizeOf(shape)}`,
      );
    }
    return { shape, dtype: x!.dtype };
  },
  gradient: (g, node) => [reshape(g, node.inputs[0]!.shape)],
  simplify: ({ inputs, shape }) => {
    const x = inputs[0]!, constant = constantOf(x);
    // No kernel stores u8, so what has to be copied is copied as i32.
    if (x.dtype === "u8" && x.op.kind === "view") return reshape(convert(x, "i32"), shape);
    if (constant !== undefined) return literal(constant, shape, x.dtype);
    return reshape(x.is(reshapeOp) ? x.inputs[0]! : x, shape);
  },
});

/** Axis i of the result is axis permutation[i] of the input. */
export const transposeOp = defineOp<{ permutation: readonly number[] }>({
  name: "transpose",
  kind: "view",
  infer: ([x], { permutation }) => {
    const rank = x!.shape.length;
    const sorted = [...permutation].sort((a, b) => a - b);
    if (permutation.length !== rank || sorted.some((axis, i) => axis !== i)) {
      throw new RangeError(
        `transpose: expected each axis of ${formatShape(x!.shape)} once, found ` +
          `[${permutation.join(", ")}]`,
      );
    }
    return { shape: permutation.map((axis) => x!.shape[axis]!), dtype: x!.dtype };
  },
  gradient: (g, _, { permutation }) => {
    const inverse: number[] = [];
    permutation.forEach((axis, i) => inverse[axis] = i);
    return [transpose(g, inverse)];
  },
  simplify: (node, { permutation }) => {
    const x = node.inputs[0]!;
    if (permutation.every((axis, i) => axis === i)) return x;
    // Moving axes of size 1 about does not move any element.
    const moving = permutation.filter((axis) => x.shape[axis] !== 1);
    return moving.every((axis, i) => i === 0 || axis > moving[i - 1]!)
      ? reshape(x, node.shape)
      : node;
  },
  view: (coordinates, _, { permutation }) => {
    const result: Coordinate[] = [];
    permutation.forEach((axis, i) => result[axis] = coordinates[i]!);
    return result;
  },
});

/** Every stride-th element from start, size of them, along each axis. */
export const sliceOp = defineOp<{
  start: readonly number[];
  size: readonly number[];
  stride: readonly number[];
}>({
  name: "slice",
  kind: "view",
  infer: ([x], { start, size, stride }) => {
    x!.shape.forEach((dimension, axis) => {
      const last = start[axis]! + (size[axis]! - 1) * stride[axis]!;
      const whole = [start[axis]!, size[axis]!, stride[axis]!].every(Number.isInteger);
      if (!whole || start[axis]! < 0 || size[axis]! < 0 || stride[axis]! < 1 || last >= dimension) {
        throw new RangeError(
          `slice: start ${start[axis]}, size ${size[axis]}, stride ${stride[axis]} leave axis ` +
            `${axis} of ${formatShape(x!.shape)}`,
        );
      }
    });
    return { shape: size, dtype: x!.dtype };
  },
  gradient: (g, node, { start, stride }) => {
    const shape = node.inputs[0]!.shape;
    return [pad(
      g,
      start,
      shape.map((d, a) => d - start[a]! - Math.max(0, (g.shape[a]! - 1) * stride[a]! + 1)),
      stride.map((s) => s - 1),
    )];
  },
  simplify: (node) => sameShape(node.shape, node.inputs[0]!.shape) ? node.inputs[0]! : node,
  view: (coordinates, _, { start, stride }) =>
    coordinates.map(({ axis, coefficient, offset }, i) => ({
      axis,
      coefficient: coefficient * stride[i]!,
      offset: offset * stride[i]! + start[i]!,
    })),
});

/** The elements of some axes in reverse. */
export const reverseOp = defineOp<{ axes: readonly number[] }>({
  name: "reverse",
  kind: "view",
  infer: ([x]) => x!,
  gradient: (g, _, { axes }) => [reverse(g, axes)],
  view: (coordinates, node, { axes }) =>
    coordinates.map((c, i) =>
      axes.includes(i)
        ? { axis: c.axis, coefficient: -c.coefficient, offset: node.shape[i]! - 1 - c.offset }
        : c
    ),
});

/**
 * A frame of `value`: `low` elements before, `high` after, and `interior` between neighbours of
 * each axis (StableHLO's pad, without negative amounts).
 */
export const padOp = defineOp<{
  low: readonly number[];
  high: readonly number[];
  interior: readonly number[];
  value: number;
}>({
  name: "pad",
  kind: "kernel",
  infer: ([x], { low, high, interior }) => {
    if (x!.dtype === "u8") throw new TypeError("pad: u8 is for storage only; cast() it first");
    const shape = x!.shape.map((dimension, axis) =>
      low[axis]! + high[axis]! + dimension + Math.max(0, dimension - 1) * interior[axis]!
    );
    if ([...low, ...high, ...interior].some((n) => !Number.isInteger(n) || n < 0)) {
      throw new RangeError(
        `pad: expected integers of at least 0, found low [${low}], high [${high}], interior [${interior}]`,
      );
    }
    return { shape, dtype: x!.dtype };
  },
  gradient: (g, node, { low, interior }) => {
    return [slice(g, low, node.inputs[0]!.shape, interior.map((n) => n + 1))];
  },
  kernel: ({ inputs: [x], shape, dtype }, { low, interior, value }) => ({
    kind: "pad",
    ...mergedPad(x!.shape, shape, low, interior),
    value,
    dtype: registerType(dtype),
  }),
});

/** Axes that are copied whole join the axis before them. */
function mergedPad(
  input: Shape,
  output: Shape,
  low: readonly number[],
  interior: readonly number[],
) {
  const axes: { input: number; output: number; low: number; interior: number }[] = [];
  input.forEach((size, axis) => {
    const outer = axes.at(-1);
    if (outer?.interior === 0 && size === output[axis]) {
      outer.input *= size;
      outer.output *= size;
      outer.low *= size;
    } else {
      axes.push({ input: size, output: output[axis]!, low: low[axis]!, interior: interior[axis]! });
    }
  });
  return {
    input: axes.map(({ input }) => input),
    output: axes.map(({ output }) => output),
    low: axes.map(({ low }) => low),
    interior: axes.map(({ interior }) => interior),
  };
}

/** The inputs one after another along an axis. */
export const concatenateOp = defineOp<{ axis: number }>({
  name: "concatenate",
  kind: "kernel",
  infer: (inputs, { axis }) => {
    const first = inputs[0]!;
    if (first.dtype === "u8") {
      throw new TypeError("concatenate: u8 is for storage only; cast() it first");
    }
    for (const other of inputs) {
      const fits = other.shape.length === first.shape.length &&
        other.shape.every((dimension, a) => a === axis || dimension === first.shape[a]);
      if (!fits) {
        throw new TypeError(
          `concatenate: shapes ${formatShape(first.shape)} and ${formatShape(other.shape)} ` +
            `differ outside axis ${axis}`,
        );
      }
      if (other.dtype !== first.dtype) {
        throw new TypeError(
          `concatenate: expected one type, found ${first.dtype} and ${other.dtype}`,
        );
      }
    }
    const total = inputs.reduce((sum, other) => sum + other.shape[axis]!, 0);
    return { shape: first.shape.map((d, a) => a === axis ? total : d), dtype: first.dtype };
  },
  gradient: (g, node, { axis }) => {
    let at = 0;
    return node.inputs.map((x) => {
      const start = x.shape.map((_, a) => a === axis ? at : 0);
      at += x.shape[axis]!;
      return slice(g, start, x.shape);
    });
  },
  kernel: ({ inputs, shape, dtype }, { axis }) => ({
    kind: "concatenate",
    outer: sizeOf(shape.slice(0, axis)),
    inner: inputs.map((input) => sizeOf(input.shape.slice(axis))),
    dtype: registerType(dtype),
  }),
});

/** `x` stretched to `shape`; `x` itself where nothing changes. */
export function broadcastTo(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  const constant = constantOf(x);
  if (constant !== undefined) return literal(constant, shape, x.dtype);
  return apply(broadcastOp, [x], { shape });
}

/** `x` under another shape with as many elements; one size may be -1 and is then worked out. */
export function reshape(x: Node, shape: Shape): Node {
  checkShape(Array.isArray(shape) ? shape.map((d) => d === -1 ? 1 : d) : shape, "reshape");
  if (shape.includes(-1)) {
    if (shape.filter((d) => d === -1).length > 1) {
      throw new TypeError(`reshape: at most one size may be -1, found [${shape.join(", ")}]`);
    }
    const known = shape.reduce((product, d) => d === -1 ? product : product * d, 1);
    shape = shape.map((d) => d === -1 ? sizeOf(x.shape) / known : d);
    if (shape.some((d) => !Number.isInteger(d))) {
      throw new TypeError(
        `reshape: ${formatShape(x.shape)} has ${sizeOf(x.shape)} elements, not a multiple of ` +
          `${known}`,
      );
    }
  }
  return sameShape(x.shape, shape) ? x : apply(reshapeOp, [x], { shape: [...shape] });
}

/** `x` with its axes in another order; by default reversed. */
export function transpose(x: Node, permutation?: readonly number[]): Node {
  const axes = permutation ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
  return apply(transposeOp, [x], { permutation: axes });
}

/** A block of `x` from `start`, `size` elements along each axis, every `stride`-th. */
export function slice(
  x: Node,
  start: readonly number[],
  size: readonly number[],
  stride: readonly number[] = x.shape.map(() => 1),
): Node {
  for (const [name, list] of Object.entries({ start, size, stride })) {
    if (list.length !== x.shape.length) {
      throw new TypeError(
        `slice: expected ${x.shape.length} numbers in ${name} for ${formatShape(x.shape)}, found ` +
          `${list.length}`,
      );
    }
  }
  return apply(sliceOp, [x], { start, size, stride });
}

/** `x` with some axes in reverse order. */
export function reverse(x: Node, axes: readonly number[]): Node {
  const normal = axes.map((axis) => normalizeAxis(axis, x.shape.length, "reverse"));
  return apply(reverseOp, [x], { axes: normal });
}

/** `x` in a frame of `value`. */
export function pad(
  x: Node,
  low: readonly number[],
  high: readonly number[],
  interior: readonly number[] = x.shape.map(() => 0),
  value = 0,
): Node {
  if ([low, high, interior].some((list) => list.length !== x.shape.length)) {
    throw new TypeError(`pad: expected ${x.shape.length} numbers each for ${formatShape(x.shape)}`);
  }
  if ([...low, ...high, ...interior].every((n) => n === 0)) return x;
  return apply(padOp, [x], { low, high, interior, value });
}

/** The inputs one after another along `axis`. */
export function concatenate(inputs: readonly Node[], axis: number): Node {
  if (inputs.length === 0) throw new TypeError("concatenate: expected at least one input");
  const index = normalizeAxis(axis, inputs[0]!.shape.length, "concatenate");
  return inputs.length === 1 ? inputs[0]! : apply(concatenateOp, inputs, { axis: index });
}
