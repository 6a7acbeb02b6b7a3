import { mostTableRows } from "../../native/block.ts";
import type { NativeTiles, Target } from "../target.ts";
import type { Integer, ModuleBuilder, Statement } from "../wasm/assembler.ts";
import type { TileAxis } from "./chains.ts";
import { nativeTile } from "./tile_native.ts";
import { tile6x8 } from "./tile_6x8.ts";

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

/** The register tile: some rows of A by a panel of B, kept in registers while summing. */
export interface TileOptions {
  readonly rows: number;
  /** Bytes between rows of A, or "table": `a` points to one i32 a row, added to `base`. */
  readonly rowStride: number | "table";
  /** Outermost first; "runtime" as the first count stands for the argument `count`. */
  readonly reduction: readonly TileAxis[];
  /** Bytes between rows of the result. */
  readonly resultStride: number;
  /** Columns that are stored of the last panel, where the argument `last` is not 0. */
  readonly lastColumns: number;
  /** Whether the argument `resume` is ever set: what is not called for costs registers all the same. */
  readonly resumable: boolean;
  /** Bytes from one tile of A, or of its table, to the next, and from one panel of B to the next. */
  readonly tileStride: number;
  readonly panelStride: number;
}

/** What a tile is called with. */
export interface TileArguments {
  readonly a: Integer;
  readonly b: Integer;
  readonly result: Integer;
  readonly base: Integer;
  /** Not 0 where the last of the panels is the last one of B. */
  readonly last: Integer;
  readonly count: Integer;
  /** Not 0 where sums are added to what the result holds; the tile is resumable then. */
  readonly resume: Integer;
  /** Tiles and panels, one of each where the function does not walk. */
  readonly tiles: Integer;
  readonly panels: Integer;
}

/** A function that computes tiles. */
export interface TileFunction {
  /** Whether it goes through several tiles, and through several panels for each. */
  readonly walks: boolean;
  call(given: TileArguments): Statement;
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
