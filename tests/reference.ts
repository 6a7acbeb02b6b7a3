/**
 * The oracle that everything else is compared with: the op table again, in plain loops over f64,
 * written to be obviously right and for nothing else. It shares no code with the compiler or the
 * devices.
 *
 * @module
 */
import { philox } from "../lib/core/random.ts";
import { type Shape, sizeOf } from "../lib/core/shape.ts";
import { type Node, topologicalOrder } from "../lib/graph/node.ts";

/** Computes a node's elements from its inputs' elements, all row-major. */
type Rule = (node: Node, inputs: readonly Float64Array[]) => Float64Array;

/** The elements of each root, given those of each leaf. */
export function evaluate(
  roots: readonly Node[],
  leaves: ReadonlyMap<Node, ArrayLike<number>>,
): Float64Array[] {
  const values = new Map<Node, Float64Array>();
  for (const node of topologicalOrder(roots)) {
    const rule = rules[node.op.name];
    const data = leaves.get(node);
    if (data !== undefined) values.set(node, Float64Array.from(data));
    else if (rule === undefined) throw new Error(`reference: no rule for ${node.op.name}`);
    else values.set(node, rule(node, node.inputs.map((input) => values.get(input)!)));
    if (values.get(node)!.length !== sizeOf(node.shape)) {
      throw new Error(`reference: ${node.op.name} has a wrong number of elements`);
    }
  }
  return roots.map((root) => values.get(root)!);
}

/** Calls `visit` with each index of `shape` in row-major order; the array is the same each time. */
function each(shape: Shape, visit: (index: number[], position: number) => void): void {
  const index = shape.map(() => 0), size = sizeOf(shape);
  for (let position = 0; position < size; position++) {
    visit(index, position);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) {
      index[axis] = 0;
    }
  }
}

/** A new array whose element at each index of `shape` is `element(index, position)`. */
function fill(shape: Shape, element: (index: number[], position: number) => number): Float64Array {
  const result = new Float64Array(sizeOf(shape));
  each(shape, (index, position) => result[position] = element(index, position));
  return result;
}

/** The row-major position of an index. */
function at(shape: Shape, index: readonly number[]): number {
  let position = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    position = position * shape[axis]! + index[axis]!;
  }
  return position;
}

/** The settings of a node, whatever its op. */
// deno-lint-ignore no-explicit-any
const settings = (node: Node): any => node.attributes;

// Element-wise: one function of the operands' elements. `wrap` keeps i32 results in 32 bits.

function elementwise(f: (...operands: number[]) => number): Rule {
  return (node, inputs) =>
    fill(node.shape, (_, i) => {
      const y = f(...inputs.map((input) => input[i]!));
      return node.dtype === "i32" ? y | 0 : y;
    });
}

/** 2/sqrt(pi) exp(-x^2) sum of 2^n x^(2n+1) / (2n+1)!!, whose terms all have one sign. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x, sum = x;
  for (let n = 1; n < 200; n++) sum += term *= 2 * x * x / (2 * n + 1);
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
}

/** To the nearest integer, halves to the even one. */
function roundToEven(x: number): number {
  const down = Math.floor(x);
  if (x - down === 0.5) return down % 2 === 0 ? down : down + 1;
  return Math.round(x);
}

const comparisons: Record<string, (a: number, b: number) => boolean> = {
  equal: (a, b) => a === b,
  notEqual: (a, b) => a !== b,
  less: (a, b) => a < b,
  lessOrEqual: (a, b) => a <= b,
  greater: (a, b) => a > b,
  greaterOrEqual: (a, b) => a >= b,
};

const compare: Rule = (node, inputs) => {
  const holds = comparisons[settings(node).direction]!;
  return elementwise((a, b) => holds(a!, b!) ? 1 : 0)(node, inputs);
};

const multiply: Rule = (node, inputs) =>
  elementwise(node.dtype === "i32" ? Math.imul : (a, b) => a! * b!)(node, inputs);

