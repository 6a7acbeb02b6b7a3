import { addressOf } from "../memory/address.ts";
import { panelsOf, tileFunction, tileOf } from "../product/tile.ts";
import { runsOf, tilesOf, Tiling } from "../product/tiling.ts";
import type { Target } from "../target.ts";
import type { FunctionBuilder, Integer, ModuleBuilder } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";
import type { Positions } from "./tiles.ts";

/** The products of the positions of tiles, summed over tiles: channels by filters for each. */
export interface SumProducts {
  readonly channels: number;
  readonly filters: number;
  readonly inputs: Positions;
  readonly gradients: Positions;
  /** A row a channel, a column a filter. */
  readonly sums: Positions;
  /** Tiles that are summed at a time, which is said for each time where that is "runtime". */
  readonly tiles: number | "runtime";
  /** Whether sums are ever added to. */
  readonly resumable: boolean;
}

/**
 * What emits the sum over some tiles of a position's inputs by its gradients, for a range of register
 * tiles of rows. Inputs, gradients and sums are those of position 0.
 */
export function sumProduct(module: ModuleBuilder, target: Target, sizes: SumProducts) {
  const { channels, filters, inputs, gradients, sums } = sizes;
  const tile = tileOf(filters, [4, sums.row], target), panels = panelsOf(filters, tile.width);
  const reduction = [{ count: sizes.tiles, a: inputs.row, b: gradients.row }];
  const rowTiles = tilesOf(channels, tile.rows);
  const tiling = new Tiling(rowTiles, (rows) =>
    tileFunction(module, tile, {
      rows,
      rowStride: 4,
      tileStride: rows * 4,
      panelStride: tile.width * 4,
      reduction,
      resultStride: sums.row,
      lastColumns: panels.last,
      resumable: sizes.resumable,
    }));
  return {
    /** Register tiles of rows that there are. */
    rowTiles: rowTiles.count,
    add(
      f: FunctionBuilder,
      position: Integer,
      [from, to]: readonly [Integer, Integer],
      at: {
        readonly inputs: Integer;
        readonly gradients: Integer;
        readonly sums: Integer;
        readonly tiles: Integer;
        readonly resume: Integer;
      },
    ): void {
      const a = addressOf(f, at.inputs, [position, inputs.position]);
      const b = addressOf(f, at.gradients, [position, gradients.position]);
      const result = addressOf(f, at.sums, [position, sums.position]);
      tiling.forEach(f, from, to, Infinity, (number, many, _, fn) => {
        const row = f.local(tiling.rowOf(number));
        const end = i32.constant(panels.count), most = fn.walks ? Infinity : 1;
        runsOf(f, i32.constant(0), end, most, (panel, some) => {
          f.do(fn.call({
            a: addressOf(f, a, [row, 4]),
            b: addressOf(f, b, [panel, tile.width * 4]),
            result: addressOf(f, result, [row, sums.row], [panel, tile.width * 4]),
            base: i32.constant(0),
            last: f.local(i32.eq(panel, i32.sub(panels.count, some))),
            count: at.tiles,
            resume: at.resume,
            tiles: many,
            panels: some,
          }));
        });
      });
    },
  };
}
