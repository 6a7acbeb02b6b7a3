import type { Bindings } from "../shader/bindings.ts";
import { constants, type Dispatch, threadsDispatch, unroll } from "../shader/source.ts";
import loads from "./loads.wgsl" with { type: "text" };
import type { Product } from "./description.ts";
import register from "./register.wgsl" with { type: "text" };
import { type Cut, type Extent, piecesOf, sumLength } from "./tile.ts";

/** Rows, and vectors of 4 columns, of the tile that each thread computes. */
export interface RegisterTile extends Cut {
  readonly rows: number;
  readonly vectors: number;
}

/** The tile for a product on a software adapter; rows of a thread divide `uniform`, if not 0. */
export function registerTile(extent: Extent, uniform = 0): RegisterTile {
  const { batch, rows, columns, segments, length } = extent;
  const work = batch * rows * columns * segments * length;
  // The largest tiles are the fastest, but take a second or more to compile.
  const budget = work > 1.5e8 ? 64 : work > 4e6 ? 32 : work > 2e5 ? 16 : 4;
  const most = Math.min(4, Math.ceil(columns / 4));
  let vectors = most;
  for (let v = most; v >= Math.max(1, most - 1); v--) {
    if (padded(columns, 4 * v) < padded(columns, 4 * vectors)) vectors = v;
  }
  const across = Math.ceil(columns / (4 * vectors));
  // 16 threads keep two processors' vector units busy.
  const useful = Math.max(1, Math.floor((batch * rows * across) / 16));
  const tallest = Math.min(16, Math.floor(budget / vectors), rows, Math.max(4, useful));
  let height = Math.ceil(rows / Math.ceil(rows / tallest));
  while (uniform % height !== 0) height--;
  const threads = batch * across * Math.ceil(rows / height);
  const depth = segments * length;
  // Where threads are few, pieces may be short.
  const shared = threads >= 32 || depth < 256
    ? 1
    : Math.min(Math.ceil(depth / 64), Math.ceil(64 / threads));
  return { rows: height, vectors, chunks: piecesOf(extent, shared, 4096), sum: sumLength };
}

/** The dispatch of a product whose threads each compute a tile by themselves. */
export function emitRegister(
  product: Product,
  tile: RegisterTile,
  bindings: Bindings,
  parts: readonly string[],
): Dispatch {
  const rest = product.length < 8 ? product.length : product.length % 4;
  const across = Math.ceil(product.columns / (4 * tile.vectors));
  const down = Math.ceil(product.rows / tile.rows);
  const size = tile.rows * tile.vectors;
  const limits = {
    TILE_ROWS: tile.rows,
    VECTORS: tile.vectors,
    TILE_SIZE: size,
    STEP: 4,
    REST: rest,
  };
  // A stretch is a segment, or a part of a long one.
  const perChunk = product.segments * product.length / tile.chunks;
  const most = Math.min(tile.sum, Math.max(64, Math.ceil(perChunk / 4) * 4));
  const stretch = Math.max(1, Math.min(product.length, most));
  const stretches = Math.max(1, Math.ceil(product.length / stretch));
  return threadsDispatch(product.batch * tile.chunks * down * across, bindings, [
    ...parts,
    constants({
      TILE_ROWS: tile.rows,
      VECTORS: tile.vectors,
      TILE_SIZE: size,
      TILES_ACROSS: across,
      TILES_DOWN: down,
      STRETCH: stretch,
      STRETCHES: stretches,
      STRETCHES_PER_SUM: Math.max(1, Math.floor(tile.sum / stretch)),
      STRETCHES_PER_CHUNK: Math.ceil(product.segments * stretches / tile.chunks),
      WHOLE: product.length - rest,
    }),
    loads,
    unroll(register, limits),
  ]);
}

function padded(size: number, multiple: number): number {
  return Math.ceil(size / multiple) * multiple;
}
