import type { Tail } from "../../../lib/graph/kernel.ts";
import { type Shape, sizeOf } from "../../../lib/core/shape.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { emitStored, prelude } from "../elementwise/expression.ts";
import common from "./product.wgsl" with { type: "text" };
import { emitTotal } from "../reduce/reduction.ts";
import register from "./register.wgsl" with { type: "text" };
import workgroup from "./workgroup.wgsl" with { type: "text" };
import {
  constants,
  type Dispatch,
  type Emitted,
  foldWorkgroups,
  threadsDispatch,
  unroll,
} from "../shader/source.ts";
import { type Extent, registerTile, type Tile, type Tiling, workgroupTile } from "./tile.ts";

/** A batch of matrix products of inputs 0 and 1, with WGSL that says where their elements are. */
export interface Product extends Extent {
  /** Scope, Row, Line and the functions over them, place and last_of: see register.wgsl. */
  readonly source: string;
  /** Whether load_a4 (load_b4) always reads at a multiple of 4. */
  readonly alignedA?: boolean;
  readonly alignedB?: boolean;
  /** Whether an element's neighbours in memory are in other rows of A; along the depth in B. */
  readonly alongRows?: boolean;
  readonly alongDepth?: boolean;
  /** How far elements of B lie apart along the inner dimension, and those of neighbouring columns. */
  readonly stepB: number;
  readonly columnB?: number;
  /** Whether `place` may say that a row is not there. */
  readonly sparse?: boolean;
  readonly output: Shape;
  readonly tail?: Tail | undefined;
}

/** The dispatch of a product, and one that adds up the pieces where its sums were cut. */
export function emitProduct(product: Product, operands: Operands, tiling: Tiling): Emitted {
  const tile = (tiling === "register" ? registerTile : workgroupTile)(product);
  const size = sizeOf(product.output);
  const scratch = Math.max(...operands.inputs, ...operands.outputs) + 1;
  const bindings = new Bindings(operands, tile.chunks > 1 ? [scratch] : operands.outputs);
  const store = tile.chunks > 1
    ? bindings.write(scratch, "f32", `chunk * ${size}u + i`, "value")
    : emitTail(product, bindings, "last");
  const parts = [
    prelude,
    operand("a", 0, bindings, product.alignedA),
    operand("b", 1, bindings, product.alignedB),
    `fn finish(i: u32, last: u32, chunk: u32, value: f32) {\n  ${store}\n}`,
    storeFour(product),
    constants({
      ROWS: product.rows,
      LAST_ROW: product.rows - 1,
      COLUMNS: product.columns,
      SEGMENTS: product.segments,
      LENGTH: Math.max(1, product.length),
      CHUNKS: tile.chunks,
      B_STEP: product.stepB,
      B_COLUMN: product.columnB ?? 1,
    }),
    common,
    product.source,
  ];
  const emitTiles = tiling === "register" ? emitRegister : emitWorkgroup;
  const first = emitTiles(product, tile, bindings, parts);
  if (tile.chunks === 1) return { dispatches: [first] };
  const second = emitSum(product, operands, scratch, tile.chunks);
  return { dispatches: [first, second], scratch: size * tile.chunks * 4 };
}

/** WGSL that reads an operand, by one or four neighbours. */
function operand(name: string, input: number, bindings: Bindings, aligned = false): string {
  if (aligned) {
    const vector = bindings.load(input, "vec4f", "i / 4u");
    return `fn ${name}_at4(i: u32) -> vec4f { return ${vector}; }
fn ${name}_at(i: u32) -> f32 { return ${vector}[i % 4u]; }`;
  }
  const load = bindings.load(input, "f32", "i");
  return `fn ${name}_at(i: u32) -> f32 { return ${load}; }
fn ${name}_at4(i: u32) -> vec4f {
  return vec4f(${[0, 1, 2, 3].map((e) => `${name}_at(i + ${e}u)`).join(", ")});
}`;
}

/** Statements that compute a product's tail and store it. */
function emitTail(product: Product, bindings: Bindings, last: string): string {
  const { tail, output } = product;
  if (tail === undefined) return bindings.store(0, "f32", "i", "value");
  const shape = [sizeOf(output.slice(0, -1)), output.at(-1)!];
  return emitStored(tail, shape, { index: "i", last, result: "value" }, bindings);
}

/** WGSL that stores four neighbouring columns, as far as they are there. */
function storeFour(product: Product): string {
  const whole = product.columns % 4 === 0;
  const lines = ["x", "y", "z", "w"].map((component, e) => {
    const column = e === 0 ? "column" : `column + ${e}u`;
    const call = `finish(start + ${column}, last_of(batch, ${column}), chunk, value.${component});`;
    return whole ? call : `if (${column} < COLUMNS) { ${call} }`;
  });
  const guard = [
    ...(whole ? ["column >= COLUMNS"] : []),
    ...(product.sparse ? ["start == 0xffffffffu"] : []),
  ].join(" || ");
  return `fn store4(batch: u32, chunk: u32, row: u32, column: u32, value: vec4f) {
  let start = place(batch, row);
  ${guard && `if (${guard}) { return; }`}
  ${lines.join("\n  ")}
}`;
}

/** The dispatch of a product whose threads each compute a tile by themselves. */
function emitRegister(
  product: Product,
  tile: Tile,
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
    unroll(register, limits),
  ]);
}

/** The dispatch of a product whose workgroups of 8 by 8 threads each compute a block of tiles. */
function emitWorkgroup(
  product: Product,
  tile: Tile,
  bindings: Bindings,
  parts: readonly string[],
): Dispatch {
  const depth = 16, blockRows = 8 * tile.rows;
  const across = Math.ceil(product.columns / (32 * tile.vectors));
  const down = Math.ceil(product.rows / blockRows);
  const workgroups = foldWorkgroups(product.batch * tile.chunks * down * across);
  const perChunk = product.segments * product.length / tile.chunks;
  const size = tile.rows * tile.vectors;
  const limits = {
    TILE_ROWS: tile.rows,
    TILE_QUADS: tile.rows / 4,
    VECTORS: tile.vectors,
    TILE_SIZE: size,
    STEP: 4,
  };
  const declarations = constants({
    BATCH: product.batch,
    TILE_ROWS: tile.rows,
    VECTORS: tile.vectors,
    TILE_SIZE: size,
    HAS_TOTALS: Number.isFinite(tile.sum),
    STEPS_PER_SUM: Number.isFinite(tile.sum) ? tile.sum / depth : 1,
    BLOCKS_ACROSS: across,
    BLOCKS_DOWN: down,
    DEPTH_PER_CHUNK: Math.ceil(perChunk / depth) * depth,
    A_ALONG_ROWS: product.alongRows ?? false,
    B_ALONG_DEPTH: product.alongDepth ?? false,
    GROUPS_X: workgroups[0],
    GROUPS_Y: workgroups[1],
  });
  const code = [bindings.declarations, ...parts, declarations, unroll(workgroup, limits)];
  return { code: code.join("\n"), bindings: bindings.list, workgroups };
}

/** The dispatch that adds up the pieces of each sum and computes the tail. */
function emitSum(
  product: Product,
  operands: Operands,
  scratch: number,
  chunks: number,
): Dispatch {
  const bindings = new Bindings(operands), last = product.output.at(-1) ?? 1;
  return emitTotal(
    {
      combine: "sum",
      dtype: "f32",
      outputs: sizeOf(product.output),
      elements: chunks,
      store: emitTail(product, bindings, `(i % ${last}u)`),
    },
    scratch,
    bindings,
  );
}
