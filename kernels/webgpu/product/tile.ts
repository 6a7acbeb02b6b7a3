/**
 * How products are computed: "register" for software adapters (no workgroup memory, large tiles in
 * registers), "workgroup" for graphics cards.
 */
export type Tiling = "register" | "workgroup";

/** The size of a matrix product. */
export interface Extent {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  readonly segments: number;
  readonly length: number;
}

/** Pieces of the inner sum that threads share, each the sum of sums of so many products. */
export interface Cut {
  readonly chunks: number;
  readonly sum: number;
}

/** How many products a thread adds up one after another, where it then begins a new sum. */
export const sumLength = 64;

/** The longest inner sum of a thread: software adapters end its loops after 65,535 turns in all. */
const longest = 2 ** 14;

/** Into how many pieces a sum is cut: those that threads share, or more, so that none is long. */
export function piecesOf(
  { batch, rows, columns, segments, length }: Extent,
  shared: number,
  long: number,
): number {
  const depth = segments * length;
  // As far as 64 MiB hold them.
  const fitting = Math.floor(2 ** 24 / (batch * rows * columns));
  return Math.max(shared, Math.ceil(depth / longest), Math.min(Math.ceil(depth / long), fitting));
}
