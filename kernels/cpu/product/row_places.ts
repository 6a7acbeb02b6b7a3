import type { FunctionBuilder, Local, Value } from "../wasm/assembler.ts";
import type { Arguments } from "../stages/builder.ts";
import { reductionSize } from "./axes.ts";
import { addressOf, type Part, type Scratch, taskRanges } from "../stages/parts.ts";
import { i32 } from "../wasm/instructions.ts";

/** An axis of the rows: steps, and the bytes between them in A and in the result. */
export interface RowAxis {
  readonly count: number;
  readonly a: number;
  readonly result: number;
}

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
    row: Value<"i32">,
    base: Value<"i32">,
    batch: Value<"i32">,
  ): { readonly a: Local<"i32">; readonly place: Local<"i32"> };
}

/** Finds out whether rows are evenly spaced, and lays out the tables of those that are not. */
export function rowPlaces(
  scratch: Scratch,
  rows: readonly RowAxis[],
  resultOffset: number,
): RowPlaces {
  const count = reductionSize(rows);
  const moving = rows.filter((axis) => axis.count > 1);
  const part = (key: "a" | "result", table: number): Part => {
    const { tasks, range } = taskRanges(count, 4096);
    return {
      tasks,
      emit(f, args, task) {
        const [first, last] = range(f, task);
        f.count(first, last, 1, (row) => {
          let inner = 1;
          const terms = moving.toReversed().map((axis): [Value<"i32">, number] => {
            const index = i32.remU(inner === 1 ? row : i32.divU(row, inner), axis.count);
            inner *= axis.count;
            return [index, axis[key]];
          });
          const place = addressOf(f, key === "a" ? 0 : resultOffset, ...terms);
          f.do(i32.store(i32.add(i32.add(args.scratch, i32.mul(row, 4)), table), place));
        });
      },
    };
  };
  const strideOf = (key: "a" | "result"): number | "table" =>
    moving.every((axis, index) => {
        const inner = moving[index + 1];
        return inner === undefined || axis[key] === inner.count * inner[key];
      })
      ? moving.at(-1)?.[key] ?? 0
      : "table";
  const [a, result] = [strideOf("a"), strideOf("result")];
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
      const first = f.local("i32", row);
      const entry = (table: number) => addressOf(f, i32.add(args.scratch, table), [first, 4]);
      return {
        a: a === "table" ? entry(aTable) : addressOf(f, base, [first, a]),
        place: result === "table" ? entry(resultTable) : addressOf(f, batch, [first, result]),
      };
    },
  };
}
