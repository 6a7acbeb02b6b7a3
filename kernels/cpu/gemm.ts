/**
 * Products of matrices, the engine of matmul and of the convolutions on the CPU.
 *
 * B is copied into panels of 8 columns; the rows of A are read where they lie. A register tile of 6
 * rows by 8 columns is summed over the whole reduction. The rows of a convolution are its output
 * pixels: the part of the image under a window is walked by the reduction's axes, so it need not be
 * gathered first.
 *
 * The split into tiles and tasks and the order of each sum depend on the shape alone.
 *
 * @module
 */

import type { Expression } from "../../lib/compile/kernel.ts";
import type { Shape } from "../../lib/core/shape.ts";
import type { FunctionBuilder, Local, Operand, Value } from "./assembler.ts";
import type { Arguments, KernelBuilder } from "./builder.ts";
import { packPart, reductionSize } from "./gemm_pack.ts";
import { addressOf, divide, type Part, type Scratch, taskRanges, tilesOf } from "./gemm_parts.ts";
import { plainTail, tailFunction } from "./gemm_tail.ts";
import { tileFunction, tileRows } from "./gemm_tile.ts";
import { call, i32 } from "./instructions.ts";

/** An axis of the rows: steps, and the bytes between them in A and in the result. */
export interface RowAxis {
  readonly count: number;
  readonly a: number;
  readonly result: number;
}

/** An axis that is summed over: steps, and the bytes between them in A and in B. */
export interface SumAxis {
  readonly count: number;
  readonly a: number;
  readonly b: number;
}

/** result[group, row, column] = sum of A[group, row, k] * B[group, k, column]; distances in bytes. */
export interface Product {
  readonly groups: {
    readonly count: number;
    readonly a: number;
    readonly b: number;
    /** Between results; `column` of it lies within the result's last axis. */
    readonly result: number;
    readonly column: number;
  };
  /** Outermost first. */
  readonly rows: readonly RowAxis[];
  /** Outermost first; contiguous in B if the columns are not. */
  readonly reduction: readonly SumAxis[];
  readonly columns: { readonly count: number; readonly b: number };
  /** Where A, B and the result's first element start; the latter in bytes. */
  a(args: Arguments): Value<"i32">;
  b(args: Arguments): Value<"i32">;
  readonly resultOffset: number;
  /** The result's shape, and what is done with it before it is stored. */
  readonly shape: Shape;
  readonly tail: Expression | undefined;
}

/** Most bytes of B that are packed at a time. */
const packLimit = 32 << 20;

/** Stages in order, each of parts that may run at the same time. */
export type Stages = Part[][];

/** The stages that compute a product: pairs of packing a range of B's columns and multiplying. */
export function productStages(builder: KernelBuilder, scratch: Scratch, product: Product): Stages {
  const { groups, rows, reduction, columns } = product;
  const rowCount = reductionSize(rows);
  if (rowCount * columns.count * groups.count === 0) return [];
  const vectors = columns.count <= 4 ? 1 : 2;
  const width = vectors * 4;
  const panels = Math.ceil(columns.count / width);
  const size = reductionSize(reduction);
  const panelBytes = size * width * 4;
  const ranges = Math.max(1, Math.ceil(groups.count * panels * panelBytes / packLimit));
  const panelsPerRange = Math.ceil(panels / ranges);
  const packed = scratch.reserve(groups.count * panelsPerRange * panelBytes);
  const places = rowPlaces(scratch, rows, product.resultOffset);
  const multiply = multiplyParts(builder, scratch, product, places, packed);
  const stages: Stages = [];
  for (let panel = 0; panel < panels; panel += panelsPerRange) {
    const count = Math.min(panelsPerRange, panels - panel);
    const first = panel * width;
    const pack = packPart({
      groups: groups.count,
      groupStride: groups.b,
      reduction: reduction.map(({ count, b }) => ({ count, stride: b })),
      columns: Math.min(columns.count - first, count * width),
      columnStride: columns.b,
      width,
      source: (args) => i32.add(product.b(args), first * columns.b),
      target: (args) => i32.add(args.scratch, packed),
    });
    stages.push(panel === 0 ? [...places.parts, pack] : [pack]);
    stages.push([multiply(panel, count)]);
  }
  return stages;
}

