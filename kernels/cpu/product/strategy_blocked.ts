import type { Value } from "../wasm/assembler.ts";
import type { KernelBuilder } from "../stages/builder.ts";
import type { Product } from "./mod.ts";
import { mergeAxes, moveAlong, reductionSize, type SumAxis, unitsOf } from "./axes.ts";
import { packPanel, packWide } from "./pack_b.ts";
import {
  addressOf,
  divide,
  type Part,
  type Scratch,
  type Stages,
  taskRanges,
  wavesOf,
} from "../stages/parts.ts";
import { rowPlaces } from "./row_places.ts";
import { plainTail, tailFunction } from "./tail.ts";
import { packedAxes, tileFunction, tileRows, Tiling } from "./tile_6x8.ts";
import { call, i32 } from "../wasm/instructions.ts";

/** Fewer tasks than this leave threads without work. */
const wantedTasks = 16;

/** Tasks at a time: each has some 200 KiB of scratch. */
const waveTasks = 64;

/** Rows of a task; more of them share what a task packs of B. */
const blockRows = 384;

/**
 * How much of B a task packs at a time: steps of the reduction by columns. It stays in the second
 * cache, a panel of it in the first. With few rows B is read but once, in long runs.
 */
const deep = { steps: 384, columns: 64 }, wide = { steps: 64, columns: 512 };

/**
 * A product whose B is large: each task takes a block of rows and columns, packs a block of B (and
 * of A, where rows of A lie side by side), multiplies, and goes on with the next steps of the
 * reduction. What is packed never leaves the cache.
 */
