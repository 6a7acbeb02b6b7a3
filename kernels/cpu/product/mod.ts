/**
 * Products of matrices, the engine of matmul and of the convolutions on the CPU.
 *
 * B is copied into panels of 8 columns; the rows of A are read where they lie. A register tile of 6
 * rows by 8 columns is summed over the whole reduction. The rows of a convolution are its output
 * pixels: the part of the image under a window is walked by the reduction's axes, so it need not be
 * gathered first.
 *
 * How that is cut and packed is a strategy's; the first one that fits is taken:
 *
 * | strategy | fits where | B is packed | A is packed | computed by |
 * |---|---|---|---|---|
 * | `longSum` | A lies transposed, B does not; and A's rows are apart (a window's taps), or rows and columns are at most 640 | no | no | tiles, unit by unit of the sum, chunks of which are added in the end |
 * | `thin` | at most 4 rows, at least 64 columns side by side, one axis to sum over | no | no | vectors of columns, added to sums in memory |
 * | `blocked` | A lies transposed; or B is over 8 MiB, or over 1.5 MiB with a sum over 1536 steps or fewer than 192 rows | by each task, block by block | where it lies transposed: once, by tiles | tiles, unit by unit of the sum |
 * | `packedOnce` | always | once, all of it | no | tiles, over the whole sum |
 *
 * Each file begins with the numbers of its strategy; `fits` is the condition, `partition` the cut, in
 * numbers alone. The cut and the order of each sum depend on the shape alone, not on the threads.
 * `tests/bench/strategies.ts` measures the strategies against each other on both sides of the limits.
 *
 * | file | question |
 * |---|---|
 * | product.ts | What is a product? What is a strategy? |
 * | axes.ts, lines.ts, tiling.ts | How are its axes merged and cut; its rows in lines of pixels and in tiles? |
 * | row_places.ts | Where do its rows lie, in A and in the result? |
 * | tile_6x8.ts | How are 6 rows by 8 columns summed in registers? |
 * | pack_b.ts, pack_panel.ts, pack_panels.ts | How is B copied: all of it, a panel, panels side by side (A too)? |
 * | tail.ts | How is what comes after a product (bias, relu) computed before it is stored? |
 * | matmul.ts | How does a matmul become a product? The convolutions are in ../convolution. |
 *
 * @module
 */

import type { KernelBuilder } from "../stages/builder.ts";
import type { Stages } from "../stages/parts.ts";
import type { Scratch } from "../stages/scratch.ts";
import { stepsOf } from "./axes.ts";
import type { Product, Strategy } from "./product.ts";
import { blocked } from "./strategy_blocked.ts";
import { longSum } from "./strategy_long_sum.ts";
import { packedOnce } from "./strategy_packed_once.ts";
import { thin } from "./strategy_thin.ts";

/** The table, in the order in which strategies are asked. */
export const strategies: Readonly<Record<string, Strategy>> = {
  longSum,
  thin,
  blocked,
  packedOnce,
};

/** The first strategy that fits a product. */
export function strategyOf(product: Product): Strategy {
  return Object.values(strategies).find((strategy) => strategy.fits(product))!;
}

/** The stages that compute a product. */
export function productStages(builder: KernelBuilder, scratch: Scratch, product: Product): Stages {
  const { groups, rows, columns } = product;
  if (stepsOf(rows) * columns.count * groups.count === 0) return [];
  return strategyOf(product).stages(builder, scratch, product);
}
