import { addressOf } from "../memory/address.ts";
import { type Panels, tileFunction, type TileSize } from "../product/tile.ts";
import { runsOf, tilesOf, Tiling } from "../product/tiling.ts";
import type { FunctionBuilder, Integer, ModuleBuilder } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";
import type { Positions } from "./tiles.ts";

/** Bytes of weights that stay in the second cache while the rows of the inputs pass. */
const weightsAtOnce = 128 << 10;

/** The products of the positions of tiles: for each, inputs by weights. */
export interface PositionProducts {
  /** Rows: as many as tiles are transformed together. */
  readonly rows: number;
  readonly channels: number;
  readonly inputs: Positions;
  readonly products: Positions;
  readonly tile: TileSize;
  readonly panels: Panels;
}

/** Bytes of a packed panel of weights, and of all of a position. */
export function weightSizes({ channels, panels: { count, width } }: PositionProducts) {
  const panel = channels * width * 4;
  return { panel, position: count * panel };
}

/**
 * What emits all rows of a position times the panels of weights from the first to before the second.
 * Weights, inputs and products are those of position 0.
 */
export function positionProduct(module: ModuleBuilder, sizes: PositionProducts) {
  const { rows, channels, inputs, products, tile, panels } = sizes, { width } = panels;
  const bytes = weightSizes(sizes), tiles = tilesOf(rows, tile.rows), zero = i32.constant(0);
  const tiling = new Tiling(tiles, (height) =>
    tileFunction(module, tile, {
      rows: height,
      rowStride: inputs.row,
      tileStride: height * inputs.row,
      panelStride: bytes.panel,
      reduction: [{ count: channels, a: 4, b: width * 4 }],
      resultStride: products.row,
      lastColumns: width,
      resumable: false,
    }));
  const walking = Math.max(1, Math.floor(weightsAtOnce / bytes.panel));
  const panelsAtOnce = tile.native === undefined ? 1 : walking;
  return (
    f: FunctionBuilder,
    position: Integer,
    [panel0, panel1]: readonly [Integer, Integer],
    at: { readonly inputs: Integer; readonly weights: Integer; readonly products: Integer },
  ): void => {
    const a = addressOf(f, at.inputs, [position, inputs.position]);
    const b = addressOf(f, at.weights, [position, bytes.position]);
    const result = addressOf(f, at.products, [position, products.position]);
    runsOf(
      f,
      panel0,
      panel1,
      panelsAtOnce,
      (panel, some) =>
        tiling.forEach(f, zero, i32.constant(tiles.count), Infinity, (number, many, _, fn) => {
          const row = f.local(tiling.rowOf(number));
          f.do(fn.call({
            a: addressOf(f, a, [row, inputs.row]),
            b: addressOf(f, b, [panel, bytes.panel]),
            result: addressOf(f, result, [row, products.row], [panel, width * 4]),
            base: zero,
            last: zero,
            count: zero,
            resume: zero,
            tiles: many,
            panels: some,
          }));
        }),
    );
  };
}
