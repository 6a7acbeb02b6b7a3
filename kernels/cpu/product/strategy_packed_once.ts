import type { FunctionBuilder, Value } from "../wasm/assembler.ts";
import type { KernelBuilder } from "../stages/builder.ts";
import type { Product } from "./mod.ts";
import { moveAlong, reductionSize } from "./axes.ts";
import { emitTaps, linesOf, skipsZeros } from "./lines.ts";
import { packPart } from "./pack_b.ts";
import { addressOf, divide, type Part, type Scratch, type Stages } from "../stages/parts.ts";
import { rowPlaces } from "./row_places.ts";
import { plainTail, tailFunction } from "./tail.ts";
import { packedAxes, tileFunction, tileRows, Tiling } from "./tile_6x8.ts";
import { call, i32 } from "../wasm/instructions.ts";

/** How many tasks a product is split into where it is large enough, and what is large enough. */
const wantedTasks = 32, taskWork = 1 << 18;

/** Bytes of A that stay in the second cache while the panels of B pass. */
const blockBytes = 192 << 10;

/** A product whose B is small: a first stage packs all of it for all. */
export function sharedStages(builder: KernelBuilder, scratch: Scratch, product: Product): Stages {
  const { groups, reduction, columns, shape } = product;
  const size = reductionSize(reduction);
  const vectors = columns.count <= 4 ? 1 : 2, width = vectors * 4;
  const panels = Math.ceil(columns.count / width);
  const lastColumns = columns.count - (panels - 1) * width;
  const panelBytes = size * width * 4;
  const packed = scratch.reserve(groups.count * panels * panelBytes);
  const lines = linesOf(product.rows, tileRows(vectors));
  const lineCount = reductionSize(lines.outer), lineRows = reductionSize(lines.inner);
  const skips = skipsZeros(product.window, product.rows, lines, reduction);
  const places = rowPlaces(scratch, lines.inner, product.resultOffset);
  const packedSteps = packedAxes(reduction, width);
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
  const tiling = new Tiling(lineRows, tileRows(vectors), (height) =>
    tileFunction(builder.module, {
      rows: height,
      vectors,
      rowStride: places.a,
      reduction: packedSteps.map((axis, index) =>
        skips && index === 0 ? { ...axis, count: "runtime" } : axis
      ),
      resultStride: staged ? width * 4 : places.result as number,
      lastColumns: staged ? width : lastColumns,
    }));
  const stageBytes = tileRows(vectors) * width * 4;
  const byCache = Math.max(8, Math.floor(blockBytes / Math.max(1, size * 4) / tiling.height));
  const work = lineCount * lineRows * size * columns.count * groups.count;
  const wanted = Math.max(1, Math.min(wantedTasks, Math.floor(work / taskWork)));
  const byTasks = Math.max(4, Math.ceil(lineCount * tiling.count * groups.count / wanted));
  const tilesPerBlock = Math.min(lineCount * tiling.count, byCache, byTasks);
  // A block is some lines, or, of a single line, some tiles.
  const linesPerBlock = Math.max(1, Math.floor(tilesPerBlock / tiling.count));
  const rowBlocks = Math.ceil(
    lineCount > 1 ? lineCount / linesPerBlock : tiling.count / tilesPerBlock,
  );
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
        const emitTiles = (
          [from, to]: readonly [Value<"i32">, Value<"i32">],
          lineA: Value<"i32">,
          linePlace: Value<"i32">,
          lineB: Value<"i32">,
          taps: Value<"i32">,
        ) =>
          tiling.forEach(f, from, to, (tile, height, fn) => {
            const { a, place } = places.at(f, args, tiling.rowOf(tile), lineA, linePlace);
            const target = staged ? stage : i32.add(i32.add(args.output(0), place), column);
            f.do(call(fn, a, lineB, target, lineA, last, taps, i32.constant(0)));
            if (tail !== undefined) {
              f.do(tail.emitCall(args, stage, i32.constant(height), place, column, last));
            }
          });
        if (lineCount === 1) {
          const tiles = rangeOf(f, rowBlock, tilesPerBlock, tiling.count);
          return emitTiles(tiles, base, batch, b, i32.constant(0));
        }
        const [line0, line1] = rangeOf(f, rowBlock, linesPerBlock, lineCount);
        const tiles = [i32.constant(0), i32.constant(tiling.count)] as const;
        f.count(line0, line1, 1, (line) => {
          const lineA = addressOf(f, base), place = addressOf(f, batch);
          moveAlong(f, line, lines.outer, [lineA, ({ a }) => a], [place, ({ result }) => result]);
          if (!skips) return emitTiles(tiles, lineA, place, b, i32.constant(0));
          const y = f.local("i32", i32.remU(line, product.rows.at(-2)!.count));
          const { first, count } = emitTaps(f, product.window!, reduction[0]!.count, y);
          f.increase(lineA, i32.mul(first, reduction[0]!.a));
          emitTiles(tiles, lineA, place, addressOf(f, b, [first, packedSteps[0]!.b]), count);
        });
      });
    },
  };
  return [[...places.parts, pack], [multiply]];
}

/** The numbers of block `block` of `size` numbers, of `count` in all: the first, and after the last. */
function rangeOf(f: FunctionBuilder, block: Value<"i32">, size: number, count: number) {
  const from = f.local("i32", i32.mul(block, size));
  return [from, f.local("i32", i32.minU(i32.add(from, size), count))] as const;
}