// Generators.

const randomUniform: Rule = (node, [state]) => {
  const [key0, key1, step] = [...state!].map((word) => word >>> 0) as [number, number, number];
  const stream = settings(node).stream;
  return fill(
    node.shape,
    (_, i) => (philox(key0, key1, i, 0, step, stream)[0]! >>> 8) * 2 ** -24,
  );
};

// Layout: where each element of the result comes from.

const broadcast: Rule = (node, [x]) => {
  const from = node.inputs[0]!.shape, missing = node.shape.length - from.length;
  return fill(
    node.shape,
    (index) => x![at(from, from.map((size, a) => size === 1 ? 0 : index[a + missing]!))]!,
  );
};

const transpose: Rule = (node, [x]) => {
  const from = node.inputs[0]!.shape, { permutation } = settings(node);
  return fill(node.shape, (index) => {
    const source: number[] = [];
    permutation.forEach((axis: number, i: number) => source[axis] = index[i]!);
    return x![at(from, source)]!;
  });
};

const slice: Rule = (node, [x]) => {
  const from = node.inputs[0]!.shape, { start, stride } = settings(node);
  return fill(node.shape, (index) => x![at(from, index.map((i, a) => start[a] + i * stride[a]))]!);
};

const reverse: Rule = (node, [x]) => {
  const { axes } = settings(node), { shape } = node;
  return fill(
    shape,
    (index) => x![at(shape, index.map((i, a) => axes.includes(a) ? shape[a]! - 1 - i : i))]!,
  );
};

const pad: Rule = (node, [x]) => {
  const { low, interior, value } = settings(node);
  const result = fill(node.shape, () => value);
  each(node.inputs[0]!.shape, (index, i) => {
    const target = index.map((k, a) => low[a] + k * (1 + interior[a]));
    result[at(node.shape, target)] = x![i]!;
  });
  return result;
};

const concatenate: Rule = (node, inputs) => {
  const { axis } = settings(node);
  return fill(node.shape, (index) => {
    const source = [...index];
    let which = 0;
    while (source[axis]! >= node.inputs[which]!.shape[axis]!) {
      source[axis]! -= node.inputs[which++]!.shape[axis]!;
    }
    return inputs[which]![at(node.inputs[which]!.shape, source)]!;
  });
};

// Reductions.

function reduce(start: number, combine: (a: number, b: number) => number): Rule {
  return (node, [x]) => {
    const { axes } = settings(node);
    const result = fill(node.shape, () => start);
    each(node.inputs[0]!.shape, (index, i) => {
      const target = at(node.shape, index.filter((_, axis) => !axes.includes(axis)));
      result[target] = combine(result[target]!, x![i]!);
    });
    return node.dtype === "i32" ? result.map((y) => y | 0) : result;
  };
}

const argmax: Rule = (node, [x]) => {
  const from = node.inputs[0]!.shape, { axis } = settings(node);
  return fill(node.shape, (index) => {
    let best = 0;
    const value = (k: number) => x![at(from, index.toSpliced(axis, 0, k))]!;
    // NaN is the largest.
    const beats = (a: number, b: number) => a > b || (Number.isNaN(a) && !Number.isNaN(b));
    for (let k = 1; k < from[axis]!; k++) if (beats(value(k), value(best))) best = k;
    return best;
  });
};

// Products.

const matmul: Rule = (node, [a, b]) => {
  const [aShape, bShape] = node.inputs.map((input) => input.shape) as [Shape, Shape];
  const { transposeA, transposeB } = settings(node);
  const inner = aShape.at(transposeA ? -2 : -1)!;
  return fill(node.shape, (index) => {
    const batch = index.slice(0, -2), [i, j] = index.slice(-2) as [number, number];
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      const left = transposeA ? [k, i] : [i, k], right = transposeB ? [j, k] : [k, j];
      sum += a![at(aShape, [...batch, ...left])]! * b![at(bShape, [...batch, ...right])]!;
    }
    return sum;
  });
};

