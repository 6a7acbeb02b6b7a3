import type { Order } from "./order.ts";
import type { TileTail } from "./tail.ts";

/** What a tile is, as far as it is known when it is emitted; strides in bytes. */
export interface TileBlock {
  readonly instructions: "avx2" | "avx512";
  /** Rows of a tile, and vectors of columns in a panel. */
  readonly rows: number;
  readonly vectors: number;
  /** Between rows of A, or "table": A has one u32 a row, added to `base`. */
  readonly rowStride: number | "table";
  /** From a tile to the next, in A (or in its table). */
  readonly tileStride: number;
  /** Between panels of B. */
  readonly panelStride: number;
  /** Between rows of the result; tiles lie one under the other there, panels side by side. */
  readonly resultStride: number;
  /** Columns that the last panel has, where the argument `last` is not 0. */
  readonly lastColumns: number;
  /** Whether the argument `resume` is ever set. */
  readonly resumable: boolean;
  readonly order: Order;
  /** What is done with the sums, if anything: they are of one chain then, and rows are in no table. */
  readonly tail?: TileTail;
}

/** Rows that a tile of rows in a table may have: so many registers there are. */
export const mostTableRows = 12;

/** The arguments, in this order, as 32-bit words. */
export const tileArguments = [
  "a",
  "b",
  "result",
  /** What a table's entries are added to. */
  "base",
  /** Tiles and panels to go through, at least 1. */
  "tiles",
  "panels",
  /** Whether the last of these panels is the last one of B. */
  "last",
  /** What runtime loops count by. */
  "count",
  /** Whether the first chain is added to what the result holds. */
  "resume",
] as const;

export type TileArgument = typeof tileArguments[number];

/** The word after them says where the code is; then come the addresses that the tail loads from. */
export const codeWord = tileArguments.length, tailWord = codeWord + 1;
