import type { Expression, Step } from "../../../lib/graph/kernel.ts";
import {
  evaluateTail,
  loadsOf,
  mostTailLoads,
  tailRegisters,
  type TailStep,
  type TileTail,
} from "../../native/tail.ts";
import { isOneChain } from "../../native/order.ts";
import { addressOf } from "../memory/address.ts";
import type { Arguments } from "../stages/builder.ts";
import type { FunctionBuilder, Integer } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";
import { orderOf, type TileAxis } from "./chains.ts";

/** A tail that a native tile applies to its sums, and the addresses that it loads from. */
export interface NativeTail {
  readonly steps: TileTail;
  /** What the tile is told: the first row is at `place` in the result, its first column at `column`. */
  addresses(f: FunctionBuilder, args: Arguments, place: Integer, column: Integer): Integer[];
}

/**
 * The tail of a product as native code does it, where it can: for sums of one chain, of rows at fixed
 * distances, with steps of one vector instruction each. Others go through memory, to WebAssembly.
 */
export function nativeTail(
  { steps, stores }: Expression,
  reduction: readonly TileAxis[],
  rows: { readonly a: number | "table"; readonly result: number | "table" },
): NativeTail | undefined {
  if (!isOneChain(orderOf(reduction)) || rows.a === "table" || rows.result === "table") {
    return undefined;
  }
  const converted = nativeSteps({ steps, stores });
  if (converted === undefined) return undefined;
  const loads = steps.filter((step) => step.kind === "load");
  const spare = Array.from({ length: tailRegisters - 1 }, (_, i) => 1 + i);
  const result = evaluateTail(converted, 0, spare, { load() {}, apply() {} });
  if (result === undefined || loads.length > mostTailLoads) return undefined;
  return {
    steps: converted,
    addresses: (f, args, place, column) =>
      loadsOf(converted).map(({ along }, load) => {
        const { input, view } = loads[load]!, at = along === "columns" ? column : place;
        return addressOf(f, i32.add(args.input(input), view.offset * 4), [at, 1]);
      }),
  };
}

/** The steps of a tail as native code has them; undefined where it has not all of them. */
export function nativeSteps({ steps, stores }: Expression): TileTail | undefined {
  const converted = steps.map(stepOf), isWhole = converted.every((step) => step !== undefined);
  return isWhole && stores.length === 1 && stores[0]!.step === steps.length - 1
    ? converted
    : undefined;
}

/** A step as a tile has it; undefined where it has none of its kind. */
function stepOf(step: Step): TailStep | undefined {
  if (step.dtype !== "f32") return undefined;
  if (step.kind === "result") return { kind: "sum" };
  if (step.kind === "load") {
    const [row, column] = step.view.strides;
    // One number for all rows and columns is WebAssembly's.
    if (row === 0 && column === 0) return undefined;
    return { kind: "load", along: row === 0 ? "columns" : "result" };
  }
  if (step.kind !== "apply") return undefined;
  const { op, operands } = step;
  switch (op) {
    case "add":
    case "subtract":
    case "multiply":
    case "relu":
      return { kind: "apply", op, operands };
  }
  return undefined;
}
