import { broadcastShapes, formatShape, sizeOf } from "../core/shape.ts";
import type { Node } from "../graph/node.ts";
import { broadcastTo, reshape } from "../graph/ops/layout.ts";
import { matmul } from "../graph/ops/matmul.ts";

/**
 * NumPy's matmul: vectors count as a row on the left and as a column on the right, and axes before
 * the last two are a batch that broadcasts.
 */
export function matrixProduct(a: Node, b: Node): Node {
  if (a.shape.length === 0 || b.shape.length === 0) {
    throw new TypeError("matmul: expected vectors or matrices, found a scalar; use mul()");
  }
  const left = a.shape.length === 1 ? reshape(a, [1, a.shape[0]!]) : a;
  const right = b.shape.length === 1 ? reshape(b, [b.shape[0]!, 1]) : b;
  const product = batched(left, right);
  const shape = product.shape.slice(0, -2);
  if (a.shape.length > 1) shape.push(product.shape.at(-2)!);
  if (b.shape.length > 1) shape.push(product.shape.at(-1)!);
  return reshape(product, shape);
}

function batched(a: Node, b: Node): Node {
  const [m, k] = a.shape.slice(-2) as [number, number];
  const [inner, n] = b.shape.slice(-2) as [number, number];
  if (k !== inner) {
    throw new TypeError(
      `matmul: ${formatShape(a.shape)} by ${formatShape(b.shape)}: the last axis of the first ` +
        `(${k}) must equal the last but one of the second (${inner})`,
    );
  }
  // One matrix on the right serves all on the left: a single, larger product.
  if (b.shape.length === 2) {
    const rows = a.shape.slice(0, -1);
    return reshape(matmul(reshape(a, [sizeOf(rows), k]), b), [...rows, n]);
  }
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (batch === undefined) {
    throw new TypeError(
      `matmul: the batches of ${formatShape(a.shape)} and ${formatShape(b.shape)} do not broadcast`,
    );
  }
  const size = sizeOf(batch);
  const left = reshape(broadcastTo(a, [...batch, m, k]), [size, m, k]);
  const right = reshape(broadcastTo(b, [...batch, k, n]), [size, k, n]);
  return reshape(matmul(left, right), [...batch, m, n]);
}
