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
  /** If not 0, as by default: a thread's rows must be a divisor of this. */
  readonly uniform?: number;
}

/**
 * Rows, and vectors of 4 columns, of the tile that each thread computes; pieces of the inner sum that
 * threads share, each the sum of sums of so many products.
 */
export interface Tile {
  readonly rows: number;
  readonly vectors: number;
  readonly chunks: number;
  readonly sum: number;
}

/** How many products a thread adds up one after another, where it then begins a new sum. */
const sumLength = 64;

/** The longest inner sum of a thread: software adapters end its loops after 65,535 turns in all. */
const longest = 2 ** 14;

/** Into how many pieces a sum is cut: those that threads share, or more, so that none is long. */
function piecesOf(
  { batch, rows, columns, segments, length }: Extent,
  shared: number,
  long: number,
) {
  const depth = segments * length;
  // As far as 64 MiB hold them.
  const fitting = Math.floor(2 ** 24 / (batch * rows * columns));
  return Math.max(shared, Math.ceil(depth / longest), Math.min(Math.ceil(depth / long), fitting));
}

/** The tile for a product on a software adapter. */
export function registerTile(extent: Extent): Tile {
  const { batch, rows, columns, segments, length, uniform = 0 } = extent;
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

/** The tile for a product on a graphics card, by blocks of 8 by 8 threads. */
export function workgroupTile(extent: Extent): Tile {
  const { batch, rows, columns, segments, length } = extent;
  const depth = segments * length;
  const blocks = (size: number) => batch * Math.ceil(rows / size) * Math.ceil(columns / size);
  // Small blocks where large ones are too few to fill a card.
  const large = blocks(64) >= 128 && rows > 32 && columns > 32;
  const count = blocks(large ? 64 : 32);
  const shared = count >= 128 || depth < 512
    ? 1
    : Math.min(Math.ceil(depth / 256), Math.ceil(256 / count));
  // Large blocks have no registers left for a second sum. Their pieces are short instead.
  return large
    ? { rows: 8, vectors: 2, chunks: piecesOf(extent, shared, 2048), sum: Infinity }
    : { rows: 4, vectors: 1, chunks: piecesOf(extent, shared, 4096), sum: sumLength };
}

function padded(size: number, multiple: number): number {
  return Math.ceil(size / multiple) * multiple;
}
