import { describeValue } from "./errors.ts";
/** Sizes of a tensor's axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements: the product of the sizes. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/** So many sizes of a shape are printed. */
const most = 16;

/** `[2, 3]`; a size below zero (the batch of a symbolic value) prints as `null`. */
export function formatShape(shape: Shape): string {
  const sizes = shape.slice(0, most).map((dimension) => dimension < 0 ? "null" : dimension);
  return `[${sizes.join(", ")}${shape.length > most ? ", …" : ""}]`;
}

/**
 * The shape that NumPy's broadcasting gives: axes are matched from the last one, and a size of 1
 * (or a missing axis) stretches to the other's size. Undefined where the shapes do not fit.
 */
export function broadcastShapes(a: Shape, b: Shape): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let axis = 0; axis < rank; axis++) {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    result[axis] = x === 1 ? y : x;
  }
  return result;
}

/** Checks sizes given by a user: integers, not negative, and a total that fits an index. */
export function checkShape(shape: Shape, what: string): void {
  if (!Array.isArray(shape)) {
    throw new TypeError(
      `${what}: expected a shape such as [28, 28, 1], found ${describeValue(shape)}`,
    );
  }
  for (const dimension of shape) {
    if (!Number.isInteger(dimension) || dimension < 0) {
      throw new RangeError(
        `${what}: expected sizes that are integers of at least 0, found ${describeValue(shape)}`,
      );
    }
  }
  if (sizeOf(shape) > 2 ** 31 - 1) {
    throw new RangeError(
      `${what}: ${formatShape(shape)} has ${sizeOf(shape)} elements; at most 2147483647 can be ` +
        "indexed",
    );
  }
}

/** An axis counted from the front; negative ones count from the back, as in NumPy. */
export function normalizeAxis(axis: number, rank: number, what: string): number {
  const result = axis < 0 ? axis + rank : axis;
  if (rank === 0) {
    throw new RangeError(
      `${what}: axis ${describeValue(axis)} was asked for, but a scalar has none`,
    );
  }
  if (!Number.isInteger(axis) || result < 0 || result >= rank) {
    throw new RangeError(
      `${what}: axis ${
        describeValue(axis)
      } is outside a tensor of rank ${rank}; expected an integer from ` +
        `${-rank} to ${rank - 1}`,
    );
  }
  return result;
}
