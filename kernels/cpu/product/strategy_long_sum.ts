/**
 * Products that are summed over many pixels (or over the examples of a batch) into a small matrix:
 * the gradients of kernels and of weights. A's rows lie side by side in memory there. The pixels
 * are taken in units that stay in the cache, to which the register tiles are applied one after
 * another; chunks of units give partial sums for the threads, which are added in order.
 *
 * @module
 */

import type { Expression } from "../../../lib/graph/kernel.ts";
import { type Shape, sizeOf } from "../../../lib/core/shape.ts";
import type { FunctionIndex, Local, Value } from "../wasm/assembler.ts";
import type { Arguments, KernelBuilder } from "../stages/builder.ts";
import { ExpressionEmitter } from "../elementwise/expression.ts";
import type { Stages } from "../stages/parts.ts";
import { mergeAxes, moveAlong, reductionSize, type SumAxis, unitsOf } from "./axes.ts";
import { addressOf, divide, type Part, type Scratch, taskRanges } from "../stages/parts.ts";
import { loadKind, plainTail } from "./tail.ts";
import { tileFunction, tileRows, Tiling } from "./tile_6x8.ts";
import { call, f32x4, i32, v128 } from "../wasm/instructions.ts";
import { storeLanes } from "../memory/lanes.ts";

/**
 * result[group, tap, row, column] = sum over pixels of A[group, tap, row, pixel] *
 * B[group, pixel, column]; distances in bytes. Rows and columns lie side by side in A and B.
 */
export interface Accumulation {
  readonly groups: {
    readonly count: number;
    readonly a: number;
    readonly b: number;
    readonly result: number;
  };
  /** Positions of a kernel's window, outermost first. */
  readonly taps: readonly { readonly count: number; readonly a: number }[];
  readonly rows: number;
  readonly columns: number;
  readonly pixels: readonly SumAxis[];
  /** Bytes between rows of the result. */
  readonly resultStride: number;
  a(args: Arguments): Value<"i32">;
  b(args: Arguments): Value<"i32">;
  /** The result's shape, and what is done with it before it is stored. */
  readonly shape: Shape;
  readonly tail: Expression | undefined;
}

/** Pixels of a unit, about: what 6 rows of A read of them fits the first cache. */
const unitPixels = 256;

/** Rows and columns of the result that a task works on: they stay in the second cache. */
const blockRows = 126, blockColumns = 256;

/** How many tasks the work is split into where it is large enough, and what is large enough. */
const wantedTasks = 16, taskWork = 1 << 18;

