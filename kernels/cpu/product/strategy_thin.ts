import { addressOf, divide } from "../memory/address.ts";
import type { Arguments, KernelBuilder } from "../stages/builder.ts";
import type { Part, Stages } from "../stages/parts.ts";
import type { Scratch } from "../stages/scratch.ts";
import type { FunctionBuilder, Integer, Local } from "../wasm/assembler.ts";
import { f32x4, i32, v128 } from "../wasm/instructions.ts";
import { mergedAxes, stepsOf } from "./axes.ts";
import { longestChain } from "./chains.ts";
import type { Product, Strategy } from "./product.ts";
import { rowPlaces } from "./row_places.ts";
import { tailFunction } from "./tail.ts";
import { panelsOf, portableTile } from "./tile.ts";

/** Rows up to which a product is thin, and columns from which on. */
const mostRows = 4, fewestColumns = 64;

/** Columns of a task at most: its sums stay in the first cache. */
const mostColumns = 4096;

/** A B that is no larger than this is in the caches, and is shared by columns. */
const small = 1 << 20, tasksOfSmall = 32;

/**
 * A product of few rows by a large B whose columns lie side by side: B is read where it lies, once,
 * some rows at a time, and each of its vectors is added to the sums of all rows. The memory's speed
 * is the limit.
 */
export const thin: Strategy = {
  fits: ({ rows, columns, reduction }) =>
    stepsOf(rows) <= mostRows && columns.b === 4 && columns.count >= fewestColumns &&
    stepsOf(reduction) > 0 && mergedAxes(reduction, "a", "b").length <= 1,
  stages,
};

/**
 * The product in blocks of columns and in parts of the sum, each a chain. A large B comes from the
 * memory, which is fast where whole rows are read one after another: so a task does one part of as many
 * columns as may be. What is small is shared by columns alone.
 */
export function partition({ groups, columns, reduction }: Product) {
  const steps = stepsOf(reduction), all = columns.count * groups.count;
  const isSmall = all * steps * 4 <= small;
  const most = isSmall
    ? Math.max(fewestColumns, Math.ceil(all / tasksOfSmall / 8) * 8)
    : mostColumns;
  const blocks = Math.ceil(columns.count / most);
  const width = Math.ceil(columns.count / blocks / 8) * 8;
  const parts = Math.ceil(steps / longestChain), partSteps = Math.ceil(steps / parts);
  return {
    width,
    blocks: Math.ceil(columns.count / width),
    /** How long parts are, and how many there are: of the sum, and of those in a task. */
    partSteps,
    parts: Math.ceil(steps / partSteps),
    partsOfTask: isSmall ? Math.ceil(steps / partSteps) : 1,
  };
}

/** Columns whose parts a task adds. */
const addedColumns = 512;

