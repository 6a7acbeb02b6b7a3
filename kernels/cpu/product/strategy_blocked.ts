import { addressOf, divide } from "../memory/address.ts";
import type { Arguments, KernelBuilder } from "../stages/builder.ts";
import { addPreparation, type Part, type Stages, wavesOf } from "../stages/parts.ts";
import type { Scratch } from "../stages/scratch.ts";
import { partOfUnits, rangeOf, taskRanges } from "../stages/units.ts";
import { type Target, webAssembly } from "../target.ts";
import type { FunctionBuilder, Integer, Local } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";
import { commonStride, mergedAxes, moveAlong, stepsOf, unitsOf } from "./axes.ts";
import { keptB } from "./kept_b.ts";
import { packedAxes } from "./pack_b.ts";
import { packPanel } from "./pack_panel.ts";
import { packPanels } from "./pack_panels.ts";
import type { Product, Strategy } from "./product.ts";
import { type RowPlaces, rowPlaces } from "./row_places.ts";
import { type TailFunction, tailFunction } from "./tail.ts";
import { panelsOf, tileFunction, tileOf } from "./tile.ts";
import { runsOf, tilesOf, Tiling } from "./tiling.ts";

/**
 * B is packed block by block where it is larger than this, if there are few rows to share what is
 * packed once, or the reduction is long; and always where it is huge.
 */
const small = 3 << 19, huge = 8 << 20, fewRows = 192, longReduction = 1536;

/** Fewer tasks than this leave threads without work. */
const wantedTasks = 16;

/** Tasks at a time: each has some 200 KiB of scratch. */
const waveTasks = 64;

/** Rows of a task; more of them share what a task packs of B. */
const blockRows = 384;

/**
 * How much of B a task packs at a time: steps of the reduction by columns. It stays in the second
 * cache, a panel of it in the first. With few rows, up to `wideRows`, reading B is much of the work: it
 * is read in long runs.
 */
const wideRows = 32, deep = { steps: 384, columns: 64 }, wide = { steps: 64, columns: 512 };

/**
 * A product whose B is large: each task takes a block of rows and columns, packs a block of B (and
 * of A, where that lies transposed), multiplies, and goes on with the next steps of the reduction.
 * What is packed never leaves the cache.
 */
export const blocked: Strategy = {
  fits({ groups, rows, columns, reduction, transposedA }) {
    const steps = stepsOf(reduction), bytes = steps * columns.count * groups.count * 4;
    const isLarge = bytes > small &&
      (bytes > huge || steps > longReduction || stepsOf(rows) < fewRows);
    return (isLarge || transposedA === true) && steps > 0;
  },
  stages: (builder, scratch, product) => new Blocked(builder, scratch, product).stages,
};

/** How a product is cut: tasks are blocks of rows by blocks of columns, done unit by unit. */
type Partition = ReturnType<typeof partition>;

/** Cuts a product. */
export function partition(
  { groups, columns, transposedA, ...product }: Product,
  target: Target = webAssembly,
) {
  const rows = stepsOf(product.rows);
  const block = columns.b === 4 && rows <= wideRows ? wide : deep;
  const axes = mergedAxes(product.reduction, "a", "b");
  const units = unitsOf(axes, block.steps);
  const steps = units.step * stepsOf(units.inner);
  const strides = (["a", "result"] as const).map((key) =>
    key === "a" && transposedA === true ? 4 : commonStride(product.rows, key) ?? "table"
  );
  const tile = tileOf(columns.count, strides, target);
  const panels = panelsOf(columns.count, tile.width);
  const tiles = tilesOf(rows, tile.rows), tallest = Math.ceil(rows / tiles.count);
  const tilesPerBlock = Math.ceil(tiles.count / Math.ceil(rows / blockRows));
  const rowBlocks = Math.ceil(tiles.count / tilesPerBlock);
  const forTasks = Math.floor(groups.count * rowBlocks * panels.count / wantedTasks);
  const mostPanels = Math.min(panels.count, block.columns / panels.width);
  const panelsPerBlock = Math.max(1, Math.min(mostPanels, forTasks));
  const columnBlocks = Math.ceil(panels.count / panelsPerBlock);
  const sumStride = panelsPerBlock * panels.width * 4;
  return {
    units,
    tile,
    panels,
    tiles,
    tilesPerBlock,
    rowBlocks,
    panelsPerBlock,
    columnBlocks,
    tasks: groups.count * rowBlocks * columnBlocks,
    /** Bytes of a unit of a packed panel, and of a packed tile of A with all of the reduction. */
    panelBytes: steps * panels.width * 4,
    tileBytes: stepsOf(axes) * tallest * 4,
    /** Bytes between rows of a task's sums, and of all of them. */
    sumStride,
    sumBytes: tilesPerBlock * tallest * sumStride,
    /** Bytes of a packed block of B: a unit's steps of a task's columns. */
    blockBytes: panelsPerBlock * steps * panels.width * 4,
  };
}