/**
 * Every product of a convolution: `visit` gets the positions of an image's, a kernel's and an
 * output's element that belong together. The three convolution ops are this one relation.
 */
function convolve(
  [image, kernel, output]: readonly Shape[],
  // deno-lint-ignore no-explicit-any
  { stride, padding, dilation, groups }: any,
  visit: (image: number, kernel: number, output: number) => void,
): void {
  const filtersPerGroup = kernel![3]! / groups;
  const window = kernel!.slice(0, 3);
  each(output!, ([n, row, column, filter], position) => {
    each(window, ([i, j, channel]) => {
      const y = row! * stride[0] - padding[0] + i! * dilation[0];
      const x = column! * stride[1] - padding[2] + j! * dilation[1];
      if (y >= 0 && y < image![1]! && x >= 0 && x < image![2]!) {
        const group = Math.floor(filter! / filtersPerGroup);
        visit(
          at(image!, [n!, y, x, group * kernel![2]! + channel!]),
          at(kernel!, [i!, j!, channel!, filter!]),
          position,
        );
      }
    });
  });
}

const conv2d: Rule = (node, [image, kernel]) => {
  const result = fill(node.shape, () => 0);
  const shapes = [...node.inputs.map((input) => input.shape), node.shape];
  convolve(shapes, settings(node), (i, k, o) => result[o]! += image![i]! * kernel![k]!);
  return result;
};

const conv2dInputGradient: Rule = (node, [output, kernel]) => {
  const result = fill(node.shape, () => 0);
  const shapes = [node.shape, node.inputs[1]!.shape, node.inputs[0]!.shape];
  convolve(shapes, settings(node), (i, k, o) => result[i]! += output![o]! * kernel![k]!);
  return result;
};

const conv2dKernelGradient: Rule = (node, [image, output]) => {
  const result = fill(node.shape, () => 0);
  const shapes = [node.inputs[0]!.shape, node.shape, node.inputs[1]!.shape];
  convolve(shapes, settings(node), (i, k, o) => result[k]! += image![i]! * output![o]!);
  return result;
};

// Windows.

/** Every element of every window, window by window, each in row-major order. */
function slide(
  [image, output]: readonly Shape[],
  // deno-lint-ignore no-explicit-any
  { window, stride, padding }: any,
  visit: (image: number, output: number) => void,
): void {
  each(output!, ([n, row, column, channel], position) => {
    each(window, ([i, j]) => {
      const y = row! * stride[0] - padding[0] + i!, x = column! * stride[1] - padding[2] + j!;
      if (y >= 0 && y < image![1]! && x >= 0 && x < image![2]!) {
        visit(at(image!, [n!, y, x, channel!]), position);
      }
    });
  });
}

const windowMax: Rule = (node, [image]) => {
  const result = fill(node.shape, () => -Infinity);
  slide(
    [node.inputs[0]!.shape, node.shape],
    settings(node),
    (i, o) => result[o] = Math.max(result[o]!, image![i]!),
  );
  return result;
};

const windowMaxGradient: Rule = (node, [image, maxima, g]) => {
  const result = fill(node.shape, () => 0);
  // The first element that equals the maximum, or the last NaN.
  const winners = new Map<number, number>();
  slide([node.shape, node.inputs[1]!.shape], settings(node), (i, o) => {
    const isNan = Number.isNaN(image![i]) && Number.isNaN(maxima![o]);
    if (isNan || (image![i] === maxima![o] && !winners.has(o))) winners.set(o, i);
  });
  for (const [o, i] of winners) result[i]! += g![o]!;
  return result;
};

const windowSum: Rule = (node, [image]) => {
  const result = fill(node.shape, () => 0);
  const shapes = [node.inputs[0]!.shape, node.shape];
  slide(shapes, settings(node), (i, o) => result[o]! += image![i]!);
  return result;
};

