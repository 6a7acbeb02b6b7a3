import type { Bindings } from "../shader/bindings.ts";
import { constants, type Dispatch, foldWorkgroups, unroll } from "../shader/source.ts";
import block from "./block.wgsl" with { type: "text" };
import { emitPatch, type Patch, type Vector } from "./patch.ts";
import type { Product } from "./description.ts";
import { type Cut, type Extent, piecesOf, sumLength } from "./tile.ts";

/** Rows and columns of a workgroup's block, its threads, and how deep it goes into A and B at a time. */
export interface Block {
  readonly rows: number;
  readonly columns: number;
  readonly threads: number;
  readonly depth: number;
  /** Of a thread's tile: rows by four, and vectors of four columns. */
  readonly quads: number;
  readonly vectors: number;
  /** Products of a sum; large tiles leave no registers for sums of sums. */
  readonly sum: number;
}

/** The blocks that there are. Eight threads lie side by side, or sixteen in large ones. */
export const blocks = {
  large: { rows: 128, columns: 128, threads: 256, depth: 16, quads: 2, vectors: 2, sum: Infinity },
  tall: { rows: 128, columns: 64, threads: 128, depth: 16, quads: 2, vectors: 2, sum: Infinity },
  medium: { rows: 64, columns: 64, threads: 64, depth: 16, quads: 2, vectors: 2, sum: Infinity },
  narrow: { rows: 64, columns: 32, threads: 64, depth: 16, quads: 2, vectors: 1, sum: sumLength },
  small: { rows: 32, columns: 32, threads: 64, depth: 16, quads: 1, vectors: 1, sum: sumLength },
} as const satisfies Readonly<Record<string, Block>>;

export type BlockName = keyof typeof blocks;

/** The block that a product is computed by, and pieces of its inner sum that workgroups share. */
export interface BlockTile extends Cut {
  readonly block: Block;
}

/** A block and a number of pieces to use in the place of those that suit: for tests and measurements. */
export interface Forced {
  readonly block?: BlockName;
  readonly chunks?: number;
}

/** How many workgroups of 64 threads fill a large card: six for each of its processors. */
const filling = 768;

/** The shortest inner sum that is worth a workgroup of its own. */
const shortest = 256;

/** The tile for a product on a graphics card. */
export function blockTile(extent: Extent, forced: Forced = {}): BlockTile {
  const { batch, rows, columns, segments, length } = extent;
  const depth = segments * length, most = Math.max(1, Math.floor(depth / shortest));
  const count = ({ rows: height, columns: width }: Block) =>
    batch * Math.ceil(rows / height) * Math.ceil(columns / width);
  const few = (block: Block) => count(block) * most < filling / 6;
  const suits = (): BlockName => {
    if (columns <= 32) return rows <= 32 || few(blocks.narrow) ? "small" : "narrow";
    if (rows <= 32 || few(blocks.medium)) return "small";
    if (rows <= 64 || 2 * count(blocks.tall) * most < filling) return "medium";
    const wastes = Math.ceil(columns / 64) % 2 === 1 && columns < 512;
    return wastes || count(blocks.large) * 4 * most < filling * 2 ? "tall" : "large";
  };
  const name = forced.block ?? suits();
  const block = blocks[name];
  const shared = Math.min(most, Math.ceil(filling / (count(block) * block.threads / 64)));
  const long = block.sum === Infinity ? 2048 : 4096;
  // No piece is empty.
  const chunks = Math.min(forced.chunks ?? piecesOf(extent, shared, long), Math.max(1, depth));
  return { block, chunks, sum: block.sum };
}

/** How the threads of a block bring its operands. */
export function patchesOf(product: Product, { block }: BlockTile): [a: Patch, b: Patch] {
  const patch = (name: "a" | "b", size: number, alongDepth: boolean, aligned = false): Patch => {
    const quads = size / 4, own = quads * block.depth / block.threads as Vector;
    const vector = aligned ? alongDepth ? own : 4 : undefined;
    return { name, quads, depth: block.depth, own, alongDepth, vector };
  };
  return [
    patch("a", block.rows, !product.alongRows, product.alignedA),
    patch("b", block.columns, product.alongDepth ?? false, product.alignedB),
  ];
}

/** The dispatch of a product whose workgroups each compute a block. */
export function emitBlock(
  product: Product,
  { block: shape, chunks, sum }: BlockTile,
  [a, b]: readonly [Patch, Patch],
  bindings: Bindings,
  parts: readonly string[],
): Dispatch {
  const { rows, columns, threads, depth, quads, vectors } = shape;
  const across = Math.ceil(product.columns / columns), down = Math.ceil(product.rows / rows);
  const workgroups = foldWorkgroups(product.batch * chunks * down * across);
  const size = quads * 4 * vectors, hasTotals = Number.isFinite(sum);
  const declarations = constants({
    BATCH: product.batch,
    THREADS: threads,
    BLOCK_ROWS: rows,
    BLOCK_COLUMNS: columns,
    DEPTH: depth,
    VECTORS: vectors,
    TILE_SIZE: size,
    ROW_STEP: rows / (4 * quads),
    COLUMN_STEP: columns / (4 * vectors),
    WARPS_ACROSS: columns / (4 * vectors) / 8,
    OWN_A: a.own,
    OWN_B: b.own,
    HAS_TOTALS: hasTotals,
    STEPS_PER_SUM: hasTotals ? sum / depth : 1,
    BLOCKS_ACROSS: across,
    BLOCKS_DOWN: down,
    DEPTH_PER_CHUNK: Math.ceil(product.segments * product.length / chunks / depth) * depth,
    WHOLE_STEPS: product.length % depth === 0 ||
      !product.sparse && product.segments * product.length % depth === 0,
    B_EVEN: product.evenB ?? false,
    GROUPS_X: workgroups[0],
    GROUPS_Y: workgroups[1],
  });
  const limits = {
    DEPTH: depth,
    TILE_QUADS: quads,
    VECTORS: vectors,
    STEP: 4,
    TILE_SIZE: size,
    TOTALS: hasTotals ? size : 0,
  };
  const code = [
    bindings.declarations,
    ...parts,
    declarations,
    emitPatch(a),
    emitPatch(b),
    unroll(block, limits),
  ];
  return { code: code.join("\n"), bindings: bindings.list, workgroups };
}
