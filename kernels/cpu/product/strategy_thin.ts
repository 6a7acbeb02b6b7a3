import { addressOf, divide } from "../memory/address.ts";
import type { KernelBuilder } from "../stages/builder.ts";
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

/** Columns of a task: its sums stay in the first cache, and each row of B is one run of memory. */
const mostColumns = 1024, wantedTasks = 32;

/** Bytes from which B comes from the memory, which is faster by long runs: fewer tasks, then. */
const large = 8 << 20, tasksOfLarge = 4;

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

/** The columns in blocks, one a task: how many there are, and the columns of one. */
export function partition({ groups, columns, reduction }: Product) {
  const all = columns.count * groups.count, isLarge = all * stepsOf(reduction) * 4 > large;
  const forTasks = Math.ceil(all / (isLarge ? tasksOfLarge : wantedTasks) / 8) * 8;
  const width = Math.min(mostColumns, Math.max(fewestColumns, forTasks));
  return { width, blocks: Math.ceil(columns.count / width) };
}

function stages(builder: KernelBuilder, scratch: Scratch, product: Product): Stages {
  const { groups, columns } = product;
  const rows = stepsOf(product.rows);
  const [axis = { count: 1, a: 0, b: 0 }] = mergedAxes(product.reduction, "a", "b");
  const { width, blocks } = partition(product);
  const places = rowPlaces(scratch, product.rows, product.resultOffset);
  const sumStride = width * 4;
  const atOnce = Math.max(1, Math.floor(8 / rows));
  const rounds = Math.floor(axis.count / atOnce), roundsOfPart = longestChain / atOnce;
  const isLong = rounds > 2 * roundsOfPart;
  // A long sum is one of parts: after the sums of a part lie those of all before it.
  const sumBytes = rows * sumStride, taskBytes = isLong ? 2 * sumBytes : sumBytes;
  const sums = scratch.reserve(groups.count * blocks * taskBytes);
  const panels = panelsOf(columns.count, portableTile(columns.count).width);
  const tail = tailFunction(builder.module, product, panels, sumStride, places.result);
  const multiply: Part = {
    tasks: groups.count * blocks,
    emit(f, args, task) {
      const [group, block] = divide(f, task, blocks, groups.count);
      const column0 = f.local(i32.mul(block, width));
      const count = f.local(i32.minU(i32.sub(columns.count, column0), width));
      const sum = addressOf(f, i32.add(args.scratch, sums), [task, taskBytes]);
      const total = isLong ? f.local(i32.add(sum, sumBytes)) : sum;
      const a = addressOf(f, product.a(args), [group, groups.a]);
      const batch = addressOf(f, product.resultOffset, [group, groups.result - groups.column]);
      const row0 = places.at(f, args, i32.constant(0), a, batch);
      const rowAt = (row: number) =>
        places.a === "table"
          ? i32.add(a, i32.load(row0.a, row * 4))
          : i32.add(row0.a, row * places.a);
      const rowPointers = Array.from({ length: rows }, (_, row) => f.local(rowAt(row)));
      const b = addressOf(f, product.b(args), [group, groups.b], [block, width * 4]);
      f.count(0, taskBytes, 16, (at) => f.do(v128.store(i32.add(sum, at), 0)));

      const steps = { aStep: axis.a, bStep: axis.b, sumStride };
      const add = (rowsOfB: number) =>
        addRows(f, rowPointers, b, sum, count, { rowsOfB, ...steps });
      if (isLong) {
        f.count(0, rounds, roundsOfPart, (from) => {
          const to = f.local(i32.minU(i32.add(from, roundsOfPart), rounds));
          f.count(from, to, 1, () => add(atOnce));
          addPart(f, sum, total, sumBytes);
        });
      } else if (rounds > 0) f.count(0, rounds, 1, () => add(atOnce));
      for (let rest = rounds * atOnce; rest < axis.count; rest++) add(1);
      if (isLong) addPart(f, sum, total, sumBytes);

      f.count(0, count, 8, (column) => {
        const place = f.local(i32.add(column0, column));
        f.do(tail(
          args,
          addressOf(f, total, [column, 4]),
          i32.constant(rows),
          row0.place,
          addressOf(f, 0, [place, 4], [group, groups.column]),
          i32.eq(place, (panels.count - 1) * 8),
        ));
      });
    },
  };
  // Stages before this one may frame the image: the product must not share a stage with them.
  return [[...places.parts], [multiply]];
}

/** total += sum; sum = 0. */
function addPart(
  f: FunctionBuilder,
  sum: Local<"i32">,
  total: Local<"i32">,
  bytes: number,
): void {
  f.count(0, bytes, 16, (at) => {
    const [from, to] = [i32.add(sum, at), i32.add(total, at)];
    f.do(v128.store(to, f32x4.add(v128.load(to), v128.load(from))));
    f.do(v128.store(from, 0));
  });
}

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
    const pointers = Array.from(
      { length: rowsOfB },
      (_, step) => f.local(i32.add(b, step * bStep)),
    );
    const target = f.local(sum);
    const values = rows.map(() => f.local("v128"));
    const vector = f.local("v128");
    f.count(0, count, 4, () => {
      values.forEach((value, row) => f.set(value, v128.load(target, row * sumStride)));
      pointers.forEach((pointer, step) => {
        f.set(vector, v128.load(pointer));
        values.forEach((value, row) =>
          f.set(value, f32x4.madd(factors[row]![step]!, vector, value))
        );
        f.increase(pointer, 16);
      });
      values.forEach((value, row) => f.do(v128.store(target, value, row * sumStride)));
      f.increase(target, 16);
    });
    for (const row of rows) f.increase(row, rowsOfB * aStep);
    f.increase(b, rowsOfB * bStep);
  });
}
