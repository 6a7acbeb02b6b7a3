import { formatShape, sameShape, sizeOf } from "../../core/shape.ts";
import { registerType } from "../kernel.ts";
import { apply, defineOp, type Node } from "../node.ts";

/**
 * Rows of the first input picked by the second (i32). An index below 0 counts from the end; one
 * outside is clamped.
 */
export const gatherOp = defineOp({
  name: "gather",
  kind: "kernel",
  infer: ([x, indices]) => {
    if (indices!.dtype !== "i32" || x!.shape.length < 1 || x!.dtype === "u8") {
      throw new TypeError(
        `gather: expected f32 or i32 rows and i32 indices, found ${x!.dtype} ` +
          `${formatShape(x!.shape)} and ${indices!.dtype}`,
      );
    }
    if (x!.shape[0] === 0 && sizeOf(indices!.shape) > 0) {
      throw new RangeError(`gather: no rows in ${formatShape(x!.shape)} to pick from`);
    }
    return { shape: [...indices!.shape, ...x!.shape.slice(1)], dtype: x!.dtype };
  },
  gradient: (g, node) => [scatterAdd(g, node.inputs[1]!, node.inputs[0]!.shape[0]!), undefined],
  kernel: ({ inputs: [x, indices], dtype }) => ({
    kind: "gather",
    rows: x!.shape[0]!,
    width: sizeOf(x!.shape.slice(1)),
    count: sizeOf(indices!.shape),
    dtype: registerType(dtype),
  }),
});

/**
 * Sums rows of the first input into `rows` rows at the places that the second (i32) names, as gather
 * reads it.
 */
export const scatterAddOp = defineOp<{ rows: number }>({
  name: "scatterAdd",
  kind: "kernel",
  infer: ([updates, indices], { rows }) => {
    const rank = indices!.shape.length;
    if (indices!.dtype !== "i32" || updates!.dtype !== "f32") {
      throw new TypeError(
        `scatterAdd: expected f32 updates and i32 indices, found ${updates!.dtype} and ` +
          `${indices!.dtype}`,
      );
    }
    if (!sameShape(updates!.shape.slice(0, rank), indices!.shape)) {
      throw new TypeError(
        `scatterAdd: updates ${formatShape(updates!.shape)} do not begin with the shape ` +
          `${formatShape(indices!.shape)} of the indices`,
      );
    }
    return { shape: [rows, ...updates!.shape.slice(rank)], dtype: "f32" };
  },
  gradient: (g, node) => [gather(g, node.inputs[1]!), undefined],
  kernel: ({ inputs: [, indices], shape }, { rows }) => ({
    kind: "scatterAdd",
    rows,
    width: sizeOf(shape.slice(1)),
    count: sizeOf(indices!.shape),
  }),
});

/** Rows of `x` at `indices` (i32, any shape). */
export function gather(x: Node, indices: Node): Node {
  return apply(gatherOp, [x, indices], {});
}

/** The sum of `updates` into `rows` rows, each at its index. */
export function scatterAdd(updates: Node, indices: Node, rows: number): Node {
  return apply(scatterAddOp, [updates, indices], { rows });
}