/** A task while it is emitted. */
interface Task {
  readonly args: Arguments;
  readonly group: Integer;
  /** Its tiles and panels: the first, and after the last. */
  readonly tiles: readonly [Local<"i32">, Local<"i32">];
  readonly panels: readonly [Local<"i32">, Local<"i32">];
  /** Where its group begins in A, and in the result in bytes. */
  readonly a: Local<"i32">;
  readonly place: Local<"i32">;
  /** Where its first packed block of B is: the only one, or one for each unit. */
  readonly packed: Local<"i32">;
  /** Memory for sums. */
  readonly sums: Local<"i32">;
}

/** A unit of the reduction while it is emitted: its first step on the cut axis, and how many. */
interface Unit {
  readonly number: Local<"i32">;
  readonly first: Local<"i32">;
  readonly count: Local<"i32">;
  readonly a: Local<"i32">;
  /** The packed block of B. */
  readonly packed: Local<"i32">;
}

class Blocked {
  readonly stages: Stages;
  readonly #product: Product;
  readonly #cut: Partition;
  readonly #places: RowPlaces;
  readonly #tiling: Tiling;
  /** Sums stay in the result itself where nothing is done with them and rows are evenly spaced. */
  readonly #tail: TailFunction | undefined;
  /** Where packed blocks of B are kept, for each group, block of columns and unit; if they are. */
  readonly #keptB: ((args: Arguments) => Integer) | undefined;
  /** Where the tasks' packed blocks of B, packed A and the tasks' sums lie in scratch memory. */
  readonly #packedB: number;
  readonly #packedA: number;
  readonly #sums: number;

  constructor(builder: KernelBuilder, scratch: Scratch, product: Product) {
    const cut = partition(product, builder.target), { panels, units, tiles, sumStride } = cut;
    const { width } = panels, transposedA = product.transposedA === true;
    this.#product = product;
    this.#cut = cut;
    const places = rowPlaces(scratch, product.rows, product.resultOffset);
    this.#places = places;
    const slots = Math.min(cut.tasks, waveTasks);
    const blocks = product.groups.count * cut.columnBlocks * units.count;
    this.#keptB = keptB(builder, blocks * cut.blockBytes);
    this.#packedB = this.#keptB === undefined ? scratch.reserve(slots * cut.blockBytes) : 0;
    if (this.#keptB !== undefined) addPreparation(builder, this.#prepareB(this.#keptB, blocks));
    this.#packedA = transposedA
      ? scratch.reserve(product.groups.count * tiles.count * cut.tileBytes)
      : 0;
    const direct = product.tail === undefined && places.result !== "table";
    this.#sums = direct ? 0 : scratch.reserve(slots * cut.sumBytes);
    this.#tiling = new Tiling(tiles, (rows) => {
      const steps = transposedA
        ? [{ count: units.step, a: rows * 4 }]
        : [{ ...units.cut, count: units.step }, ...units.inner];
      const [first, ...inner] = packedAxes(steps, width);
      return tileFunction(builder.module, cut.tile, {
        rows,
        rowStride: transposedA ? 4 : places.a,
        tileStride: transposedA ? cut.tileBytes : rows * (places.a === "table" ? 4 : places.a),
        panelStride: cut.panelBytes,
        reduction: [units.even ? first! : { ...first!, count: "runtime" }, ...inner],
        resultStride: direct ? places.result : sumStride,
        lastColumns: direct ? panels.last : width,
        resumable: units.count > 1,
      });
    });
    this.#tail = direct
      ? undefined
      : tailFunction(builder.module, product, panels, sumStride, places.result);
    const waves = wavesOf(
      builder,
      cut.tasks,
      waveTasks,
      (f, args, task, slot) => this.#multiply(f, args, task, slot),
    );
    const first = transposedA ? [...places.parts, this.#packA()] : [...places.parts];
    this.stages = [first, ...waves.map((part) => [part])];
  }

