import { type Shape, stridesOf } from "../core/shape.ts";
import type { Node } from "../graph/node.ts";
import type { Coordinate, View } from "../graph/kernel.ts";

/** What a chain of view ops comes down to: a node, and where its elements are for each index. */
export interface Source {
  readonly base: Node;
  readonly coordinates: readonly Coordinate[];
}

/** Follows view ops from `node`, as read under its own shape, down to what they show. */
export function sourceOf(node: Node): Source {
  let base = node;
  let coordinates: readonly Coordinate[] = node.shape.map((_, axis) => ({
    axis,
    coefficient: 1,
    offset: 0,
  }));
  while (base.op.view !== undefined) {
    coordinates = base.op.view(coordinates, base, base.attributes);
    base = base.inputs[0]!;
  }
  return { base, coordinates };
}

/** The view, over an iteration space of `rank` axes, of the contiguous buffer of `source.base`. */
export function viewOf(source: Source, rank: number): View {
  const strides = new Array<number>(rank).fill(0);
  const baseStrides = stridesOf(source.base.shape);
  let offset = 0;
  source.coordinates.forEach((c, axis) => {
    offset += c.offset * baseStrides[axis]!;
    if (c.axis >= 0) strides[c.axis]! += c.coefficient * baseStrides[axis]!;
  });
  return { offset, strides };
}

/** Whether a view walks a buffer of `shape` from its start in row-major order. */
export function isContiguous(view: View, shape: Shape): boolean {
  if (view.offset !== 0) return false;
  const rowMajor = stridesOf(shape);
  return shape.every((dimension, axis) => dimension === 1 || view.strides[axis] === rowMajor[axis]);
}

/**
 * The same view for a tail, whose space has the rows and columns of a result: its last axis is that of
 * `shape`. Undefined where a tail cannot load it (see `Tail`).
 */
export function tailView({ offset, strides }: View, shape: Shape): View | undefined {
  const columns = shape.at(-1) ?? 1, last = shape.length - 1;
  if (isContiguous({ offset, strides }, shape)) return { offset: 0, strides: [columns, 1] };
  const moving = shape.flatMap((d, axis) => d !== 1 && strides[axis] !== 0 ? [axis] : []);
  if (moving.length === 0) return { offset, strides: [0, 0] };
  if (moving.length > 1 || moving[0] !== last || strides[last] !== 1) return undefined;
  return { offset, strides: [0, 1] };
}