/** Where rows lie in A and in the result: at a fixed distance, or as a table in scratch says. */
interface RowPlaces {
  readonly a: number | "table";
  readonly result: number | "table";
  readonly aTable: number;
  readonly resultTable: number;
  /** What fills the tables. */
  readonly parts: readonly Part[];
}

function rowPlaces(scratch: Scratch, rows: readonly RowAxis[], resultOffset: number): RowPlaces {
  const count = reductionSize(rows);
  const moving = rows.filter((axis) => axis.count > 1);
  const part = (key: "a" | "result", table: number): Part => {
    const { tasks, range } = taskRanges(count, 4096);
    return {
      tasks,
      emit(f, args, task) {
        const [first, last] = range(f, task);
        f.count(first, last, 1, (row) => {
          let inner = 1;
          const terms = moving.toReversed().map((axis): [Value<"i32">, number] => {
            const index = i32.remU(inner === 1 ? row : i32.divU(row, inner), axis.count);
            inner *= axis.count;
            return [index, axis[key]];
          });
          const place = addressOf(f, key === "a" ? 0 : resultOffset, ...terms);
          f.do(i32.store(i32.add(i32.add(args.scratch, i32.mul(row, 4)), table), place));
        });
      },
    };
  };
  const strideOf = (key: "a" | "result"): number | "table" =>
    moving.every((axis, index) => {
        const inner = moving[index + 1];
        return inner === undefined || axis[key] === inner.count * inner[key];
      })
      ? moving.at(-1)?.[key] ?? 0
      : "table";
  const [a, result] = [strideOf("a"), strideOf("result")];
  const aTable = a === "table" ? scratch.reserve(count * 4) : 0;
  const resultTable = result === "table" ? scratch.reserve(count * 4) : 0;
  return {
    a,
    result,
    aTable,
    resultTable,
    parts: [
      ...(a === "table" ? [part("a", aTable)] : []),
      ...(result === "table" ? [part("result", resultTable)] : []),
    ],
  };
}

/** How many tasks a product is split into where it is large enough. */
const wantedTasks = 32;

/** Multiply-adds that are worth a task of their own. */
const taskWork = 1 << 18;

