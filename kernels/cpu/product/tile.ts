import { mostTableRows } from "../../native/block.ts";
import type { NativeTiles, Target } from "../target.ts";
import type { ModuleBuilder } from "../wasm/assembler.ts";
import { nativeTile } from "./tile_native.ts";
import { tile6x8 } from "./tile_6x8.ts";
import type { TileFunction, TileOptions } from "./tile_function.ts";

/** The size of a register tile. */
export interface TileSize {
  /** Rows that it has at most. */
  readonly rows: number;
  /** Columns. */
  readonly width: number;
  /** The native code that computes it; undefined for WebAssembly. */
  readonly native?: { readonly tiles: NativeTiles; readonly instructions: "avx2" | "avx512" };
}

/**
 * The tile of WebAssembly. With 12 sums, two vectors of B and one of A, 15 of 16 registers are in use.
 */
export const portableTile = (columns: number): TileSize =>
  columns <= 4 ? { rows: 8, width: 4 } : { rows: 6, width: 8 };

/** Columns that are too few for a native tile. */
const fewColumns = 4;

/** Bytes between rows up to which a tile's rows are within reach of an instruction. */
const longestStride = 2 ** 26;

/**
 * The tile of a product of so many columns, whose rows are so many bytes apart in A ("table": some
 * here, some there) and in the result. Bits do not depend on it.
 */
export function tileOf(
  columns: number,
  rowStrides: readonly (number | "table")[],
  { native }: Target,
): TileSize {
  const isFar = rowStrides.some((stride) => stride !== "table" && stride > longestStride);
  if (native === undefined || columns <= fewColumns || isFar) return portableTile(columns);
  const [rowStride] = rowStrides;
  const size = (instructions: "avx2" | "avx512", rows: number, width: number): TileSize => ({
    rows: rowStride === "table" ? Math.min(rows, mostTableRows) : rows,
    width,
    native: { tiles: native, instructions },
  });
  // Of 16 registers 12 hold sums, of 32 28.
  if (columns <= 8) return size("avx2", 12, 8);
  if (native.instructions === "avx2") return size("avx2", 6, 16);
  return size("avx512", 14, columns <= 16 ? 16 : 32);
}

/** The columns of a product in panels as wide as a tile. */
export interface Panels {
  readonly count: number;
  /** Columns of a panel, and of the last one. */
  readonly width: number;
  readonly last: number;
}

/** So many columns in panels. */
export function panelsOf(columns: number, width: number): Panels {
  const count = Math.ceil(columns / width);
  return { count, width, last: columns - (count - 1) * width };
}

/** The function for a tile of this size. */
export function tileFunction(
  module: ModuleBuilder,
  { width, native }: TileSize,
  options: TileOptions,
): TileFunction {
  return native === undefined
    ? tile6x8(module, width / 4, options)
    : nativeTile(module, native.tiles, native.instructions, width, options);
}