  /** A block of rows times a block of columns. */
  #multiply(f: FunctionBuilder, args: Arguments, number: Local<"i32">, slot: Local<"i32">): void {
    const { groups, a, resultOffset } = this.#product;
    const { units, panels, tiles, rowBlocks, columnBlocks, panelsPerBlock } = this.#cut;
    const [group, inGroup] = divide(f, number, rowBlocks * columnBlocks, groups.count);
    const [columnBlock, rowBlock] = divide(f, inGroup, rowBlocks, columnBlocks);
    const scratchOf = (offset: number, bytes: number) =>
      addressOf(f, i32.add(args.scratch, offset), [slot, bytes]);
    const { blockBytes } = this.#cut, stripBytes = units.count * blockBytes, kept = this.#keptB;
    const task: Task = {
      args,
      group,
      tiles: rangeOf(f, rowBlock, this.#cut.tilesPerBlock, tiles.count),
      panels: rangeOf(f, columnBlock, panelsPerBlock, panels.count),
      a: addressOf(f, a(args), [group, groups.a]),
      place: addressOf(f, resultOffset, [group, groups.result - groups.column]),
      packed: kept === undefined
        ? scratchOf(this.#packedB, blockBytes)
        : addressOf(f, kept(args), [group, columnBlocks * stripBytes], [columnBlock, stripBytes]),
      sums: scratchOf(this.#sums, this.#cut.sumBytes),
    };
    const b = kept === undefined ? this.#groupOfB(f, args, group) : undefined;
    f.count(0, units.count, 1, (number) => {
      const { cut } = units, { before, first, count } = this.#unitOf(f, number);
      const unitA = addressOf(f, task.a, [first, cut.a]);
      moveAlong(f, before, units.outer, [unitA, (axis) => axis.a]);
      if (b !== undefined) this.#packBlock(f, number, b, task.panels, task.packed);
      const packed = kept === undefined
        ? task.packed
        : addressOf(f, task.packed, [number, blockBytes]);
      this.#multiplyBlock(f, task, { number, first, count, a: unitA, packed });
    });
    this.#finish(f, task);
  }

  /** Where a group begins in B. */
  #groupOfB(f: FunctionBuilder, args: Arguments, group: Integer): Local<"i32"> {
    return addressOf(f, this.#product.b(args), [group, this.#product.groups.b]);
  }

  /** A unit's place: steps of the outer axes, the first of the cut one, and how many of it. */
  #unitOf(f: FunctionBuilder, number: Local<"i32">) {
    const { units: { cuts, outer, step, cut } } = this.#cut;
    const [before, position] = divide(f, number, cuts, stepsOf(outer));
    const first = f.local(i32.mul(position, step));
    return { before, first, count: f.local(i32.minU(i32.sub(cut.count, first), step)) };
  }

  /** Packs all blocks of B. */
  #prepareB(kept: (args: Arguments) => Integer, blocks: number): Part {
    const { units, panels, columnBlocks, panelsPerBlock, blockBytes } = this.#cut;
    return partOfUnits(blocks, (1 << 16) / blockBytes, (f, args) => (block) => {
      const [strip, number] = divide(
        f,
        block,
        units.count,
        this.#product.groups.count * columnBlocks,
      );
      const [group, columnBlock] = divide(f, strip, columnBlocks, this.#product.groups.count);
      const range = rangeOf(f, columnBlock, panelsPerBlock, panels.count);
      const target = addressOf(f, kept(args), [block, blockBytes]);
      this.#packBlock(f, f.local(number), this.#groupOfB(f, args, group), range, target);
    });
  }

  /** Packs a unit's steps of some panels of a group of B. */
  #packBlock(
    f: FunctionBuilder,
    number: Local<"i32">,
    group: Local<"i32">,
    [panel0, panel1]: Task["panels"],
    packed: Local<"i32">,
  ): void {
    const { columns } = this.#product, { units, panels, panelBytes } = this.#cut;
    const { cut, step, inner, even } = units, { width } = panels;
    const { before, first, count } = this.#unitOf(f, number);
    const b = addressOf(f, group, [first, cut.b]);
    moveAlong(f, before, units.outer, [b, (axis) => axis.b]);
    const stride = commonStride([{ ...cut, count: step }, ...inner], "b");
    if (columns.b === 4 && stride !== undefined) {
      return packPanels(f, addressOf(f, b, [panel0, width * 4]), packed, {
        steps: f.local(i32.mul(count, stepsOf(inner))),
        stride,
        panels: f.local(i32.sub(panel1, panel0)),
        panelStride: panelBytes,
        width,
      });
    }
    f.count(panel0, panel1, 1, (panel) => {
      const source = addressOf(f, b, [panel, width * columns.b]);
      const target = addressOf(f, packed, [i32.sub(panel, panel0), panelBytes]);
      packPanel(f, source, target, panel, {
        reduction: [{ count: even ? step : count, b: cut.b }, ...inner],
        columns: columns.count,
        columnStride: columns.b,
        width,
        rest: cut.count % 4,
      });
    });
  }