function stages(builder: KernelBuilder, scratch: Scratch, product: Product): Stages {
  const { groups, columns } = product, rows = stepsOf(product.rows);
  const [axis = { count: 1, a: 0, b: 0 }] = mergedAxes(product.reduction, "a", "b");
  const { width, blocks, parts, partSteps, partsOfTask } = partition(product);
  const places = rowPlaces(scratch, product.rows, product.resultOffset);
  const sumStride = width * 4, partBytes = rows * sumStride, blockBytes = parts * partBytes;
  const sums = scratch.reserve(groups.count * blocks * blockBytes);
  const panels = panelsOf(columns.count, portableTile(columns.count).width);
  const tail = tailFunction(builder.module, product, panels, sumStride, places.result);
  const sumsAt = (f: FunctionBuilder, args: Arguments, block: Integer) =>
    addressOf(f, i32.add(args.scratch, sums), [block, blockBytes]);
  const rowAt = (f: FunctionBuilder, args: Arguments, group: Integer) => {
    const a = addressOf(f, product.a(args), [group, groups.a]);
    const batch = addressOf(f, product.resultOffset, [group, groups.result - groups.column]);
    return { base: a, ...places.at(f, args, i32.constant(0), a, batch) };
  };
  const columnsOf = (f: FunctionBuilder, block: Integer) => {
    const first = f.local(i32.mul(block, width));
    return { first, count: f.local(i32.minU(i32.sub(columns.count, first), width)) };
  };

  /** Sums over one part: `block` is of all groups. */
  const sumPart = (f: FunctionBuilder, args: Arguments, block: Integer, part: Integer) => {
    const [group, inGroup] = divide(f, block, blocks, groups.count);
    const { count } = columnsOf(f, inGroup), row0 = rowAt(f, args, group);
    const first = f.local(i32.mul(part, partSteps));
    const steps = f.local(i32.minU(i32.sub(axis.count, first), partSteps));
    const rowPointers = Array.from({ length: rows }, (_, row) => {
      const start = places.a === "table"
        ? i32.add(row0.base, i32.load(row0.a, row * 4))
        : i32.add(row0.a, row * places.a);
      return addressOf(f, start, [first, axis.a]);
    });
    const b = addressOf(
      f,
      product.b(args),
      [group, groups.b],
      [inGroup, width * 4],
      [first, axis.b],
    );
    const sum = addressOf(f, sumsAt(f, args, block), [part, partBytes]);
    f.count(0, partBytes, 16, (at) => f.do(v128.store(i32.add(sum, at), 0)));
    const add = (rowsOfB: number) =>
      addRows(f, rowPointers, b, sum, count, { rowsOfB, aStep: axis.a, bStep: axis.b, sumStride });
    const atOnce = rows <= 2 ? 4 : 2;
    f.count(0, f.local(i32.divU(steps, atOnce)), 1, () => add(atOnce));
    f.count(0, f.local(i32.remU(steps, atOnce)), 1, () => add(1));
  };

  /** Adds the parts of a block's columns from `from` to before `to`, and stores them with the tail. */
  const finish = (
    f: FunctionBuilder,
    args: Arguments,
    block: Integer,
    [from, to]: readonly [Integer, Integer],
  ) => {
    const [group, inGroup] = divide(f, block, blocks, groups.count);
    const { first } = columnsOf(f, inGroup), row0 = rowAt(f, args, group);
    const sum = sumsAt(f, args, block);
    f.count(from, to, 8, (column) => {
      const at = addressOf(f, sum, [column, 4]);
      for (let row = 0; parts > 1 && row < rows; row++) addParts(f, at, row * sumStride);
      const place = f.local(i32.add(first, column));
      f.do(tail(
        args,
        at,
        i32.constant(rows),
        row0.place,
        addressOf(f, 0, [place, 4], [group, groups.column]),
        i32.eq(place, (panels.count - 1) * 8),
      ));
    });
  };

  /** Adds 8 numbers of each part at some bytes behind `at`, to those of the first. */
  const addParts = (f: FunctionBuilder, at: Integer, behind: number) =>
    f.scope(() => {
      const totals = [0, 16].map((vector) => f.local(v128.load(at, behind + vector)));
      f.count(partBytes, blockBytes, partBytes, (part) => {
        const next = i32.add(at, part);
        totals.forEach((total, i) =>
          f.set(total, f32x4.add(total, v128.load(next, behind + i * 16)))
        );
      });
      totals.forEach((total, i) => f.do(v128.store(at, total, behind + i * 16)));
    });

  const shares = Math.ceil(parts / partsOfTask), isWhole = shares === 1;
  const multiply: Part = {
    tasks: groups.count * blocks * shares,
    emit(f, args, task) {
      const [block, share] = divide(f, task, shares, groups.count * blocks);
      if (!isWhole) return sumPart(f, args, block, share);
      f.count(0, parts, 1, (part) => f.scope(() => sumPart(f, args, block, part)));
      const [, inGroup] = divide(f, block, blocks, groups.count);
      finish(f, args, block, [i32.constant(0), columnsOf(f, inGroup).count]);
    },
  };
  const pieces = Math.ceil(width / addedColumns);
  const add: Part = {
    tasks: isWhole ? 0 : groups.count * blocks * pieces,
    emit(f, args, task) {
      const [block, piece] = divide(f, task, pieces, groups.count * blocks);
      const [, inGroup] = divide(f, block, blocks, groups.count);
      const from = f.local(i32.mul(piece, addedColumns));
      const to = i32.minU(i32.add(from, addedColumns), columnsOf(f, inGroup).count);
      finish(f, args, block, [from, f.local(to)]);
    },
  };
  // Stages before this one may frame the image: the product must not share a stage with them.
  return [[...places.parts], [multiply], [add]];
}

/** Vectors of columns that are summed side by side. */
const vectorsAtOnce = 4;

/** sums += A's numbers times some rows of B; the pointers into A and B move on. */
function addRows(
  f: FunctionBuilder,
  rows: readonly Local<"i32">[],
  b: Local<"i32">,
  sum: Local<"i32">,
  count: Integer,
  { rowsOfB, aStep, bStep, sumStride }: {
    readonly rowsOfB: number;
    readonly aStep: number;
    readonly bStep: number;
    readonly sumStride: number;
  },
): void {
  f.scope(() => {
    const factors = rows.map((row) =>
      Array.from({ length: rowsOfB }, (_, step) => f.local(v128.load32Splat(row, step * aStep)))
    );
    const from = f.local(b), target = f.local(sum), value = f.local("v128");
    const add = (vectors: number) => {
      for (let vector = 0; vector < vectors; vector++) {
        rows.forEach((_, row) => {
          const at = row * sumStride + vector * 16;
          f.set(value, v128.load(target, at));
          for (let step = 0; step < rowsOfB; step++) {
            const number = v128.load(from, step * bStep + vector * 16);
            f.set(value, f32x4.madd(factors[row]![step]!, number, value));
          }
          f.do(v128.store(target, value, at));
        });
      }
      f.increase(from, vectors * 16);
      f.increase(target, vectors * 16);
    };
    const columnsAtOnce = 4 * vectorsAtOnce;
    f.count(0, f.local(i32.divU(count, columnsAtOnce)), 1, () => add(vectorsAtOnce));
    f.count(0, f.local(i32.remU(count, columnsAtOnce)), 4, () => add(1));
    for (const row of rows) f.increase(row, rowsOfB * aStep);
    f.increase(b, rowsOfB * bStep);
  });
}
