/**
 * Plain loops that compute what map and reduce kernels do, in f64, for the tests of the CPU's kernels.
 *
 * @module
 */
import type { Expression, View } from "../../../lib/graph/kernel.ts";
import type { TensorData } from "../../../lib/core/dtype.ts";
import { Random } from "../../../lib/core/random.ts";
import { type Shape, sizeOf } from "../../../lib/core/shape.ts";

/** Calls `visit` with each index of a shape, in row-major order. */
export function forEachIndex(shape: Shape, visit: (index: number[], flat: number) => void): void {
  const size = sizeOf(shape);
  for (let flat = 0; flat < size; flat++) {
    let rest = flat;
    const index = new Array<number>(shape.length);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    visit(index, flat);
  }
}

const at = (view: View, index: readonly number[]) =>
  index.reduce((sum, i, axis) => sum + i * view.strides[axis]!, view.offset);

const ops: Readonly<Record<string, (...operands: number[]) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  maximum: Math.max,
  negate: (x) => -x,
  select: (c, a, b) => c !== 0 ? a : b,
  compare: (a, b) => a > b ? 1 : 0,
  convert: (x) => x,
};

/** The values of an expression's stores at an index, for a few ops. */
export function evaluate(
  { steps, stores }: Expression,
  inputs: readonly TensorData[],
  index: readonly number[],
): number[] {
  const values: number[] = [];
  for (const step of steps) {
    if (step.kind === "load") values.push(inputs[step.input]![at(step.view, index)]!);
    else if (step.kind === "literal") values.push(step.value);
    else if (step.kind === "iota") values.push(index[step.axis]!);
    else if (step.kind === "apply") {
      values.push(ops[step.op]!(...step.operands.map((operand) => values[operand]!)));
    } else throw new TypeError(step.kind);
  }
  return stores.map(({ step }) => values[step]!);
}

/** Small whole numbers, whose sums and products are exact in f32. */
export function integers(seed: number, length: number): Float32Array<ArrayBuffer> {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => random.integer(17) - 8);
}

/** Normally distributed numbers. */
export function normals(seed: number, length: number): Float32Array<ArrayBuffer> {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => random.normal());
}
