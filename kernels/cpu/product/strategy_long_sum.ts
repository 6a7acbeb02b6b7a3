import { sizeOf } from "../../../lib/core/shape.ts";
import { ExpressionEmitter } from "../elementwise/expression.ts";
import { addressOf, divide } from "../memory/address.ts";
import { storeLanes } from "../memory/lanes.ts";
import type { Arguments, KernelBuilder } from "../stages/builder.ts";
import type { Part, Stages } from "../stages/parts.ts";
import type { Scratch } from "../stages/scratch.ts";
import { partOfUnits, rangeOf } from "../stages/units.ts";
import { type Target, webAssembly } from "../target.ts";
import type { FunctionBuilder, Integer, Local } from "../wasm/assembler.ts";
import { f32x4, i32, v128 } from "../wasm/instructions.ts";
import { mergedAxes, moveAlong, stepsOf, unitsOf } from "./axes.ts";
import type { Product, Strategy } from "./product.ts";
import { plainTail, tailLoad } from "./tail.ts";
import { panelsOf, portableTile, tileFunction, tileOf, type TileSize } from "./tile.ts";
import type { TileFunction } from "./tile_function.ts";
import { runsOf, tilesOf, Tiling } from "./tiling.ts";

/** Rows and columns together up to which some hundred steps of both stay in the cache unpacked. */
const narrow = 640;

/** Steps of a unit, about: what 6 rows of A read of them fits the first cache. */
const unitSteps = 256;

/** Rows and columns of the result that a task works on: they stay in the second cache. */
const blockRows = 126, blockColumns = 256;

/** How many tasks the work is split into where it is large enough, and what is large enough. */
const wantedTasks = 16, taskWork = 1 << 18;

/**
 * Products that are summed over many pixels (or over the examples of a batch) into a small matrix:
 * the gradients of kernels and of weights. A lies transposed there. The sum is taken in units that
 * stay in the cache, to which the register tiles are applied one after another; chunks of units
 * give partial sums for the threads, which are added in order.
 */
export const longSum: Strategy = {
  // The rows of a window's taps are apart: nothing else can pack them.
  fits: ({ rows, columns, transposedA }) =>
    transposedA === true && columns.b === 4 &&
    (rows.length > 1 || stepsOf(rows) + columns.count <= narrow),
  stages: (builder, scratch, product) => new LongSum(builder, scratch, product).stages,
};

/** How a product is cut: tasks are chunks of the sum by blocks of the result. */
type Partition = ReturnType<typeof partition>;

/** Cuts a product. */
export function partition(product: Product, target: Target = webAssembly) {
  const { columns, reduction, shape } = product;
  const taps = product.rows.slice(0, -1), rows = product.rows.at(-1)!;
  const units = unitsOf(mergedAxes(reduction, "a", "b"), unitSteps);
  const tile = tileOf(columns.count, [4, rows.result], target);
  const work = sizeOf(shape) * stepsOf(reduction);
  const wanted = Math.max(1, Math.min(wantedTasks, Math.floor(work / taskWork)));
  // Chunks decide bits: there are as many as the blocks of the portable tile ask for.
  const { blocks } = blocksOf(product, portableTile(columns.count));
  const unitsPerChunk = Math.ceil(units.count / Math.ceil(wanted / blocks));
  return {
    /** The positions of a window, and the rows of each. */
    taps,
    rows,
    units,
    tile,
    ...blocksOf(product, tile),
    unitsPerChunk,
    chunks: Math.ceil(units.count / unitsPerChunk),
  };
}

/** Cuts the result in blocks of some tiles by some panels. */
function blocksOf({ groups, columns, ...product }: Product, tile: TileSize) {
  const panels = panelsOf(columns.count, tile.width);
  const tiles = tilesOf(product.rows.at(-1)!.count, tile.rows);
  const tileCount = stepsOf(product.rows.slice(0, -1)) * tiles.count;
  const tilesPerBlock = Math.min(tileCount, Math.ceil(blockRows / (tiles.height + 1)));
  const rowBlocks = Math.ceil(tileCount / tilesPerBlock);
  const panelsPerBlock = Math.min(panels.count, blockColumns / panels.width);
  const columnBlocks = Math.ceil(panels.count / panelsPerBlock);
  return {
    panels,
    /** The tiles of a tap, and of all. */
    tiles,
    tileCount,
    tilesPerBlock,
    rowBlocks,
    panelsPerBlock,
    columnBlocks,
    blocks: groups.count * rowBlocks * columnBlocks,
  };
}

