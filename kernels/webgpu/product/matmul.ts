import type { MatmulKernel } from "../../../lib/graph/kernel.ts";
import matmul from "./matmul.wgsl" with { type: "text" };
import type { Product } from "./product.ts";
import { constants } from "../shader/source.ts";
import type { Tiling } from "./tile.ts";

/** A batch of matrix products. */
export function matmulProduct(kernel: MatmulKernel, tiling: Tiling): Product {
  const { batch, m, n, k, transposeA, transposeB } = kernel;
  const segments = tiling === "register" ? divisor(k) : 1;
  const strides = { A_ROW: transposeA ? 1 : k, A_STEP: transposeA ? m : 1 };
  return {
    batch,
    rows: m,
    columns: n,
    segments,
    length: k / segments,
    source: constants(strides) + matmul,
    alignedA: !transposeA && k % 4 === 0 && (k / segments) % 4 === 0,
    alignedB: !transposeB && n % 4 === 0,
    alongRows: transposeA,
    alongDepth: transposeB,
    stepB: transposeB ? 1 : n,
    columnB: transposeB ? k : 1,
    output: [batch, m, n],
    tail: kernel.tail,
  };
}

/** Into how many equal segments, of 64 at least, an inner dimension may be cut: 64 at most. */
function divisor(k: number): number {
  for (let count = Math.min(64, Math.floor(k / 64)); count > 1; count--) {
    if (k % count === 0 && ((k / count) % 4 === 0 || k % 4 !== 0)) return count;
  }
  return 1;
}
