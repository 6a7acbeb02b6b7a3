/**
 * Products of matrices, the engine of matmul and of the convolutions on the CPU.
 *
 * B is copied into panels of 8 columns; the rows of A are read where they lie. A register tile of 6
 * rows by 8 columns is summed over the whole reduction (or a larger one, in native code). The rows of a convolution are its output
 * pixels: the part of the image under a window is walked by the reduction's axes, so it need not be
 * gathered first.
 *
 * How that is cut and packed is a strategy's. `fits` is the condition under which one is taken,
 * `partition` its cut, in numbers alone; ../README.md has all of them in a table, with what their
 * limits rest on. The order of each sum depends on the shape alone: not on the threads, nor on the
 * size of the tile.
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
  const { window: _, ...sum } = product, { groups, rows, columns, reduction } = sum;
  if (stepsOf(rows) * columns.count * groups.count === 0) return [];
  // A sum of nothing is 0: one axis says so, which no strategy cuts or walks.
  const walked: Product = stepsOf(reduction) === 0
    ? { ...sum, reduction: [{ count: 0, a: 0, b: 0 }] }
    : product;
  return strategyOf(walked).stages(builder, scratch, walked);
}
