import type { Expression } from "../../../lib/graph/kernel.ts";
import { ExpressionEmitter, type LoadStep } from "../elementwise/expression.ts";
import { storeLanes } from "../memory/lanes.ts";
import type { Arguments } from "../stages/builder.ts";
import type { Integer, Local, ModuleBuilder, Statement, Vector } from "../wasm/assembler.ts";
import { call, i32, v128 } from "../wasm/instructions.ts";
import type { Product } from "./product.ts";
import type { Panels } from "./tile.ts";

/** What a kernel without a tail does with its result. */
export const plainTail: Expression = {
  steps: [{ kind: "result", dtype: "f32" }],
  stores: [{ step: 0, dtype: "f32" }],
};

/** What a tail loads from `input` for the vector at `place` in the result, and in its row. */
export function tailLoad(
  { view: { offset, strides: [row, column] } }: LoadStep,
  input: Integer,
  place: Integer,
  inRow: Integer,
  bytes = 0,
): Vector {
  const base = i32.add(input, offset * 4);
  if (row === 0 && column === 0) return v128.load32Splat(base);
  return v128.load(i32.add(base, row !== 0 ? place : inRow), bytes);
}

/**
 * Calls a tail for a tile, or for several that lie one under the other: finishes `rows` rows at `tile`. `place` is the first row's offset in the
 * result in bytes, or where its offsets are; `column` the first column, in bytes; `last` is not 0
 * for a tile in the last panel.
 */
export type TailFunction = (
  args: Arguments,
  tile: Integer,
  rows: Integer,
  place: Integer,
  column: Integer,
  last: Integer,
) => Statement;

/**
 * Emits the function that applies a product's tail to a tile, which lies in memory with
 * `tileStride` bytes between rows, and stores the results: `rowStride` bytes between rows, or where
 * a table says.
 */
export function tailFunction(
  module: ModuleBuilder,
  { tail = plainTail }: Product,
  { width, last: lastColumns }: Panels,
  tileStride: number,
  rowStride: number | "table",
): TailFunction {
  const loads = tail.steps.filter((step) => step.kind === "load");
  const inputs = [...new Set(loads.map(({ input }) => input))];
  const types = [...inputs, ...tail.stores].map(() => "i32" as const);
  const fixed = ["i32", "i32", "i32", "i32", "i32"] as const;
  const fn = module.function(
    [...fixed, ...types],
    (f, tile, rows, place, column, last, ...given) => {
      const input = (number: number): Local<"i32"> => given[inputs.indexOf(number)]!;
      const expression = new ExpressionEmitter(f, tail, input);
      const offset = f.local("i32");
      const rowsLoop = (columns: number) =>
        f.repeat(() => {
          const row = rowStride === "table" ? i32.load(place) : place;
          f.set(offset, i32.add(row, column));
          for (let vector = 0; vector * 4 < columns; vector++) {
            f.scope(() => {
              const values = expression.emit({
                result: v128.load(tile, vector * 16),
                load: (step) => tailLoad(step, input(step.input), offset, column, vector * 16),
              });
              values.forEach((value, store) => {
                const base = given[inputs.length + store]!;
                const lanes = Math.min(4, columns - vector * 4);
                const stored = f.local(value);
                storeLanes(f, i32.add(base, offset), stored, lanes, vector * 4);
              });
            });
          }
          f.increase(tile, tileStride);
          f.increase(place, rowStride === "table" ? 4 : rowStride);
          f.increase(rows, -1);
          return rows;
        });
      if (lastColumns === width) rowsLoop(lastColumns);
      else f.if(last, () => rowsLoop(lastColumns), () => rowsLoop(width));
    },
  );
  return (args, tile, rows, place, column, last) =>
    call(
      fn,
      tile,
      rows,
      place,
      column,
      last,
      ...inputs.map((number) => args.input(number)),
      ...tail.stores.map((_, store) => args.output(store)),
    );
}