/** The stages that compute it. */
export function accumulationStages(
  builder: KernelBuilder,
  scratch: Scratch,
  sum: Accumulation,
): Stages {
  const { groups, rows, columns, resultStride } = sum;
  const resultBytes = sizeOf(sum.shape) * 4;
  if (resultBytes === 0) return [];
  const pixels = mergeAxes(sum.pixels);
  const vectors = columns <= 4 ? 1 : 2, width = vectors * 4;
  const panels = Math.ceil(columns / width);
  const { outer, cut, step, inner, cuts, count: units } = unitsOf(pixels, unitPixels);
  const taps = reductionSize(sum.taps);
  const tiling = new Tiling(rows, tileRows(vectors), (height) =>
    tileFunction(builder.module, {
      rows: height,
      vectors,
      rowStride: 4,
      reduction: [{ ...cut, count: cut.count % step === 0 ? step : "runtime" }, ...inner],
      resultStride,
      lastColumns: columns - (panels - 1) * width,
      resumable: true,
    }));
  const allTiles = taps * tiling.count;
  const tilesPerBlock = Math.min(allTiles, Math.ceil(blockRows / (tiling.height + 1)));
  const rowBlocks = Math.ceil(allTiles / tilesPerBlock);
  const panelsPerBlock = Math.min(panels, blockColumns / width);
  const columnBlocks = Math.ceil(panels / panelsPerBlock);
  const blocks = groups.count * rowBlocks * columnBlocks;
  const work = sizeOf(sum.shape) * reductionSize(pixels);
  const wanted = Math.max(1, Math.min(wantedTasks, Math.floor(work / taskWork)));
  const unitsPerChunk = Math.max(1, Math.ceil(units / Math.ceil(wanted / blocks)));
  const chunks = Math.max(1, Math.ceil(units / unitsPerChunk));
  const direct = chunks === 1 && sum.tail === undefined && units > 0;
  const partials = direct ? 0 : scratch.reserve(chunks * resultBytes);

  const multiply: Part = {
    tasks: blocks * chunks,
    emit(f, args, task) {
      const [chunk, block] = divide(f, task, blocks, chunks);
      const [group, inGroup] = divide(f, block, rowBlocks * columnBlocks, groups.count);
      const [rowBlock, columnBlock] = divide(f, inGroup, columnBlocks, rowBlocks);
      const tile0 = f.local("i32", i32.mul(rowBlock, tilesPerBlock));
      const tile1 = f.local("i32", i32.minU(i32.add(tile0, tilesPerBlock), allTiles));
      const panel0 = f.local("i32", i32.mul(columnBlock, panelsPerBlock));
      const panel1 = f.local("i32", i32.minU(i32.add(panel0, panelsPerBlock), panels));
      const unit0 = f.local("i32", i32.mul(chunk, unitsPerChunk));
      const unit1 = f.local("i32", i32.minU(i32.add(unit0, unitsPerChunk), units));
      const result = addressOf(
        f,
        direct ? args.output(0) : i32.add(args.scratch, partials),
        [chunk, resultBytes],
        [group, groups.result],
      );
      const a0 = addressOf(f, sum.a(args), [group, groups.a]);
      const b0 = addressOf(f, sum.b(args), [group, groups.b]);
      f.count(unit0, unit1, 1, (unit) => {
        const [before, position] = divide(f, unit, cuts, reductionSize(outer));
        const first = f.local("i32", i32.mul(position, step));
        const steps = f.local("i32", i32.minU(i32.sub(cut.count, first), step));
        const resume = f.local("i32", i32.ne(unit, unit0));
        const a = addressOf(f, a0, [first, cut.a]);
        const b = addressOf(f, b0, [first, cut.b]);
        moveAlong(f, before, outer, [a, (axis) => axis.a], [b, (axis) => axis.b]);
        const emitTile = (
          tap: Value<"i32">,
          inTap: Value<"i32">,
          fn: FunctionIndex,
        ) => {
          const row = f.local("i32", tiling.rowOf(inTap));
          const aTile = addressOf(f, a, [row, 4]);
          moveAlong(f, tap, sum.taps, [aTile, (axis) => axis.a]);
          const target = addressOf(f, result, [tap, rows * resultStride], [row, resultStride]);
          f.count(panel0, panel1, 1, (panel) => {
            const last = f.local("i32", i32.eq(panel, panels - 1));
            const bPanel = addressOf(f, b, [panel, width * 4]);
            const place = addressOf(f, target, [panel, width * 4]);
            f.do(call(fn, aTile, bPanel, place, i32.constant(0), last, steps, resume));
          });
        };
        // A block of tiles may begin and end within a tap.
        const tap0 = divide(f, tile0, tiling.count, taps)[0];
        const tap1 =
          divide(f, f.local("i32", i32.add(tile1, tiling.count - 1)), tiling.count, taps + 1)[0];
        f.count(tap0, tap1, 1, (tap) => {
          const start = f.local("i32", i32.mul(tap, tiling.count));
          const from = i32.select(i32.ltU(tile0, start), 0, i32.sub(tile0, start));
          const to = i32.minU(i32.sub(tile1, start), tiling.count);
          tiling.forEach(
            f,
            f.local("i32", from),
            f.local("i32", to),
            (tile, _, fn) => emitTile(tap, tile, fn),
          );
        });
      });
    },
  };
  if (direct) return [[multiply]];
  return [[multiply], [sumPart(sum, units === 0 ? 0 : chunks, partials)]];
}

/** Adds the chunks' partial sums in order, applies the tail, and stores. */
function sumPart(
  { shape, tail = plainTail }: Accumulation,
  chunks: number,
  partials: number,
): Part {
  const columns = shape.at(-1)!, rows = sizeOf(shape) / columns;
  const chunkBytes = rows * columns * 4;
  const { tasks, range } = taskRanges(rows, 8192 / columns / Math.max(1, chunks));
  return {
    tasks,
    emit(f, args, task) {
      const [first, last] = range(f, task);
      const expression = new ExpressionEmitter(f, tail, args.input);
      f.count(first, last, 1, (row) => {
        const start = addressOf(f, 0, [row, columns * 4]);
        const vector = (column: Local<"i32">, lanes: number) =>
          f.scope(() => {
            const at = f.local("i32", i32.add(start, column));
            const result = f.local("v128", 0);
            const source = f.local("i32", i32.add(i32.add(args.scratch, partials), at));
            for (let chunk = 0; chunk < chunks; chunk++) {
              f.set(result, f32x4.add(result, v128.load(source)));
              if (chunk < chunks - 1) f.increase(source, chunkBytes);
            }
            const values = expression.emit({
              result,
              load(step) {
                const kind = loadKind(step, shape);
                const base = i32.add(args.input(step.input), step.view.offset * 4);
                if (kind === "scalar") return v128.load32Splat(base);
                return v128.load(i32.add(base, kind === "element" ? at : column));
              },
            });
            values.forEach((value, store) => {
              const stored = f.local("v128", value);
              const place = i32.add(args.output(store), at);
              for (const s of storeLanes(place, stored, lanes)) f.do(s);
            });
          });
        const column = f.local("i32");
        f.for(column, 0, Math.floor(columns / 4) * 16, 16, () => vector(column, 4));
        if (columns % 4 > 0) {
          f.set(column, Math.floor(columns / 4) * 16);
          vector(column, columns % 4);
        }
      });
    },
  };
}