const windowSumGradient: Rule = (node, [g]) => {
  const result = fill(node.shape, () => 0);
  const shapes = [node.shape, node.inputs[0]!.shape];
  slide(shapes, settings(node), (i, o) => result[i]! += g![o]!);
  return result;
};

// Rows picked by number: from the end where it is below 0, the first or last where it is outside.

const rowOf = (index: number, rows: number) =>
  Math.min(Math.max(index < 0 ? index + rows : index, 0), rows - 1);

const gather: Rule = (node, [x, indices]) => {
  const [rows, ...row] = node.inputs[0]!.shape, width = sizeOf(row);
  return fill(node.shape, (_, i) => {
    const from = rowOf(indices![Math.floor(i / width)]!, rows!);
    return x![from * width + i % width]!;
  });
};

const scatterAdd: Rule = (node, [updates, indices]) => {
  const [rows, ...row] = node.shape, width = sizeOf(row);
  const result = fill(node.shape, () => 0);
  updates!.forEach((update, i) => {
    const to = rowOf(indices![Math.floor(i / width)]!, rows!);
    result[to * width + i % width]! += update;
  });
  return result;
};

/** How each op of the table is computed, by name. */
export const rules: Readonly<Record<string, Rule>> = {
  leaf: (node) => {
    throw new Error(`reference: no data for a leaf [${node.shape}]`);
  },

  negate: elementwise((x) => -x!),
  abs: elementwise((x) => Math.abs(x!)),
  sign: elementwise((x) => Math.sign(x!)),
  exp: elementwise((x) => Math.exp(x!)),
  log: elementwise((x) => Math.log(x!)),
  sqrt: elementwise((x) => Math.sqrt(x!)),
  rsqrt: elementwise((x) => 1 / Math.sqrt(x!)),
  sin: elementwise((x) => Math.sin(x!)),
  cos: elementwise((x) => Math.cos(x!)),
  tanh: elementwise((x) => Math.tanh(x!)),
  logistic: elementwise((x) => 1 / (1 + Math.exp(-x!))),
  erf: elementwise((x) => erf(x!)),
  relu: elementwise((x) => Math.max(x!, 0)),
  floor: elementwise((x) => Math.floor(x!)),
  ceil: elementwise((x) => Math.ceil(x!)),
  round: elementwise((x) => roundToEven(x!)),
  add: elementwise((a, b) => a! + b!),
  subtract: elementwise((a, b) => a! - b!),
  multiply,
  divide: elementwise((a, b) => a! / b!),
  power: elementwise((a, b) => a! ** b!),
  maximum: elementwise((a, b) => Math.max(a!, b!)),
  minimum: elementwise((a, b) => Math.min(a!, b!)),
  compare,
  isFinite: elementwise((x) => Number.isFinite(x!) ? 1 : 0),
  select: elementwise((condition, a, b) => condition !== 0 ? a! : b!),
  detach: (_, [x]) => x!,
  withGradient: (_, [x]) => x!,
  convert: (node, [x]) => node.dtype === "i32" ? x!.map(Math.trunc) : x!,

  literal: (node) => fill(node.shape, () => settings(node).value),
  iota: (node) => fill(node.shape, (index) => index[settings(node).axis]!),
  randomUniform,

  broadcast,
  reshape: (_, [x]) => x!,
  transpose,
  slice,
  reverse,
  pad,
  concatenate,

  reduceSum: reduce(0, (a, b) => a + b),
  reduceProduct: reduce(1, (a, b) => a * b),
  reduceMax: reduce(-Infinity, Math.max),
  reduceMin: reduce(Infinity, Math.min),
  argmax,

  matmul,
  conv2d,
  conv2dInputGradient,
  conv2dKernelGradient,

  windowMax,
  windowMaxGradient,
  windowSum,
  windowSumGradient,

  gather,
  scatterAdd,
};
