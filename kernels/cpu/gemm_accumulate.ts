/**
 * Products that are summed over many pixels (or over the examples of a batch) into a small matrix:
 * the gradients of kernels and of weights. A's rows lie side by side in memory there. The pixels
 * are taken in units that stay in the cache, to which the register tiles are applied one after
 * another; chunks of units give partial sums for the threads, which are added in order.
 *
 * @module
 */

import type { Expression } from "../../lib/compile/kernel.ts";
import { type Shape, sizeOf } from "../../lib/core/shape.ts";
import type { Local, Value } from "./assembler.ts";
import type { Arguments, KernelBuilder } from "./builder.ts";
import { ExpressionEmitter } from "./expression.ts";
import type { Stages, SumAxis } from "./gemm.ts";
import { addressOf, divide, type Part, type Scratch, taskRanges, tilesOf } from "./gemm_parts.ts";
import { reductionSize } from "./gemm_pack.ts";
import { loadKind, plainTail } from "./gemm_tail.ts";
import { tileFunction, tileRows } from "./gemm_tile.ts";
import { call, f32x4, i32, v128 } from "./instructions.ts";
import { storeLanes } from "./lanes.ts";

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

/** The pixels as units: some outer axes, a middle one that is cut, and inner ones that are whole. */
function unitsOf(axes: readonly SumAxis[]) {
  let inside = axes.length, size = 1;
  while (inside > 0 && size * axes[inside - 1]!.count <= unitPixels) {
    inside--;
    size *= axes[inside]!.count;
  }
  if (inside === 0) return { outer: [], cut: { count: 1, a: 0, b: 0 }, step: 1, inner: axes };
  const cut = axes[inside - 1]!;
  return {
    outer: axes.slice(0, inside - 1),
    cut,
    step: Math.min(cut.count, Math.max(1, Math.floor(unitPixels / size))),
    inner: axes.slice(inside),
  };
}

/** The stages that compute it. */
export function accumulationStages(
  builder: KernelBuilder,
  scratch: Scratch,
  sum: Accumulation,
): Stages {
  const { groups, rows, columns, resultStride } = sum;
  const resultBytes = sizeOf(sum.shape) * 4;
  if (resultBytes === 0) return [];
  const pixels = mergePixels(sum.pixels);
  const vectors = columns <= 4 ? 1 : 2, width = vectors * 4;
  const panels = Math.ceil(columns / width);
  const { outer, cut, step, inner } = unitsOf(pixels);
  const cuts = Math.ceil(cut.count / step);
  const units = reductionSize(outer) * cuts;
  const taps = reductionSize(sum.taps);
  const tiles = tilesOf(rows, tileRows(vectors));
  const allTiles = taps * tiles.count;
  const tilesPerBlock = Math.min(allTiles, Math.ceil(blockRows / (tiles.height + 1)));
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

  const functionFor = (height: number) =>
    tileFunction(builder.module, {
      rows: height,
      vectors,
      rowStride: 4,
      reduction: [{ ...cut, count: cut.count % step === 0 ? step : "runtime" }, ...inner],
      resultStride,
      lastColumns: columns - (panels - 1) * width,
      resumable: true,
    });
  const low = tiles.extra < tiles.count ? functionFor(tiles.height) : undefined;
  const high = tiles.extra > 0 ? functionFor(tiles.height + 1) : undefined;

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
        let size = 1;
        for (const axis of outer.toReversed()) {
          const index = f.local(
            "i32",
            i32.remU(size === 1 ? before : i32.divU(before, size), axis.count),
          );
          f.increase(a, i32.mul(index, axis.a));
          f.increase(b, i32.mul(index, axis.b));
          size *= axis.count;
        }
        f.count(tile0, tile1, 1, (tile) => {
          const [tap, inTap] = divide(f, tile, tiles.count, taps);
          const row = f.local(
            "i32",
            i32.add(i32.mul(inTap, tiles.height), i32.minU(inTap, tiles.extra)),
          );
          const aTile = addressOf(f, a, [row, 4]);
          let tapSize = 1;
          for (const axis of sum.taps.toReversed()) {
            if (axis.count === 1) continue;
            const index = i32.remU(tapSize === 1 ? tap : i32.divU(tap, tapSize), axis.count);
            f.increase(aTile, i32.mul(index, axis.a));
            tapSize *= axis.count;
          }
          const target = addressOf(f, result, [tap, rows * resultStride], [row, resultStride]);
          f.count(panel0, panel1, 1, (panel) => {
            const last = f.local("i32", i32.eq(panel, panels - 1));
            const bPanel = addressOf(f, b, [panel, width * 4]);
            const place = addressOf(f, target, [panel, width * 4]);
            const run = (fn: typeof low) =>
              f.do(call(fn!, aTile, bPanel, place, zero, last, steps, resume));
            if (high === undefined) run(low);
            else if (low === undefined) run(high);
            else f.if(i32.ltU(inTap, tiles.extra), () => run(high), () => run(low));
          });
        });
      });
    },
  };
  if (direct) return [[multiply]];
  return [[multiply], [sumPart(sum, units === 0 ? 0 : chunks, partials)]];
}

const zero = i32.constant(0);

/** Neighbouring axes that are walked like one become one; axes of one step go. */
function mergePixels(axes: readonly SumAxis[]): SumAxis[] {
  const merged: SumAxis[] = [];
  for (const axis of axes) {
    if (axis.count === 1) continue;
    const outer = merged.at(-1);
    if (outer?.a === axis.count * axis.a && outer.b === axis.count * axis.b) {
      merged[merged.length - 1] = { ...axis, count: outer.count * axis.count };
    } else merged.push(axis);
  }
  return merged;
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
