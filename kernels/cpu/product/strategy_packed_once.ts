import { addressOf, divide } from "../memory/address.ts";
import type { Arguments, KernelBuilder } from "../stages/builder.ts";
import { addPreparation, type Part, type Stages } from "../stages/parts.ts";
import type { Scratch } from "../stages/scratch.ts";
import { rangeOf } from "../stages/units.ts";
import { type Target, webAssembly } from "../target.ts";
import type { FunctionBuilder, Integer, Local } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";
import { commonStride, moveAlong, stepsOf } from "./axes.ts";
import { emitTaps, linesOf, skippable } from "./lines.ts";
import { keptB } from "./kept_b.ts";
import { packB, packedAxes } from "./pack_b.ts";
import type { Product, Strategy } from "./product.ts";
import { type RowPlaces, rowPlaces } from "./row_places.ts";
import { type TailFunction, tailFunction } from "./tail.ts";
import { type NativeTail, nativeTail } from "./tail_native.ts";
import { panelsOf, portableTile, tileFunction, tileOf } from "./tile.ts";
import { tilesOf, Tiling } from "./tiling.ts";

/** How many tasks a product is split into where it is large enough, and what is large enough. */
const wantedTasks = 32, taskWork = 1 << 18;

/** Bytes of A that stay in the second cache while the panels of B pass. */
const blockBytes = 192 << 10;

/** Bytes of sums that stay in the first cache until something is done with them. */
const sumsBytes = 16 << 10;

/** A product whose B is small: a first stage packs all of it for all tasks. */
export const packedOnce: Strategy = {
  fits: () => true,
  stages: (builder, scratch, product) => new PackedOnce(builder, scratch, product).stages,
};

/** How a product is cut into tasks: in blocks of rows by blocks of panels. */
type Partition = ReturnType<typeof partition>;

/** Cuts a product. */
export function partition(
  { groups, rows, reduction, columns, window }: Product,
  target: Target = webAssembly,
) {
  const size = stepsOf(reduction);
  // Lines decide which taps are left out, and so bits: they are the same for tiles of any size.
  const lines = linesOf(rows, portableTile(columns.count).rows);
  const strides = (["a", "result"] as const).map((key) =>
    commonStride(lines.inner, key) ?? "table"
  );
  const tile = tileOf(columns.count, strides, target);
  const panels = panelsOf(columns.count, tile.width);
  const lineCount = stepsOf(lines.outer), lineRows = stepsOf(lines.inner);
  const tiles = tilesOf(lineRows, tile.rows), tileCount = lineCount * tiles.count;
  const byCache = Math.max(8, Math.floor(blockBytes / Math.max(1, size * 4) / tiles.height));
  const work = lineCount * lineRows * size * columns.count * groups.count;
  const wanted = Math.max(1, Math.min(wantedTasks, Math.floor(work / taskWork)));
  const byTasks = Math.max(4, Math.ceil(tileCount * groups.count / wanted));
  const tilesPerBlock = Math.min(tileCount, byCache, byTasks);
  const linesPerBlock = Math.max(1, Math.floor(tilesPerBlock / tiles.count));
  const rowBlocks = Math.ceil(
    lineCount > 1 ? lineCount / linesPerBlock : tiles.count / tilesPerBlock,
  );
  const columnBlocksWanted = Math.ceil(wanted / (rowBlocks * groups.count));
  const panelsPerBlock = Math.ceil(panels.count / Math.min(panels.count, columnBlocksWanted));
  const columnBlocks = Math.ceil(panels.count / panelsPerBlock);
  const tallest = Math.ceil(lineRows / tiles.count), tileBytes = tallest * tile.width * 4;
  const tilesAtOnce = tile.native === undefined
    ? 1
    : Math.min(tiles.count, Math.max(1, Math.floor(sumsBytes / tileBytes)));
  return {
    tile,
    panels,
    /** Tiles whose sums are done before their tail is, and the bytes of these. */
    tilesAtOnce,
    sumsBytes: tilesAtOnce * tileBytes,
    /** The reduction's steps in A and in a packed panel, and the bytes of that. */
    steps: packedAxes(reduction, panels.width),
    panelBytes: size * panels.width * 4,
    lines,
    lineCount,
    /** The window, if lines leave out its taps above and below the image. */
    skips: skippable(window, rows, lines, reduction),
    /** The tiles of a line. */
    tiles,
    /** A block is some lines, or, where there is but one line, some tiles of it. */
    linesPerBlock,
    tilesPerBlock,
    rowBlocks,
    panelsPerBlock,
    columnBlocks,
    tasks: groups.count * rowBlocks * columnBlocks,
  };
}

/** A task while it is emitted. */
interface Task {
  readonly args: Arguments;
  readonly group: Integer;
  readonly rowBlock: Integer;
  /** Where its group begins in A, and in the result in bytes. */
  readonly a: Local<"i32">;
  readonly place: Local<"i32">;
  /** Memory for the sums of some tiles. */
  readonly sums: Local<"i32">;
}

class PackedOnce {
  readonly stages: Stages;
  readonly #product: Product;
  readonly #cut: Partition;
  readonly #places: RowPlaces;
  readonly #tiling: Tiling;
  /** Sums go through memory where something is done with them, or where rows are scattered. */
  readonly #tail: TailFunction | undefined;
  /** What native tiles do with their sums themselves, in the result itself. */
  readonly #native: NativeTail | undefined;
  /** Where the packed panels lie. */
  readonly #packed: (args: Arguments) => Integer;

