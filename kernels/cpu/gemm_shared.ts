import type { KernelBuilder } from "./builder.ts";
import type { Product } from "./gemm.ts";
import { reductionSize } from "./gemm_axes.ts";
import { packPart } from "./gemm_pack.ts";
import { addressOf, divide, type Part, type Scratch, type Stages } from "./gemm_parts.ts";
import { rowPlaces } from "./gemm_rows.ts";
import { plainTail, tailFunction } from "./gemm_tail.ts";
import { packedAxes, tileFunction, tileRows, Tiling } from "./gemm_tile.ts";
import { call, i32 } from "./instructions.ts";

/** How many tasks a product is split into where it is large enough, and what is large enough. */
const wantedTasks = 32, taskWork = 1 << 18;

/** Bytes of A that stay in the second cache while the panels of B pass. */
const blockBytes = 192 << 10;

/** A product whose B is small: a first stage packs all of it for all. */
export function sharedStages(builder: KernelBuilder, scratch: Scratch, product: Product): Stages {
  const { groups, reduction, columns, shape } = product;
  const rows = reductionSize(product.rows), size = reductionSize(reduction);
  const vectors = columns.count <= 4 ? 1 : 2, width = vectors * 4;
  const panels = Math.ceil(columns.count / width);
  const lastColumns = columns.count - (panels - 1) * width;
  const panelBytes = size * width * 4;
  const packed = scratch.reserve(groups.count * panels * panelBytes);
  const places = rowPlaces(scratch, product.rows, product.resultOffset);
  const pack = packPart({
    groups: groups.count,
    groupStride: groups.b,
    reduction: reduction.map(({ count, b }) => ({ count, stride: b })),
    columns: columns.count,
    columnStride: columns.b,
    width,
    source: product.b,
    target: (args) => i32.add(args.scratch, packed),
  });

  // Sums go through memory where something is done with them, or where rows are scattered.
  const staged = product.tail !== undefined || places.result === "table";
  const tail = staged
    ? tailFunction(builder.module, {
      tail: product.tail ?? plainTail,
      shape,
      vectors,
      lastColumns,
      tileStride: width * 4,
      rowStride: places.result,
    })
    : undefined;
  const tiling = new Tiling(rows, tileRows(vectors), (height) =>
    tileFunction(builder.module, {
      rows: height,
      vectors,
      rowStride: places.a,
      reduction: packedAxes(reduction, width),
      resultStride: staged ? width * 4 : places.result as number,
      lastColumns: staged ? width : lastColumns,
    }));
  const stageBytes = tileRows(vectors) * width * 4;
  const byCache = Math.max(8, Math.floor(blockBytes / Math.max(1, size * 4) / tiling.height));
  const work = rows * size * columns.count * groups.count;
  const wanted = Math.max(1, Math.min(wantedTasks, Math.floor(work / taskWork)));
  const byTasks = Math.max(4, Math.ceil(tiling.count * groups.count / wanted));
  const tilesPerBlock = Math.min(tiling.count, byCache, byTasks);
  const rowBlocks = Math.ceil(tiling.count / tilesPerBlock);
  const columnBlocksWanted = Math.ceil(wanted / (rowBlocks * groups.count));
  const panelsPerBlock = Math.ceil(panels / Math.min(panels, columnBlocksWanted));
  const columnBlocks = Math.ceil(panels / panelsPerBlock);
  const tasks = groups.count * rowBlocks * columnBlocks;
  const stageArea = staged ? scratch.reserve(stageBytes * tasks) : 0;

  const multiply: Part = {
    tasks,
    emit(f, args, task) {
      const [group, block] = divide(f, task, rowBlocks * columnBlocks, groups.count);
      const [rowBlock, columnBlock] = divide(f, block, columnBlocks, rowBlocks);
      const tile0 = f.local("i32", i32.mul(rowBlock, tilesPerBlock));
      const tile1 = f.local("i32", i32.minU(i32.add(tile0, tilesPerBlock), tiling.count));
      const panel0 = f.local("i32", i32.mul(columnBlock, panelsPerBlock));
      const panel1 = f.local("i32", i32.minU(i32.add(panel0, panelsPerBlock), panels));
      const stage = addressOf(f, i32.add(args.scratch, stageArea), [task, stageBytes]);
      const base = addressOf(f, product.a(args), [group, groups.a]);
      const batch = addressOf(f, product.resultOffset, [group, groups.result - groups.column]);
      f.count(panel0, panel1, 1, (panel) => {
        const b = addressOf(
          f,
          i32.add(args.scratch, packed),
          [group, panels * panelBytes],
          [panel, panelBytes],
        );
        const column = addressOf(f, 0, [panel, width * 4], [group, groups.column]);
        const last = f.local("i32", i32.eq(panel, panels - 1));
        tiling.forEach(f, tile0, tile1, (tile, height, fn) => {
          const { a, place } = places.at(f, args, tiling.rowOf(tile), base, batch);
          const target = staged ? stage : i32.add(i32.add(args.output(0), place), column);
          f.do(call(fn, a, b, target, base, last, i32.constant(0), i32.constant(0)));
          if (tail !== undefined) {
            f.do(tail.emitCall(args, stage, i32.constant(height), place, column, last));
          }
        });
      });
    },
  };
  return [[...places.parts, pack], [multiply]];
}
