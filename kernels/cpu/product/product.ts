import type { Shape } from "../../../lib/core/shape.ts";
import type { Expression } from "../../../lib/graph/kernel.ts";
import type { Arguments, KernelBuilder } from "../stages/builder.ts";
import type { Stages } from "../stages/parts.ts";
import type { Scratch } from "../stages/scratch.ts";
import type { Integer } from "../wasm/assembler.ts";
import type { RowAxis, SumAxis } from "./axes.ts";
import type { WindowLines } from "./lines.ts";

/** result[group, row, column] = sum of A[group, row, k] * B[group, k, column]; steps in bytes. */
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
  a(args: Arguments): Integer;
  b(args: Arguments): Integer;
  readonly resultOffset: number;
  /** How the reduction's outermost axis meets the image, for lines of the last two row axes. */
  readonly window?: WindowLines;
  /** Whether A lies transposed: rows of the last axis are neighbours in memory, not its steps. */
  readonly transposedA?: boolean;
  /** The result's shape, and what is done with it before it is stored. */
  readonly shape: Shape;
  readonly tail: Expression | undefined;
}

/** A way to compute products. */
export interface Strategy {
  /** Whether it can compute a product, and is the fastest of those after it in the table. */
  fits(product: Product): boolean;
  /** The stages that compute a product that has rows, columns and groups. */
  stages(builder: KernelBuilder, scratch: Scratch, product: Product): Stages;
}
