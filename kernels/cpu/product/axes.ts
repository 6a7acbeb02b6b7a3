import { mergeAxes } from "../../../lib/compile/merge_axes.ts";
import type { FunctionBuilder, Integer, Local } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";

/** An axis that is summed over: steps, and the bytes between them in A and in B. */
export interface SumAxis {
  readonly count: number;
  readonly a: number;
  readonly b: number;
}

/** An axis of the rows: steps, and the bytes between them in A and in the result. */
export interface RowAxis {
  readonly count: number;
  readonly a: number;
  readonly result: number;
}

/** Steps of all axes together. */
export const stepsOf = (axes: readonly { readonly count: number }[]): number =>
  axes.reduce((product, { count }) => product * count, 1);

/** Neighbouring axes that all of `pointers` walk like one become one; axes of one step go. */
export function mergedAxes<K extends string, A extends Readonly<Record<K | "count", number>>>(
  axes: readonly A[],
  ...pointers: readonly K[]
): A[] {
  const strides = pointers.map((pointer) => axes.map((axis) => axis[pointer]));
  return mergeAxes(axes.map(({ count }) => count), strides).map((group) => ({
    ...axes[group.at(-1)!]!,
    count: stepsOf(group.map((axis) => axes[axis]!)),
  }));
}

/** The bytes between neighbours, if they are the same all along the axes. */
export function commonStride<K extends string>(
  axes: readonly Readonly<Record<K | "count", number>>[],
  pointer: K,
): number | undefined {
  const merged = mergedAxes(axes, pointer);
  return merged.length > 1 ? undefined : merged[0]?.[pointer] ?? 0;
}

/** Axes cut into units: outer ones, a middle one of which `step` are taken, and whole inner ones. */
interface Units {
  readonly outer: readonly SumAxis[];
  readonly cut: SumAxis;
  readonly step: number;
  readonly inner: readonly SumAxis[];
  /** Pieces that the middle axis is cut into; the last one may be shorter. */
  readonly cuts: number;
  /** Whether it is not. */
  readonly even: boolean;
  /** How many there are in all. */
  readonly count: number;
}

/** Cuts axes into units of at most about `limit` steps. */
export function unitsOf(axes: readonly SumAxis[], limit: number): Units {
  let inside = axes.length, size = 1;
  while (inside > 0 && size * axes[inside - 1]!.count <= limit) {
    inside--;
    size *= axes[inside]!.count;
  }
  if (inside === 0) {
    const [cut = { count: 1, a: 0, b: 0 }, ...inner] = axes;
    return { outer: [], cut, step: cut.count, inner, cuts: 1, even: true, count: 1 };
  }
  const outer = axes.slice(0, inside - 1), cut = axes[inside - 1]!, inner = axes.slice(inside);
  // Pieces of nearly the same size; multiples of 8 where only this axis is in a unit.
  const pieces = Math.ceil(cut.count / Math.max(1, Math.floor(limit / size)));
  const nearly = Math.ceil(cut.count / pieces);
  const step = inner.length === 0 ? Math.min(cut.count, Math.ceil(nearly / 8) * 8) : nearly;
  const cuts = Math.ceil(cut.count / step);
  const even = cut.count % step === 0;
  return { outer, cut, step, inner, cuts, even, count: stepsOf(outer) * cuts };
}

/** Moves pointers, each of which has a step on each axis, to the flat `index` along the axes. */
export function moveAlong<A extends { readonly count: number }>(
  f: FunctionBuilder,
  index: Integer,
  axes: readonly A[],
  ...pointers: readonly (readonly [Local<"i32">, (axis: A) => number])[]
): void {
  let size = 1;
  for (const axis of axes.toReversed()) {
    if (axis.count === 1) continue;
    const position = f.local(i32.remU(size === 1 ? index : i32.divU(index, size), axis.count));
    for (const [pointer, step] of pointers) f.increase(pointer, i32.mul(position, step(axis)));
    size *= axis.count;
  }
}
