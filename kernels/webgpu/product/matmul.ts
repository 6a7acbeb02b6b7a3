import type { MatmulKernel } from "../../../lib/graph/kernel.ts";
import matmul from "./matmul.wgsl" with { type: "text" };
import type { Product } from "./product.ts";
import { constants } from "../shader/source.ts";

/** A batch of matrix products. */
export function matmulProduct(kernel: MatmulKernel): Product {
  const { batch, m, n, k, transposeA, transposeB } = kernel;
  const strides = { A_ROW: transposeA ? 1 : k, A_STEP: transposeA ? m : 1 };
  return {
    batch,
    rows: m,
    columns: n,
    segments: 1,
    length: k,
    source: constants(strides) + matmul,
    alongRows: transposeA,
    alongDepth: transposeB,
    alignedA: (transposeA ? m : k) % 4 === 0,
    alignedB: (transposeB ? k : n) % 4 === 0,
    stepB: transposeB ? 1 : n,
    columnB: transposeB ? k : 1,
    evenB: true,
    output: [batch, m, n],
    tail: kernel.tail,
  };
}
