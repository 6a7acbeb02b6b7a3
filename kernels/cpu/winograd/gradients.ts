import { addressOf } from "../memory/address.ts";
import type { FunctionIndex, ModuleBuilder } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";
import { transformGradients } from "./gradient_transform.ts";
import { copyPatch } from "./inputs.ts";
import type { Job } from "./job.ts";
import { transformTile } from "./tile_transform.ts";
import { placeOf, type Positions, type TileGrid } from "./tiles.ts";
import type { Filtering } from "./transform.ts";

/** Bytes of the patch that a tile at an edge is copied to. */
export const gradientPatchBytes = ({ result }: Job, { outputs }: Filtering): number =>
  outputs ** 2 * result[3] * 4;

/**
 * Emits the function that transforms tiles of the outputs' gradients: (gradients, first tile, tiles,
 * target, patch). What is past an edge is 0.
 */
export function gradientFunction(
  module: ModuleBuilder,
  { result }: Job,
  filtering: Filtering,
  grid: TileGrid,
  positions: Positions,
): FunctionIndex {
  const [, height, width, channels] = result, pixel = channels * 4, line = width * pixel;
  const { outputs } = filtering;
  return module.function(
    ["i32", "i32", "i32", "i32", "i32"],
    (f, gradients, first, tiles, target, patch) => {
      const lines = Array.from({ length: outputs }, () => f.local("i32"));
      f.count(first, f.local(i32.add(first, tiles)), 1, (tile) => {
        const { image, row, column } = placeOf(f, tile, grid, filtering);
        const from = addressOf(f, gradients, [image, height * line], [row, line], [column, pixel]);
        const isWithin = i32.and(
          i32.ltU(row, Math.max(0, height - outputs + 1)),
          i32.ltU(column, Math.max(0, width - outputs + 1)),
        );
        f.if(
          isWithin,
          () => lines.forEach((at, y) => f.set(at, i32.add(from, y * line))),
          () => {
            copyPatch(f, { row, column }, from, patch, { image: result }, outputs);
            lines.forEach((at, y) => f.set(at, i32.add(patch, y * outputs * pixel)));
          },
        );
        transformTile(
          f,
          { lines, channels, target, positions },
          (line) => transformGradients(f, filtering, line),
        );
        f.increase(target, positions.row);
      });
    },
  );
}
