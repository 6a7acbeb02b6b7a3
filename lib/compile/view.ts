import { type Shape, stridesOf } from "../core/shape.ts";
import type { Node } from "../graph/node.ts";
import type { View } from "../graph/kernel.ts";

/** One coordinate of a value as the reader's index gives it: `offset + coefficient * index[axis]`. */
interface Coordinate {
  /** The reader's axis, or -1 where the coordinate is the same for every index. */
  readonly axis: number;
  readonly coefficient: number;
  readonly offset: number;
}

/** What a chain of view ops comes down to: a node, and where its elements are for each index. */
export interface Source {
  readonly base: Node;
  readonly coordinates: readonly Coordinate[];
}

/** Follows view ops from `node`, as read under its own shape, down to what they show. */
export function sourceOf(node: Node): Source {
  let base = node;
  let coordinates: Coordinate[] = node.shape.map((_, axis) => ({
    axis,
    coefficient: 1,
    offset: 0,
  }));
  while (base.op.kind === "view") {
    coordinates = throughView(base, coordinates);
    base = base.inputs[0]!;
  }
  return { base, coordinates };
}

/** The coordinates of a view op's input, given those of its result. */
function throughView(node: Node, coordinates: readonly Coordinate[]): Coordinate[] {
  const shape = node.inputs[0]!.shape;
  switch (node.op.name) {
    case "broadcast": {
      const missing = node.shape.length - shape.length;
      return shape.map((dimension, axis) =>
        dimension === node.shape[axis + missing]
          ? coordinates[axis + missing]!
          : { axis: -1, coefficient: 0, offset: 0 }
      );
    }
    case "transpose": {
      const result: Coordinate[] = [];
      const permutation = node.attributes.permutation as readonly number[];
      permutation.forEach((axis, i) => result[axis] = coordinates[i]!);
      return result;
    }
    case "slice": {
      const start = node.attributes.start as readonly number[];
      const stride = node.attributes.stride as readonly number[];
      return coordinates.map((c, axis) => ({
        axis: c.axis,
        coefficient: c.coefficient * stride[axis]!,
        offset: c.offset * stride[axis]! + start[axis]!,
      }));
    }
    case "reverse": {
      const axes = node.attributes.axes as readonly number[];
      return coordinates.map((c, axis) =>
        !axes.includes(axis)
          ? c
          : { axis: c.axis, coefficient: -c.coefficient, offset: shape[axis]! - 1 - c.offset }
      );
    }
    default:
      throw new Error(`no view rule for ${node.op.name}`);
  }
}

/** The view, over an iteration space of `rank` axes, of the contiguous buffer of `source.base`. */
export function viewOf(source: Source, rank: number): View {
  const strides = new Array<number>(rank).fill(0);
  const own = stridesOf(source.base.shape);
  let offset = 0;
  source.coordinates.forEach((c, axis) => {
    offset += c.offset * own[axis]!;
    if (c.axis >= 0) strides[c.axis]! += c.coefficient * own[axis]!;
  });
  return { offset, strides };
}

/** Whether a view walks a buffer of `shape` from its start in row-major order. */
export function isContiguous(view: View, shape: Shape): boolean {
  if (view.offset !== 0) return false;
  const own = stridesOf(shape);
  return shape.every((dimension, axis) => dimension === 1 || view.strides[axis] === own[axis]);
}

/**
 * The same view for a tail over `result`, a shape of as many elements as `shape` whose last axis is
 * the same; undefined where a tail cannot load it (see `Tail`).
 */
export function tailView(view: View, shape: Shape, result: Shape): View | undefined {
  const zeros = result.map(() => 0);
  if (isContiguous(view, shape)) return { offset: 0, strides: stridesOf(result) };
  const moving = shape.flatMap((d, axis) => d !== 1 && view.strides[axis] !== 0 ? [axis] : []);
  if (moving.length === 0) return { offset: view.offset, strides: zeros };
  const last = shape.length - 1;
  if (moving.length > 1 || moving[0] !== last || view.strides[last] !== 1) return undefined;
  return { offset: view.offset, strides: zeros.with(-1, 1) };
}