/** A task while it is emitted. */
interface Task {
  /** Its tiles (which may begin and end within a tap) and panels: the first, and after the last. */
  readonly tiles: readonly [Local<"i32">, Local<"i32">];
  readonly panels: readonly [Local<"i32">, Local<"i32">];
  /** Where its chunk and its group are in the sums, and its group in A and in B. */
  readonly result: Local<"i32">;
  readonly a: Local<"i32">;
  readonly b: Local<"i32">;
}

/** A unit while it is emitted: where it is in A and B, its steps, whether it is not the first. */
interface Unit {
  readonly a: Local<"i32">;
  readonly b: Local<"i32">;
  readonly steps: Local<"i32">;
  readonly resume: Local<"i32">;
}

class LongSum {
  readonly stages: Stages;
  readonly #product: Product;
  readonly #cut: Partition;
  readonly #tiling: Tiling;
  /** Where the partial sums lie in scratch memory; undefined where the result itself is summed. */
  readonly #partials: number | undefined;

  constructor(builder: KernelBuilder, scratch: Scratch, product: Product) {
    const cut = partition(product, builder.target), { panels, units } = cut;
    this.#product = product;
    this.#cut = cut;
    const { cut: first, inner } = units;
    this.#tiling = new Tiling(cut.tiles, (rows) =>
      tileFunction(builder.module, cut.tile, {
        rows,
        rowStride: 4,
        tileStride: rows * 4,
        panelStride: panels.width * 4,
        reduction: [{ ...first, count: units.even ? units.step : "runtime" }, ...inner],
        resultStride: cut.rows.result,
        lastColumns: panels.last,
        resumable: cut.unitsPerChunk > 1,
      }));
    this.#partials = cut.chunks === 1 && product.tail === undefined
      ? undefined
      : scratch.reserve(cut.chunks * sizeOf(product.shape) * 4);
    const multiply: Part = {
      tasks: cut.blocks * cut.chunks,
      emit: (f, args, task) => this.#multiply(f, args, task),
    };
    this.stages = this.#partials === undefined
      ? [[multiply]]
      : [[multiply], [addPart(product, cut.chunks, this.#partials)]];
  }

  #multiply(f: FunctionBuilder, args: Arguments, number: Local<"i32">): void {
    const { groups, shape, ...product } = this.#product;
    const { blocks, chunks, rowBlocks, columnBlocks, panels, units } = this.#cut;
    const [chunk, block] = divide(f, number, blocks, chunks);
    const [group, inGroup] = divide(f, block, rowBlocks * columnBlocks, groups.count);
    const [rowBlock, columnBlock] = divide(f, inGroup, columnBlocks, rowBlocks);
    const tileRange = rangeOf(f, rowBlock, this.#cut.tilesPerBlock, this.#cut.tileCount);
    const panelRange = rangeOf(f, columnBlock, this.#cut.panelsPerBlock, panels.count);
    const [unit0, unit1] = rangeOf(f, chunk, this.#cut.unitsPerChunk, units.count);
    const task: Task = {
      tiles: tileRange,
      panels: panelRange,
      result: addressOf(
        f,
        this.#partials === undefined ? args.output(0) : i32.add(args.scratch, this.#partials),
        [chunk, sizeOf(shape) * 4],
        [group, groups.result],
      ),
      a: addressOf(f, product.a(args), [group, groups.a]),
      b: addressOf(f, product.b(args), [group, groups.b]),
    };
    f.count(unit0, unit1, 1, (unit) => {
      const { cut, step, outer } = units;
      const [before, position] = divide(f, unit, units.cuts, stepsOf(outer));
      const first = f.local(i32.mul(position, step));
      const steps = f.local(i32.minU(i32.sub(cut.count, first), step));
      const resume = f.local(i32.ne(unit, unit0));
      const a = addressOf(f, task.a, [first, cut.a]);
      const b = addressOf(f, task.b, [first, cut.b]);
      moveAlong(f, before, outer, [a, (axis) => axis.a], [b, (axis) => axis.b]);
      this.#addUnit(f, task, { a, b, steps, resume });
    });
  }

  /** Adds a unit to the task's tiles, tap by tap. */
  #addUnit(f: FunctionBuilder, task: Task, unit: Unit): void {
    const { tiles: { count }, taps } = this.#cut, [tile0, tile1] = task.tiles;
    const [tap0] = divide(f, tile0, count, stepsOf(taps));
    const end = f.local(i32.add(tile1, count - 1));
    const [tap1] = divide(f, end, count, stepsOf(taps) + 1);
    f.count(tap0, tap1, 1, (tap) => {
      const start = f.local(i32.mul(tap, count));
      const from = i32.select(i32.ltU(tile0, start), 0, i32.sub(tile0, start));
      const to = i32.minU(i32.sub(tile1, start), count);
      this.#tiling.forEach(
        f,
        f.local(from),
        f.local(to),
        Infinity,
        (tile, tiles, _, fn) => this.#addToTiles(f, task, unit, tap, [tile, tiles], fn),
      );
    });
  }

  /** Adds a unit to some tiles of a tap: from the first on, so many. */
  #addToTiles(
    f: FunctionBuilder,
    task: Task,
    unit: Unit,
    tap: Integer,
    [tile, tiles]: readonly [Integer, Integer],
    fn: TileFunction,
  ): void {
    const { taps, rows, panels } = this.#cut, stride = rows.result;
    const row = f.local(this.#tiling.rowOf(tile));
    const a = addressOf(f, unit.a, [row, 4]);
    moveAlong(f, tap, taps, [a, (axis) => axis.a]);
    const target = addressOf(f, task.result, [tap, rows.count * stride], [row, stride]);
    runsOf(f, ...task.panels, fn.walks ? Infinity : 1, (panel, panelsAtOnce) => {
      f.do(fn.call({
        a,
        b: addressOf(f, unit.b, [panel, panels.width * 4]),
        result: addressOf(f, target, [panel, panels.width * 4]),
        base: i32.constant(0),
        last: f.local(i32.eq(panel, i32.sub(panels.count, panelsAtOnce))),
        count: unit.steps,
        resume: unit.resume,
        tiles,
        panels: panelsAtOnce,
      }));
    });
  }
}

/** Adds the chunks' partial sums in order, applies the tail, and stores. */
function addPart({ shape, tail = plainTail }: Product, chunks: number, partials: number): Part {
  const columns = shape.at(-1)!, rows = sizeOf(shape) / columns;
  const chunkBytes = rows * columns * 4;
  return partOfUnits(rows, 8192 / columns / chunks, (f, args) => {
    const expression = new ExpressionEmitter(f, tail, args.input);
    return (row) => {
      const start = addressOf(f, 0, [row, columns * 4]);
      const vector = (column: Local<"i32">, lanes: number) =>
        f.scope(() => {
          const at = f.local(i32.add(start, column));
          const result = f.local(f32x4.constant(0));
          const source = f.local(i32.add(i32.add(args.scratch, partials), at));
          for (let chunk = 0; chunk < chunks; chunk++) {
            f.set(result, f32x4.add(result, v128.load(source)));
            if (chunk < chunks - 1) f.increase(source, chunkBytes);
          }
          const values = expression.emit({
            result,
            load: (step) => tailLoad(step, args.input(step.input), at, column),
          });
          values.forEach((value, store) =>
            storeLanes(f, i32.add(args.output(store), at), f.local(value), lanes)
          );
        });
      const whole = Math.floor(columns / 4) * 16;
      f.count(0, whole, 16, (column) => vector(column, 4));
      if (columns % 4 > 0) vector(f.local(i32.constant(whole)), columns % 4);
    };
  });
}
