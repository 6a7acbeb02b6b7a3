/**
 * Products of matrices, the engine of matmul and of the convolutions on the CPU.
 *
 * B is copied into panels of 8 columns; the rows of A are read where they lie. A register tile of 6
 * rows by 8 columns is summed over the whole reduction. The rows of a convolution are its output
 * pixels: the part of the image under a window is walked by the reduction's axes, so it need not be
 * gathered first.
 *
 * The split into tiles and tasks and the order of each sum depend on the shape alone.
 *
 * @module
 */

import type { Expression } from "../../../lib/graph/kernel.ts";
import type { Shape } from "../../../lib/core/shape.ts";
import type { Value } from "../wasm/assembler.ts";
import type { Arguments, KernelBuilder } from "../stages/builder.ts";
import { mergeAxes, reductionSize, type SumAxis } from "./axes.ts";
import { blockedStages } from "./strategy_blocked.ts";
import type { WindowLines } from "./lines.ts";
import type { Scratch, Stages } from "../stages/parts.ts";
import type { RowAxis } from "./row_places.ts";
import { sharedStages } from "./strategy_packed_once.ts";
import { thinRows, thinStages } from "./strategy_thin.ts";

/** result[group, row, column] = sum of A[group, row, k] * B[group, k, column]; distances in bytes. */
export interface Product {
  readonly groups: {
    readonly count: number;
    readonly a: number;
    readonly b: number;
    /** Between results; `column` of it lies within the result's last axis. */
    readonly result: number;
    readonly column: number;
  };
  /** Outermost first. */
  readonly rows: readonly RowAxis[];
  /** Outermost first; contiguous in B if the columns are not. */
  readonly reduction: readonly SumAxis[];
  readonly columns: { readonly count: number; readonly b: number };
  /** Where A, B and the result's first element start; the latter in bytes. */
  a(args: Arguments): Value<"i32">;
  b(args: Arguments): Value<"i32">;
  readonly resultOffset: number;
  /** How the outermost axis of the reduction meets the image, for lines of the last two row axes. */
  readonly window?: WindowLines;
  /** Whether A's rows lie side by side: it is then packed as well, and has one axis to sum over. */
  readonly packA?: boolean;
  /** The result's shape, and what is done with it before it is stored. */
  readonly shape: Shape;
  readonly tail: Expression | undefined;
}

/**
 * B is packed block by block where it is larger than this, if there are few rows to share what is
 * packed once, or the reduction is long; else it is packed once for all as long as it is not huge.
 */
const small = 3 << 19, huge = 8 << 20, fewRows = 192, longReduction = 1536;

/** The stages that compute a product. */
export function productStages(builder: KernelBuilder, scratch: Scratch, product: Product): Stages {
  const { groups, rows, columns, reduction } = product;
  if (reductionSize(rows) * columns.count * groups.count === 0) return [];
  const size = reductionSize(reduction);
  const bytes = size * columns.count * groups.count * 4;
  const isLarge = bytes > small &&
    (bytes > huge || size > longReduction || reductionSize(rows) < fewRows);
  const isThin = reductionSize(rows) <= thinRows && columns.b === 4 && size > 0 &&
    mergeAxes(reduction).length <= 1 && columns.count >= 64;
  if (isThin) return thinStages(builder, scratch, product);
  return (isLarge || product.packA === true) && size > 0
    ? blockedStages(builder, scratch, product)
    : sharedStages(builder, scratch, product);
}
