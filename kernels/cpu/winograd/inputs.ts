import { portableArithmetic } from "../elementwise/vector_loop.ts";
import { addressOf } from "../memory/address.ts";
import { moveFloats } from "../memory/runs.ts";
import type { NativeTiles } from "../target.ts";
import type { FunctionBuilder, FunctionIndex, Local, ModuleBuilder } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";
import { nativeInputFunction } from "./inputs_native.ts";
import type { Job } from "./job.ts";
import { transformTile } from "./tile_transform.ts";
import { placeOf, type Positions, type TileGrid, type TilePlace } from "./tiles.ts";
import { type Filtering, sideOf, transformInputs } from "./transform.ts";

/** Bytes of the patch that a tile at an edge is copied to. */
export const patchBytes = ({ image }: Job, filtering: Filtering): number =>
  sideOf(filtering) ** 2 * image[3] * 4;

/**
 * Emits the function that transforms the inputs of tiles: (image, first tile, tiles, target, patch). A
 * tile after the last one is the last one again.
 */
export function inputFunction(
  module: ModuleBuilder,
  job: Job,
  filtering: Filtering,
  grid: TileGrid,
  positions: Positions,
  native: NativeTiles | undefined,
): FunctionIndex {
  const [, height, width, channels] = job.image, pixel = channels * 4, line = width * pixel;
  const side = sideOf(filtering);
  const transform = nativeInputFunction(module, native, job, filtering, grid, positions);
  if (transform !== undefined) return transform;
  return module.function(
    ["i32", "i32", "i32", "i32", "i32"],
    (f, image, first, tiles, target, patch) => {
      const end = f.local(i32.add(first, tiles));
      const lines = Array.from({ length: side }, () => f.local("i32"));
      f.count(first, end, 1, (number) => {
        const tile = f.local(i32.minU(number, grid.count - 1));
        const { image: n, ...place } = placeOf(f, tile, grid, filtering);
        const row = f.local(i32.sub(place.row, job.top));
        const column = f.local(i32.sub(place.column, job.left));
        const from = addressOf(f, image, [n, height * line], [row, line], [column, pixel]);
        const follow = (start: Local<"i32">, step: number) =>
          lines.forEach((at, y) => f.set(at, i32.add(start, y * step)));
        const isWithin = (at: Local<"i32">, size: number) =>
          i32.ltU(at, Math.max(0, size - side + 1));
        f.if(
          i32.and(isWithin(row, height), isWithin(column, width)),
          () => follow(from, line),
          () => {
            copyPatch(f, { row, column }, from, patch, job, side);
            follow(patch, side * pixel);
          },
        );
        transformTile(
          f,
          { lines, channels, target, positions },
          (line) => transformInputs(portableArithmetic(f), filtering, line),
        );
        f.increase(target, positions.row);
      });
    },
  );
}

/** Copies what a tile reads, with zeros where that is outside the image. */
export function copyPatch(
  f: FunctionBuilder,
  { row, column }: Omit<TilePlace, "image">,
  from: Local<"i32">,
  patch: Local<"i32">,
  { image: [, height, width, channels] }: Pick<Job, "image">,
  side: number,
): void {
  const to = f.local(patch);
  f.count(0, side, 1, (y) => {
    f.count(0, side, 1, (x) => {
      const isInside = i32.and(
        i32.ltU(i32.add(row, y), height),
        i32.ltU(i32.add(column, x), width),
      );
      f.if(
        isInside,
        () =>
          f.scope(() => {
            const source = addressOf(f, from, [y, width * channels * 4], [x, channels * 4]);
            moveFloats(f, to, source, channels);
          }),
        () => moveFloats(f, to, undefined, channels),
      );
      f.increase(to, channels * 4);
    });
  });
}
