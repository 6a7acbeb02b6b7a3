import type { MatmulKernel } from "../../../lib/graph/kernel.ts";
import matmul from "./matmul.wgsl" with { type: "text" };
import type { Product } from "./description.ts";
import { constants } from "../shader/source.ts";

/** Part of a larger product, whose left operand is bound whole, and whose result maybe is. */
export interface MatmulWindow extends MatmulKernel {
  /** Elements of the left operand from one row in memory to the next, and where the part begins. */
  readonly rowA: number;
  readonly firstA: number;
  /** Columns of the result that is bound, and which is the part's first. */
  readonly columns: number;
  readonly firstColumn: number;
}

/** A batch of matrix products, or part of one. */
export function matmulProduct(kernel: MatmulKernel | MatmulWindow): Product {
  const { batch, m, n, k, transposeA, transposeB } = kernel;
  const { rowA, firstA, columns, firstColumn } = "rowA" in kernel
    ? kernel
    : { rowA: transposeA ? m : k, firstA: 0, columns: n, firstColumn: 0 };
  const places = {
    A_ROW: transposeA ? 1 : rowA,
    A_STEP: transposeA ? rowA : 1,
    A_FIRST: firstA,
    ALL_COLUMNS: columns,
    FIRST_COLUMN: firstColumn,
  };
  return {
    batch,
    rows: m,
    columns: n,
    segments: 1,
    length: k,
    source: constants(places) + matmul,
    alongRows: transposeA,
    alongDepth: transposeB,
    alignedA: (transposeA ? m : k) % 4 === 0 && rowA % 4 === 0 && firstA % 4 === 0,
    alignedB: (transposeB ? k : n) % 4 === 0,
    stepB: transposeB ? 1 : n,
    columnB: transposeB ? k : 1,
    evenB: true,
    uncut: columns > n,
    output: [batch, m, columns],
    tail: kernel.tail,
  };
}
