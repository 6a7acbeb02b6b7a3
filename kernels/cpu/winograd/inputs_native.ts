import { StepWriter } from "../../native/vector_loop.ts";
import { type NativeLoop, nativeLoop } from "../elementwise/vector_loop.ts";
import { addressOf } from "../memory/address.ts";
import { moveFloats } from "../memory/runs.ts";
import type { NativeTiles } from "../target.ts";
import type { FunctionIndex, ModuleBuilder } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";
import type { Job } from "./job.ts";
import { placeOf, type Positions, type TileGrid } from "./tiles.ts";
import { type Filtering, sideOf, transformInputs } from "./transform.ts";

/** Neighbouring columns of tiles that have the same part of their inputs within the image. */
interface Columns {
  /** The column of tiles after the last of them. */
  end: number;
  /** Inputs within: from the first to before the last. */
  readonly inside: readonly [number, number];
}

/**
 * Emits what `inputFunction` does, with native code for the transforms; undefined where there is none.
 * It copies nothing at edges: there is code for each way that a tile's columns may lie, and lines outside
 * the image are read where zeros are. Tiles side by side are one call.
 */
export function nativeInputFunction(
  module: ModuleBuilder,
  native: NativeTiles | undefined,
  job: Job,
  filtering: Filtering,
  grid: TileGrid,
  positions: Positions,
): FunctionIndex | undefined {
  const [, height, width, channels] = job.image, pixel = channels * 4, line = width * pixel;
  const { outputs } = filtering, side = sideOf(filtering);
  const kinds: { readonly columns: Columns; readonly transform: NativeLoop }[] = [];
  for (const columns of columnsOf(job, filtering, grid)) {
    const transform = transformOf(module, native, job, filtering, positions, columns.inside);
    if (transform === undefined) return undefined;
    kinds.push({ columns, transform });
  }
  return module.function(
    ["i32", "i32", "i32", "i32", "i32"],
    (f, image, first, tiles, target, zeros) => {
      const end = f.local(i32.add(first, tiles)), runs = f.local("i32");
      const lines = Array.from({ length: side }, () => f.local("i32"));
      moveFloats(f, zeros, undefined, side * channels);
      f.count(first, end, 1, (number) => {
        const tile = f.local(i32.minU(number, grid.count - 1));
        const { image: n, ...place } = placeOf(f, tile, grid, filtering);
        const row = f.local(i32.sub(place.row, job.top));
        const column = f.local(i32.sub(place.column, job.left));
        const from = addressOf(f, image, [n, height * line], [row, line], [column, pixel]);
        f.set(runs, i32.minU(i32.sub(end, number), grid.across));
        lines.forEach((at, y) => f.set(at, i32.add(from, y * line)));
        f.if(i32.ltU(Math.max(0, height - side), row), () => {
          // Zeros do not go on from tile to tile.
          f.set(runs, 1);
          lines.forEach((at, y) =>
            f.set(at, i32.select(i32.ltU(i32.add(row, y), height), at, zeros))
          );
        });
        const transform = (kind: number) => {
          const { columns, transform: loop } = kinds[kind]!, after = columns.end * outputs;
          const call = () => {
            const left = i32.divU(i32.sub(after, place.column), outputs);
            f.set(runs, i32.minU(runs, f.local(left)));
            // From the first column within: before the image there may be no memory.
            const within = lines.map((at) => i32.add(at, columns.inside[0] * pixel));
            loop(f, [...within, target], runs);
          };
          if (kind === kinds.length - 1) call();
          else f.if(i32.ltU(place.column, after), call, () => transform(kind + 1));
        };
        transform(0);
        f.increase(target, i32.mul(runs, positions.row));
        f.increase(number, i32.sub(runs, 1));
      });
    },
  );
}

/** The columns of tiles, by what of their inputs is within the image. */
function columnsOf(
  { image: [, , width], left }: Job,
  filtering: Filtering,
  { across }: TileGrid,
): Columns[] {
  const side = sideOf(filtering), found: Columns[] = [];
  const within = (place: number) => Math.min(Math.max(place, 0), side);
  for (let tile = 0; tile < across; tile++) {
    const column = tile * filtering.outputs - left;
    const inside = [within(-column), within(width - column)] as const, last = found.at(-1);
    if (last?.inside.join() === inside.join()) last.end = tile + 1;
    else found.push({ end: tile + 1, inside });
  }
  return found;
}

/** The transform of tiles side by side, from pointers to their lines and to where the first begins. */
function transformOf(
  module: ModuleBuilder,
  native: NativeTiles | undefined,
  { image: [, , , channels] }: Job,
  filtering: Filtering,
  positions: Positions,
  [from, to]: Columns["inside"],
): NativeLoop | undefined {
  const side = sideOf(filtering), vectors = new StepWriter(), pixel = channels * 4;
  const columns = Array.from({ length: side }, (_, x) => {
    const isInside = x >= from && x < to;
    const loaded = Array.from(
      { length: side },
      (_, y) => isInside ? vectors.load(y, (x - from) * pixel) : vectors.constant(0),
    );
    return transformInputs(vectors, filtering, loaded);
  });
  for (let y = 0; y < side; y++) {
    transformInputs(vectors, filtering, columns.map((column) => column[y]!)).forEach((value, x) =>
      vectors.store(side, (y * side + x) * positions.position, value)
    );
  }
  const moves = [...new Array<number>(side).fill(filtering.outputs * pixel), positions.row];
  return nativeLoop(module, native, { length: channels, moves }, vectors.steps);
}
