import type { TileTail } from "../../native/tail.ts";
import type { Integer, Statement } from "../wasm/assembler.ts";
import type { TileAxis } from "./chains.ts";

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
  /** What a native tile does with its sums before it stores them. */
  readonly tail?: TileTail;
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
  /** Where the tail loads from. */
  readonly tail?: readonly Integer[];
}

/** A function that computes tiles. */
export interface TileFunction {
  /** Whether it goes through several tiles, and through several panels for each. */
  readonly walks: boolean;
  call(given: TileArguments): Statement;
}
