import type { FunctionBuilder, Integer, Local } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";
import type { TileFunction } from "./tile_function.ts";

/**
 * Runs `body` for the numbers from `from` to before `to`, at most `most` at a time: with the first, and
 * how many.
 */
export function runsOf(
  f: FunctionBuilder,
  from: Integer,
  to: Integer,
  most: number,
  body: (first: Local<"i32">, count: Integer) => void,
): void {
  if (most === Infinity) {
    f.if(i32.ltU(from, to), () => f.scope(() => body(f.local(from), f.local(i32.sub(to, from)))));
  } else {
    f.count(from, to, most, (first) =>
      f.scope(() => {
        if (most === 1) return body(first, i32.constant(1));
        body(first, f.local(i32.minU(i32.sub(to, first), most)));
      }));
  }
}

/** Rows in tiles whose heights differ by at most one: the first `extra` have one row more. */
export interface Tiles {
  readonly count: number;
  readonly height: number;
  readonly extra: number;
}

/** `rows` rows in as few tiles as there can be of at most `most`. */
export function tilesOf(rows: number, most: number): Tiles {
  const count = Math.ceil(rows / most), height = Math.floor(rows / count);
  return { count, height, extra: rows - count * height };
}

/** Tiles of rows, with the function that computes a tile of each height. */
export class Tiling {
  readonly #tiles: Tiles;
  readonly #low: TileFunction | undefined;
  readonly #high: TileFunction | undefined;

  /** `make` emits the function for a height. */
  constructor(tiles: Tiles, make: (rows: number) => TileFunction) {
    const { count, height, extra } = tiles;
    this.#tiles = tiles;
    this.#low = extra < count ? make(height) : undefined;
    this.#high = extra > 0 ? make(height + 1) : undefined;
  }

  /** The first row of a tile. */
  rowOf(tile: Integer): Integer {
    const { height, extra } = this.#tiles;
    return i32.add(i32.mul(tile, height), extra === 0 ? 0 : i32.minU(tile, extra));
  }

  /**
   * Runs `body` for the tiles from `from` to before `to`, one by one, or, where the functions walk, some
   * of one height at a time, at most `most`: with the first, how many, their rows and the function.
   */
  forEach(
    f: FunctionBuilder,
    from: Integer,
    to: Integer,
    most: number,
    body: (tile: Local<"i32">, tiles: Integer, rows: number, fn: TileFunction) => void,
  ): void {
    this.forEachHeight(f, from, to, (first, end, rows) => {
      const fn = rows === this.#tiles.height ? this.#low! : this.#high!;
      runsOf(f, first, end, fn.walks ? most : 1, (tile, tiles) => body(tile, tiles, rows, fn));
    });
  }

  /** Splits the tiles from `from` to before `to` in those of one height and those of the other. */
  forEachHeight(
    f: FunctionBuilder,
    from: Integer,
    to: Integer,
    body: (from: Integer, to: Integer, rows: number) => void,
  ): void {
    const { height, extra } = this.#tiles;
    if (extra === 0) return body(from, to, height);
    const end = f.local(i32.minU(to, extra));
    f.if(i32.ltU(from, end), () => body(from, end, height + 1));
    const start = f.local(i32.select(i32.ltU(from, extra), extra, from));
    f.if(i32.ltU(start, to), () => body(start, to, height));
  }
}
