import { addressOf } from "../memory/address.ts";
import type { Arguments } from "../stages/builder.ts";
import type { Part } from "../stages/parts.ts";
import type { Scratch } from "../stages/scratch.ts";
import { partOfUnits } from "../stages/units.ts";
import type { FunctionBuilder, Integer, Local } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";
import { commonStride, type RowAxis, stepsOf } from "./axes.ts";

/** Where rows lie in A and in the result: at a fixed distance, or as a table in scratch says. */
export interface RowPlaces {
  readonly a: number | "table";
  readonly result: number | "table";
  /** What fills the tables. */
  readonly parts: readonly Part[];
  /** What a tile function and a tail are given for `row`, in a matrix that begins at `base`. */
  at(
    f: FunctionBuilder,
    args: Arguments,
    row: Integer,
    base: Integer,
    batch: Integer,
  ): { readonly a: Local<"i32">; readonly place: Local<"i32"> };
}

/** Finds out whether rows are evenly spaced, and lays out the tables of those that are not. */
export function rowPlaces(
  scratch: Scratch,
  rows: readonly RowAxis[],
  resultOffset: number,
): RowPlaces {
  const count = stepsOf(rows);
  const moving = rows.filter((axis) => axis.count > 1);
  const part = (key: "a" | "result", table: number): Part =>
    partOfUnits(count, 4096, (f, args) => (row) => {
      let inner = 1;
      const terms = moving.toReversed().map((axis): [Integer, number] => {
        const index = i32.remU(inner === 1 ? row : i32.divU(row, inner), axis.count);
        inner *= axis.count;
        return [index, axis[key]];
      });
      const place = addressOf(f, key === "a" ? 0 : resultOffset, ...terms);
      f.do(i32.store(i32.add(i32.add(args.scratch, i32.mul(row, 4)), table), place));
    });
  const a = commonStride(rows, "a") ?? "table";
  const result = commonStride(rows, "result") ?? "table";
  const aTable = a === "table" ? scratch.reserve(count * 4) : 0;
  const resultTable = result === "table" ? scratch.reserve(count * 4) : 0;
  return {
    a,
    result,
    parts: [
      ...(a === "table" ? [part("a", aTable)] : []),
      ...(result === "table" ? [part("result", resultTable)] : []),
    ],
    at(f, args, row, base, batch) {
      const first = f.local(row);
      const entry = (table: number) => addressOf(f, i32.add(args.scratch, table), [first, 4]);
      return {
        a: a === "table" ? entry(aTable) : addressOf(f, base, [first, a]),
        place: result === "table" ? entry(resultTable) : addressOf(f, batch, [first, result]),
      };
    },
  };
}
