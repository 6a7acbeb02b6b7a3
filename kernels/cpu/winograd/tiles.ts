import { addressOf } from "../memory/address.ts";
import type { FunctionBuilder, Integer, Local } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";
import type { Job } from "./job.ts";
import type { Filtering } from "./transform.ts";

/** The tiles that cover what comes out of a convolution. */
export interface TileGrid {
  readonly images: number;
  /** Of an image. */
  readonly down: number;
  readonly across: number;
  readonly count: number;
}

/** The tiles of a job, by outputs a side. */
export function gridOf({ result: [images, height, width] }: Job, { outputs }: Filtering): TileGrid {
  const down = Math.ceil(height / outputs), across = Math.ceil(width / outputs);
  return { images, down, across, count: images * down * across };
}

/** Where a tile is: its image, and its first output's row and column. */
export interface TilePlace {
  readonly image: Local<"i32">;
  readonly row: Local<"i32">;
  readonly column: Local<"i32">;
}

/** The place of the tile of a number. */
export function placeOf(
  f: FunctionBuilder,
  tile: Integer,
  { down, across }: TileGrid,
  { outputs }: Filtering,
): TilePlace {
  const line = f.local(i32.divU(tile, across));
  return {
    image: f.local(i32.divU(line, down)),
    row: addressOf(f, 0, [i32.remU(line, down), outputs]),
    column: addressOf(f, 0, [i32.remU(tile, across), outputs]),
  };
}

/**
 * A matrix for each position of a tile: a row a tile, a column a channel. Positions are some cache lines
 * more than a multiple of a page apart, as otherwise those of one element would all want the same place
 * in the first cache.
 */
export interface Positions {
  /** Bytes between tiles, and between positions. */
  readonly row: number;
  readonly position: number;
}

/** The matrices of some tiles and channels, whose rows are whole vectors. */
export function positionsOf(tiles: number, channels: number): Positions {
  const row = Math.ceil(channels / 4) * 16, page = 4096;
  return { row, position: Math.ceil(tiles * row / page) * page + 192 };
}