  constructor(builder: KernelBuilder, scratch: Scratch, product: Product) {
    const { module, target } = builder;
    const cut = partition(product, target), { tile, panels, panelBytes, lines, tiles } = cut;
    const { width } = panels;
    this.#product = product;
    this.#cut = cut;
    const bytes = product.groups.count * panels.count * panelBytes;
    const kept = keptB(builder, bytes), packed = kept === undefined ? scratch.reserve(bytes) : 0;
    this.#packed = kept ?? ((args) => i32.add(args.scratch, packed));
    const places = rowPlaces(scratch, lines.inner, product.resultOffset);
    this.#places = places;
    const reduction = cut.steps.map((axis, index) =>
      cut.skips !== undefined && index === 0 ? { ...axis, count: "runtime" as const } : axis
    );
    this.#native = tile.native === undefined || product.tail === undefined
      ? undefined
      : nativeTail(product.tail, reduction, places);
    const done = product.tail === undefined || this.#native !== undefined;
    const direct = done && places.result !== "table";
    this.#tail = direct
      ? undefined
      : tailFunction(module, product, panels, width * 4, places.result);
    this.#tiling = new Tiling(tiles, (rows) =>
      tileFunction(module, tile, {
        rows,
        rowStride: places.a,
        tileStride: rows * (places.a === "table" ? 4 : places.a),
        panelStride: panelBytes,
        reduction,
        resultStride: direct ? places.result : width * 4,
        lastColumns: direct ? panels.last : width,
        resumable: false,
        ...(this.#native === undefined ? {} : { tail: this.#native.steps }),
      }));
    const sums = direct ? 0 : scratch.reserve(cut.sumsBytes * cut.tasks);
    const pack = packB(product, panels, this.#packed);
    if (kept !== undefined) addPreparation(builder, pack);
    const multiply: Part = {
      tasks: cut.tasks,
      emit: (f, args, task) => this.#multiply(f, args, task, sums),
    };
    this.stages = [[...places.parts, ...(kept === undefined ? [pack] : [])], [multiply]];
  }

  #multiply(
    f: FunctionBuilder,
    args: Arguments,
    task: Local<"i32">,
    sums: number,
  ): void {
    const { groups, a, resultOffset } = this.#product;
    const { panels, rowBlocks, columnBlocks, panelsPerBlock } = this.#cut;
    const [group, block] = divide(f, task, rowBlocks * columnBlocks, groups.count);
    const [rowBlock, columnBlock] = divide(f, block, columnBlocks, rowBlocks);
    const [panel0, panel1] = rangeOf(f, columnBlock, panelsPerBlock, panels.count);
    const context: Task = {
      args,
      group,
      rowBlock,
      sums: addressOf(f, i32.add(args.scratch, sums), [task, this.#cut.sumsBytes]),
      a: addressOf(f, a(args), [group, groups.a]),
      place: addressOf(f, resultOffset, [group, groups.result - groups.column]),
    };
    f.count(panel0, panel1, 1, (panel) => this.#multiplyPanel(f, context, panel));
  }

  /** A task's rows times one panel of B. */
  #multiplyPanel(f: FunctionBuilder, task: Task, panel: Local<"i32">): void {
    const { args, group, rowBlock } = task;
    const { groups, rows } = this.#product;
    const { panels, steps, panelBytes, lines, lineCount, tiles, skips } = this.#cut;
    const b = addressOf(
      f,
      this.#packed(args),
      [group, panels.count * panelBytes],
      [panel, panelBytes],
    );
    const column = addressOf(f, 0, [panel, panels.width * 4], [group, groups.column]);
    const last = f.local(i32.eq(panel, panels.count - 1));
    const zero = i32.constant(0);
    const atOnce = this.#tail === undefined ? Infinity : this.#cut.tilesAtOnce;
    const multiply = (
      [from, to]: readonly [Integer, Integer],
      lineA: Integer,
      linePlace: Integer,
      lineB: Integer,
      taps: Integer,
    ) =>
      this.#tiling.forEach(f, from, to, atOnce, (tile, tiles, height, fn) => {
        const { a, place } = this.#places.at(f, args, this.#tiling.rowOf(tile), lineA, linePlace);
        const tail = this.#native?.addresses(f, args, i32.add(place, column), column) ?? [];
        f.do(fn.call({
          a,
          b: lineB,
          result: this.#tail === undefined
            ? i32.add(i32.add(args.output(0), place), column)
            : task.sums,
          base: lineA,
          last,
          count: taps,
          resume: zero,
          tiles,
          panels: i32.constant(1),
          tail,
        }));
        if (this.#tail === undefined) return;
        f.do(this.#tail(args, task.sums, i32.mul(tiles, height), place, column, last));
      });
    if (lineCount === 1) {
      const range = rangeOf(f, rowBlock, this.#cut.tilesPerBlock, tiles.count);
      return multiply(range, task.a, task.place, b, zero);
    }
    const [line0, line1] = rangeOf(f, rowBlock, this.#cut.linesPerBlock, lineCount);
    const whole = [zero, i32.constant(tiles.count)] as const;
    f.count(line0, line1, 1, (line) => {
      const a = addressOf(f, task.a), place = addressOf(f, task.place);
      moveAlong(f, line, lines.outer, [a, (axis) => axis.a], [place, (axis) => axis.result]);
      if (skips === undefined) return multiply(whole, a, place, b, zero);
      const y = f.local(i32.remU(line, rows.at(-2)!.count)), [taps] = steps;
      const { first, count } = emitTaps(f, skips, taps!.count, y);
      f.increase(a, i32.mul(first, taps!.a));
      multiply(whole, a, place, addressOf(f, b, [first, taps!.b]), count);
    });
  }
}
