import { formatShape, sizeOf } from "../../core/shape.ts";
import { apply, defineOp, type Node } from "../node.ts";
import { transposeOp } from "./layout.ts";

/**
 * The product of matrices in the last two axes: [m, k] by [k, n], or [b, m, k] by [b, k, n] for a
 * batch. An operand marked transposed is stored as [k, m] or [n, k].
 */
export const matmulOp = defineOp<{ transposeA: boolean; transposeB: boolean }>({
  name: "matmul",
  kind: "kernel",
  infer: ([a, b], { transposeA, transposeB }) => {
    const rank = a!.shape.length;
    const found = `${formatShape(a!.shape)}${transposeA ? " transposed" : ""} by ${
      formatShape(b!.shape)
    }${transposeB ? " transposed" : ""}`;
    if (a!.dtype !== "f32" || b!.dtype !== "f32") {
      throw new TypeError(
        `matmul: expected f32, found ${a!.dtype} and ${b!.dtype}; cast() them first`,
      );
    }
    if (
      rank < 2 || rank > 3 || b!.shape.length !== rank ||
      (rank === 3 && a!.shape[0] !== b!.shape[0])
    ) {
      throw new TypeError(
        `matmul: expected two matrices, or two equal batches of matrices, found ${found}`,
      );
    }
    const [m, k] = lastTwo(a!.shape, transposeA), [inner, n] = lastTwo(b!.shape, transposeB);
    if (k !== inner) {
      throw new TypeError(`matmul: inner sizes ${k} and ${inner} differ in ${found}`);
    }
    return { shape: [...a!.shape.slice(0, -2), m, n], dtype: "f32" };
  },
  gradient: (g, node, { transposeA: ta, transposeB: tb }) => {
    const [a, b] = node.inputs as [Node, Node];
    return [
      ta ? matmul(b, g, tb, true) : matmul(g, b, false, !tb),
      tb ? matmul(g, a, true, ta) : matmul(a, g, !ta, false),
    ];
  },
  multiplyAdds: (node, { transposeA }) => {
    const [, k] = lastTwo(node.inputs[0]!.shape, transposeA);
    return sizeOf(node.shape) * k;
  },
  // A transpose of the last two axes of an operand costs nothing.
  simplify: (node, { transposeA, transposeB }) => {
    const [a, b] = node.inputs.map(untransposed) as [Node | undefined, Node | undefined];
    if (a === undefined && b === undefined) return node;
    return matmul(
      a ?? node.inputs[0]!,
      b ?? node.inputs[1]!,
      transposeA !== (a !== undefined),
      transposeB !== (b !== undefined),
    );
  },
  kernel: (node, { transposeA, transposeB }) => {
    const [m, n] = lastTwo(node.shape, false);
    const [, k] = lastTwo(node.inputs[0]!.shape, transposeA);
    const batch = node.shape.length === 3 ? node.shape[0]! : 1;
    return { kind: "matmul", batch, m, n, k, transposeA, transposeB };
  },
  takesTail: true,
});

/** What an operand is the transpose of, in its last two axes alone. */
function untransposed(operand: Node): Node | undefined {
  if (!operand.is(transposeOp)) return undefined;
  const rank = operand.shape.length;
  const swaps = operand.attributes.permutation
    .every((axis, i) => axis === (i < rank - 2 ? i : 2 * rank - 3 - i));
  return swaps ? operand.inputs[0] : undefined;
}

function lastTwo(shape: readonly number[], transposed: boolean): [number, number] {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  return transposed ? [columns, rows] : [rows, columns];
}

/** The matrix product of `a` and `b`, each transposed first if asked. */
export function matmul(a: Node, b: Node, transposeA = false, transposeB = false): Node {
  return apply(matmulOp, [a, b], { transposeA, transposeB });
}