export function blockedStages(builder: KernelBuilder, scratch: Scratch, product: Product): Stages {
  const { groups, columns, shape, packA = false } = product;
  const rows = reductionSize(product.rows);
  const vectors = columns.count <= 4 ? 1 : 2, width = vectors * 4;
  const panels = Math.ceil(columns.count / width);
  const lastColumns = columns.count - (panels - 1) * width;
  const isDense = columns.b === 4;
  const block = isDense && rows <= 8 ? wide : deep;
  const axes = mergeAxes(product.reduction);
  const { outer, cut, step, inner, cuts, count: units } = unitsOf(axes, block.steps);
  const insideSteps = reductionSize(inner);
  const steps = step * insideSteps;

  const places = rowPlaces(scratch, product.rows, product.resultOffset);
  const height = Math.ceil(rows / Math.ceil(rows / tileRows(vectors)));
  const direct = product.tail === undefined && places.result !== "table";
  const tilesInAll = Math.ceil(rows / tileRows(vectors));
  const tilesPerBlock = Math.ceil(tilesInAll / Math.ceil(rows / blockRows));
  const rowBlocks = Math.ceil(tilesInAll / tilesPerBlock);
  const panelsForTasks = Math.floor(groups.count * rowBlocks * panels / wantedTasks);
  const panelsPerBlock = Math.max(1, Math.min(panels, block.columns / width, panelsForTasks));
  const columnBlocks = Math.ceil(panels / panelsPerBlock);
  const tasks = groups.count * rowBlocks * columnBlocks;

  const slots = Math.min(tasks, waveTasks);

  const panelBytes = steps * width * 4;
  const packedB = scratch.reserve(slots * panelsPerBlock * panelBytes);
  const packedTile = reductionSize(axes) * height * 4;
  const packedA = packA ? scratch.reserve(groups.count * tilesInAll * packedTile) : 0;
  const sumStride = panelsPerBlock * width * 4;
  const sumBytes = tilesPerBlock * height * sumStride;
  const sums = direct ? 0 : scratch.reserve(slots * sumBytes);

  const sumAxes = [{ ...cut, count: step }, ...inner];
  const tiling = new Tiling(rows, tileRows(vectors), (tileHeight) => {
    const packed = packedAxes(
      packA ? [{ count: step, a: tileHeight * 4 }] : sumAxes,
      width,
    );
    return tileFunction(builder.module, {
      rows: tileHeight,
      vectors,
      rowStride: packA ? 4 : places.a,
      reduction: cut.count % step === 0
        ? packed
        : packed.map((axis, index) => index === 0 ? { ...axis, count: "runtime" } : axis),
      resultStride: direct ? places.result as number : sumStride,
      lastColumns: direct ? lastColumns : width,
      resumable: true,
    });
  });
  const tail = direct ? undefined : tailFunction(builder.module, {
    tail: product.tail ?? plainTail,
    shape,
    vectors,
    lastColumns,
    tileStride: sumStride,
    rowStride: places.result,
  });

  const multiply = wavesOf(builder, tasks, waveTasks, (f, args, task, slot) => {
    const [group, inGroup] = divide(f, task, rowBlocks * columnBlocks, groups.count);
    const [columnBlock, rowBlock] = divide(f, inGroup, rowBlocks, columnBlocks);
    const tile0 = f.local("i32", i32.mul(rowBlock, tilesPerBlock));
    const tile1 = f.local("i32", i32.minU(i32.add(tile0, tilesPerBlock), tiling.count));
    const panel0 = f.local("i32", i32.mul(columnBlock, panelsPerBlock));
    const panel1 = f.local("i32", i32.minU(i32.add(panel0, panelsPerBlock), panels));
    const aBase = addressOf(f, product.a(args), [group, groups.a]);
    const bBase = addressOf(f, product.b(args), [group, groups.b]);
    const batch = addressOf(f, product.resultOffset, [group, groups.result - groups.column]);
    const scratchOf = (offset: number, bytes: number) =>
      addressOf(f, i32.add(args.scratch, offset), [slot, bytes]);
    const bPacked = scratchOf(packedB, panelsPerBlock * panelBytes);
    const sumArea = scratchOf(sums, sumBytes);
    /** The sums of a tile: in the result itself, or in scratch. */
    const sumsAt = (tile: Value<"i32">, panel: Value<"i32">, place: Value<"i32">) =>
      direct ? i32.add(i32.add(args.output(0), place), columnOf(panel)) : addressOf(
        f,
        sumArea,
        [i32.sub(tiling.rowOf(tile), tiling.rowOf(tile0)), sumStride],
        [i32.sub(panel, panel0), width * 4],
      );
    const columnOf = (panel: Value<"i32">) =>
      addressOf(f, 0, [panel, width * 4], [group, groups.column]);

    f.count(0, units, 1, (unit) => {
      const [before, position] = divide(f, unit, cuts, reductionSize(outer));
      const first = f.local("i32", i32.mul(position, step));
      const count = f.local("i32", i32.minU(i32.sub(cut.count, first), step));
      const a = addressOf(f, aBase, [first, cut.a]);
      const b = addressOf(f, bBase, [first, cut.b]);
      moveAlong(f, before, outer, [a, (axis) => axis.a], [b, (axis) => axis.b]);

      const stride = innermostStride(sumAxes);
      if (isDense && stride !== undefined) {
        packWide(f, addressOf(f, b, [panel0, width * 4]), bPacked, {
          steps: f.local("i32", i32.mul(count, insideSteps)),
          stride,
          panels: f.local("i32", i32.sub(panel1, panel0)),
          panelStride: panelBytes,
          width,
        });
      } else {
        f.count(panel0, panel1, 1, (panel) => {
          const source = addressOf(f, b, [panel, width * columns.b]);
          const target = addressOf(f, bPacked, [i32.sub(panel, panel0), panelBytes]);
          const variable = cut.count % step === 0 ? step : count;
          packPanel(f, source, target, panel, {
            reduction: [
              { count: variable, stride: cut.b },
              ...inner.map((axis) => ({ count: axis.count, stride: axis.b })),
            ],
            columns: columns.count,
            columnStride: columns.b,
            width,
            rest: cut.count % 4,
          });
        });
      }
      // A tile's rows stay in the first cache while the block's panels pass.
      tiling.forEach(f, tile0, tile1, (tile, tileHeight, fn) => {
        const row = places.at(f, args, tiling.rowOf(tile), a, batch);
        const tileA = packA
          ? addressOf(
            f,
            i32.add(args.scratch, packedA),
            [group, tilesInAll * packedTile],
            [tile, packedTile],
            [first, tileHeight * 4],
          )
          : row.a;
        f.count(panel0, panel1, 1, (panel) => {
          const panelB = addressOf(f, bPacked, [i32.sub(panel, panel0), panelBytes]);
          const last = f.local("i32", i32.eq(panel, panels - 1));
          f.do(call(fn, tileA, panelB, sumsAt(tile, panel, row.place), a, last, count, unit));
        });
      });
    });

    if (tail === undefined) return;
    f.count(panel0, panel1, 1, (panel) => {
      const last = f.local("i32", i32.eq(panel, panels - 1));
      const column = columnOf(panel);
      tiling.forEach(f, tile0, tile1, (tile, tileHeight) => {
        const { place } = places.at(f, args, tiling.rowOf(tile), aBase, batch);
        const sum = sumsAt(tile, panel, place);
        f.do(tail.emitCall(args, sum, i32.constant(tileHeight), place, column, last));
      });
    });
  });
  const waves = multiply.map((part) => [part]);
  if (!packA) return [[...places.parts], ...waves];
  const tilesPerTask = Math.max(1, Math.floor((1 << 16) / packedTile));
  const tileRanges = taskRanges(tilesInAll, tilesPerTask);
  const packRowsOfA: Part = {
    tasks: groups.count * tileRanges.tasks,
    emit(f, args, task) {
      const [group, part] = divide(f, task, tileRanges.tasks, groups.count);
      const [tile0, tile1] = tileRanges.range(f, part);
      const source = addressOf(f, product.a(args), [group, groups.a]);
      const target = addressOf(f, i32.add(args.scratch, packedA), [
        group,
        tilesInAll * packedTile,
      ]);
      tiling.forEachHeight(f, tile0, tile1, (from, to, tileHeight) =>
        packWide(
          f,
          addressOf(f, source, [tiling.rowOf(from), 4]),
          addressOf(f, target, [from, packedTile]),
          {
            steps: i32.constant(cut.count * reductionSize(outer)),
            stride: cut.a,
            panels: f.local("i32", i32.sub(to, from)),
            panelStride: packedTile,
            width: tileHeight,
          },
        ));
    },
  };
  return [[...places.parts, packRowsOfA], ...waves];
}

/** The distance between steps in B, if it is the same along all axes. */
function innermostStride(axes: readonly SumAxis[]): number | undefined {
  const moving = axes.filter(({ count }) => count > 1);
  const isEven = moving.every((axis, index) => {
    const inner = moving[index + 1];
    return inner === undefined || axis.b === inner.count * inner.b;
  });
  return isEven ? moving.at(-1)?.b ?? 0 : undefined;
}