  /** A unit's steps of the task's rows times the packed block: added to the sums. */
  #multiplyBlock(f: FunctionBuilder, task: Task, { number, first, count, a, packed }: Unit): void {
    const { panels, tiles, tileBytes, panelBytes } = this.#cut, [panel0, panel1] = task.panels;
    // A tile's rows stay in the first cache while the block's panels pass.
    this.#tiling.forEach(f, ...task.tiles, Infinity, (tile, tilesAtOnce, height, fn) => {
      const row = this.#places.at(f, task.args, this.#tiling.rowOf(tile), a, task.place);
      const tileA = this.#product.transposedA
        ? addressOf(
          f,
          i32.add(task.args.scratch, this.#packedA),
          [task.group, tiles.count * tileBytes],
          [tile, tileBytes],
          [first, height * 4],
        )
        : row.a;
      runsOf(f, panel0, panel1, fn.walks ? Infinity : 1, (panel, panelsAtOnce) => {
        f.do(fn.call({
          a: tileA,
          b: addressOf(f, packed, [i32.sub(panel, panel0), panelBytes]),
          result: this.#sumsAt(f, task, tile, panel, row.place),
          base: a,
          last: f.local(i32.eq(panel, i32.sub(panels.count, panelsAtOnce))),
          count,
          resume: number,
          tiles: tilesAtOnce,
          panels: panelsAtOnce,
        }));
      });
    });
  }

  /** Applies the tail to the task's sums, and stores. */
  #finish(f: FunctionBuilder, task: Task): void {
    const tail = this.#tail;
    if (tail === undefined) return;
    f.count(...task.panels, 1, (panel) => {
      const last = f.local(i32.eq(panel, this.#cut.panels.count - 1));
      const column = this.#columnOf(f, task, panel);
      this.#tiling.forEach(f, ...task.tiles, Infinity, (tile, tiles, height) => {
        const row = this.#tiling.rowOf(tile);
        const { place } = this.#places.at(f, task.args, row, task.a, task.place);
        const sums = this.#sumsAt(f, task, tile, panel, place);
        f.do(tail(task.args, sums, i32.mul(tiles, height), place, column, last));
      });
    });
  }

  /** Where a panel's columns are in a row of the result, in bytes. */
  #columnOf(f: FunctionBuilder, { group }: Task, panel: Integer): Local<"i32"> {
    const { width } = this.#cut.panels;
    return addressOf(f, 0, [panel, width * 4], [group, this.#product.groups.column]);
  }

  /** The sums of a tile, whose first row is at `place` in the result. */
  #sumsAt(f: FunctionBuilder, task: Task, tile: Integer, panel: Integer, place: Integer): Integer {
    if (this.#tail === undefined) {
      return i32.add(i32.add(task.args.output(0), place), this.#columnOf(f, task, panel));
    }
    const [tile0] = task.tiles, [panel0] = task.panels;
    return addressOf(
      f,
      task.sums,
      [i32.sub(this.#tiling.rowOf(tile), this.#tiling.rowOf(tile0)), this.#cut.sumStride],
      [i32.sub(panel, panel0), this.#cut.panels.width * 4],
    );
  }

  /** Packs A, some tiles a task: each tile's rows with all of the reduction. */
  #packA(): Part {
    const { groups, a } = this.#product, { units, tiles, tileBytes } = this.#cut;
    const { tasks, range } = taskRanges(tiles.count, (1 << 16) / tileBytes);
    return {
      tasks: groups.count * tasks,
      emit: (f, args, task) => {
        const [group, part] = divide(f, task, tasks, groups.count);
        const [tile0, tile1] = range(f, part);
        const source = addressOf(f, a(args), [group, groups.a]);
        const packed = i32.add(args.scratch, this.#packedA);
        const target = addressOf(f, packed, [group, tiles.count * tileBytes]);
        this.#tiling.forEachHeight(f, tile0, tile1, (from, to, height) =>
          packPanels(
            f,
            addressOf(f, source, [this.#tiling.rowOf(from), 4]),
            addressOf(f, target, [from, tileBytes]),
            {
              steps: i32.constant(units.cut.count * stepsOf(units.outer)),
              stride: units.cut.a,
              panels: f.local(i32.sub(to, from)),
              panelStride: tileBytes,
              width: height,
            },
          ));
      },
    };
  }
}