/** Returns what makes the part that multiplies A by a range of packed panels. */
function multiplyParts(
  builder: KernelBuilder,
  scratch: Scratch,
  product: Product,
  places: RowPlaces,
  packed: number,
): (firstPanel: number, panels: number) => Part {
  const { groups, columns, shape } = product;
  const rowCount = reductionSize(product.rows);
  const vectors = columns.count <= 4 ? 1 : 2, width = vectors * 4;
  const size = reductionSize(product.reduction);
  const panelBytes = size * width * 4;
  const allPanels = Math.ceil(columns.count / width);
  const lastColumns = columns.count - (allPanels - 1) * width;
  const tiles = tilesOf(rowCount, tileRows(vectors));
  // Sums go through memory where something is done with them, or where rows are scattered.
  const staged = product.tail !== undefined || places.result === "table";
  const tail = staged
    ? tailFunction(builder.module, {
      tail: product.tail ?? plainTail,
      shape,
      vectors,
      lastColumns,
      rowStride: places.result,
    })
    : undefined;
  let inner = width * 4;
  const reduction = product.reduction.toReversed().map(({ count, a }) => {
    const axis = { count, a, b: inner };
    inner *= count;
    return axis;
  }).reverse();
  const functionFor = (rows: number) =>
    tileFunction(builder.module, {
      rows,
      vectors,
      rowStride: places.a,
      reduction,
      resultStride: staged ? width * 4 : places.result as number,
      lastColumns: staged ? width : lastColumns,
    });
  const low = tiles.extra < tiles.count ? functionFor(tiles.height) : undefined;
  const high = tiles.extra > 0 ? functionFor(tiles.height + 1) : undefined;
  const stageBytes = tileRows(vectors) * width * 4;
  // Blocks of rows that stay in the cache while the panels pass, and no fewer tasks than wanted.
  const rowBytes = Math.max(1, size * 4);
  const byCache = Math.max(8, Math.floor((192 << 10) / rowBytes / tiles.height));
  const work = rowCount * size * columns.count * groups.count;
  const wanted = Math.max(1, Math.min(wantedTasks, Math.floor(work / taskWork)));
  const byTasks = Math.max(4, Math.ceil(tiles.count * groups.count / wanted));
  const tilesPerBlock = Math.min(tiles.count, byCache, byTasks);
  const rowBlocks = Math.ceil(tiles.count / tilesPerBlock);
  const columnBlocksWanted = Math.ceil(wanted / (rowBlocks * groups.count));
  const stageArea = staged ? scratch.reserve(stageBytes * groups.count * rowBlocks * allPanels) : 0;

  return (firstPanel, panels) => {
    const panelsPerBlock = Math.ceil(panels / Math.min(panels, columnBlocksWanted));
    const columnBlocks = Math.ceil(panels / panelsPerBlock);
    return {
      tasks: groups.count * rowBlocks * columnBlocks,
      emit(f, args, task) {
        const [group, block] = divide(f, task, rowBlocks * columnBlocks, groups.count);
        const [rowBlock, columnBlock] = divide(f, block, columnBlocks, rowBlocks);
        const tile0 = f.local("i32", i32.mul(rowBlock, tilesPerBlock));
        const tile1 = f.local("i32", i32.minU(i32.add(tile0, tilesPerBlock), tiles.count));
        const panel0 = f.local("i32", i32.mul(columnBlock, panelsPerBlock));
        const panel1 = f.local("i32", i32.minU(i32.add(panel0, panelsPerBlock), panels));
        const stage = addressOf(f, i32.add(args.scratch, stageArea), [task, stageBytes]);
        const base = addressOf(f, product.a(args), [group, groups.a]);
        const batchPlace = addressOf(f, product.resultOffset, [
          group,
          groups.result - groups.column,
        ]);
        const result = staged ? undefined : args.output(0);
        f.count(panel0, panel1, 1, (panel) => {
          const b = addressOf(
            f,
            i32.add(args.scratch, packed),
            [group, panels * panelBytes],
            [panel, panelBytes],
          );
          const column = addressOf(f, firstPanel * width * 4, [panel, width * 4], [
            group,
            groups.column,
          ]);
          const last = f.local("i32", i32.eq(panel, allPanels - 1 - firstPanel));
          const tileAt = (tile: Local<"i32">, rows: number) => {
            const row = f.local(
              "i32",
              i32.add(i32.mul(tile, tiles.height), i32.minU(tile, tiles.extra)),
            );
            const a = places.a === "table"
              ? addressOf(f, i32.add(args.scratch, places.aTable), [row, 4])
              : addressOf(f, base, [row, places.a]);
            const place = places.result === "table"
              ? addressOf(f, i32.add(args.scratch, places.resultTable), [row, 4])
              : addressOf(f, batchPlace, [row, places.result]);
            const target = result === undefined ? stage : i32.add(i32.add(result, place), column);
            const fn = rows === tiles.height ? low! : high!;
            f.do(call(fn, a, b, target, base, last, zero, zero));
            if (tail !== undefined) {
              f.do(tail.emitCall(args, stage, i32.constant(rows), place, column, last));
            }
          };
          const loop = (from: Operand<"i32">, to: Operand<"i32">, rows: number) =>
            f.count(from, to, 1, (tile) => tileAt(tile, rows));
          if (high === undefined) loop(tile0, tile1, tiles.height);
          else if (low === undefined) loop(tile0, tile1, tiles.height + 1);
          else {
            loop(tile0, f.local("i32", i32.minU(tile1, tiles.extra)), tiles.height + 1);
            loop(maxU(f, tile0, tiles.extra), tile1, tiles.height);
          }
        });
      },
    };
  };
}

const zero = i32.constant(0);

const maxU = (f: FunctionBuilder, a: Value<"i32">, b: number): Local<"i32"> =>
  f.local("i32", i32.select(i32.ltU(a, b), b, a));
