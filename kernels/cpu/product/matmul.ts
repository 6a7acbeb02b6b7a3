import type { MatmulKernel } from "../../../lib/graph/kernel.ts";
import type { KernelBuilder } from "../stages/builder.ts";
import { addStages } from "../stages/parts.ts";
import { Scratch } from "../stages/scratch.ts";
import { productStages } from "./mod.ts";
import type { Product } from "./product.ts";

/** Products of matrices [batch, m, k] and [batch, k, n], either of which may be transposed. */
export function emitMatmul(builder: KernelBuilder, kernel: MatmulKernel): void {
  const scratch = new Scratch();
  addStages(builder, productStages(builder, scratch, matmulProduct(kernel)), scratch);
}

/** A matmul as a product. */
export function matmulProduct(kernel: MatmulKernel): Product {
  const { batch, m, n, k, transposeA, transposeB, tail } = kernel;
  return {
    groups: { count: batch, a: m * k * 4, b: k * n * 4, result: m * n * 4, column: 0 },
    rows: [{ count: m, a: transposeA ? 4 : k * 4, result: n * 4 }],
    reduction: [{ count: k, a: transposeA ? m * 4 : 4, b: transposeB ? 4 : n * 4 }],
    columns: { count: n, b: transposeB ? k * 4 : 4 },
    transposedA: transposeA,
    a: (args) => args.input(0),
    b: (args) => args.input(1),
    resultOffset: 0,
    shape: [batch, m, n],
    tail,
  };
}
