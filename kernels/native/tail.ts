/**
 * What is done with a tile's sums before they are stored: a bias, a normalisation, another tensor to be
 * added, ReLU. Each step computes what WebAssembly's does, to the last bit.
 *
 * @module
 */
import type { VectorRegister } from "./x86.ts";

export type TailOp = "add" | "subtract" | "multiply" | "relu";

/** A value for each element of the result, from earlier ones. */
export type TailStep =
  | { readonly kind: "sum" }
  /** Lies as the result does, or is a row for all rows; its address is an argument of the tile. */
  | { readonly kind: "load"; readonly along: "result" | "columns" }
  | { readonly kind: "apply"; readonly op: TailOp; readonly operands: readonly number[] };

/** Steps of which the last one is stored. */
export type TileTail = readonly TailStep[];

/** So many arguments there are for loads, and registers beside the sums, one of which holds 0. */
export const mostTailLoads = 6, tailRegisters = 4;

/** The loads of a tail, in the order of their arguments. */
export const loadsOf = (tail: TileTail) => tail.filter((step) => step.kind === "load");

/** A value in a register, or in memory: a load that has not been made yet, by its number. */
type Value = { readonly register: VectorRegister } | { readonly load: number };

/** What `evaluateTail` has done. */
export interface TailActions {
  load(to: VectorRegister, load: number): void;
  /** to = a op b; of relu to = relu(b). */
  apply(op: TailOp, to: VectorRegister, a: VectorRegister, b: Value): void;
}

/**
 * Goes through a tail for one vector, whose sum is in the register `sum`, with some registers to spare;
 * returns the register with the result, or undefined where these are too few.
 */
export function evaluateTail(
  tail: TileTail,
  sum: VectorRegister,
  spare: readonly VectorRegister[],
  { load, apply }: TailActions,
): VectorRegister | undefined {
  const free = [...spare], values: Value[] = [];
  let loads = 0;
  const isUsedAfter = (value: Value, step: number) =>
    step < tail.length - 1 &&
    tail.slice(step + 1).some((later) =>
      later.kind === "apply" && later.operands.some((operand) => values[operand] === value)
    );
  for (const [number, step] of tail.entries()) {
    if (step.kind === "sum") values.push({ register: sum });
    else if (step.kind === "load") values.push({ load: loads++ });
    else {
      const operands = step.operands.map((operand) => values[operand]!);
      const last = operands.at(-1)!, first = operands[0]!;
      // Registers that hold nothing more after this step: the first of them takes its result.
      const over: VectorRegister[] = [];
      for (const value of new Set(operands)) {
        if ("register" in value && !isUsedAfter(value, number)) over.push(value.register);
      }
      let a = "register" in first ? first.register : undefined;
      if (a === undefined && step.op !== "relu") {
        a = free.pop();
        if (a === undefined) return undefined;
        load(a, (first as { load: number }).load);
        over.unshift(a);
      }
      const to = over.shift() ?? free.pop();
      if (to === undefined) return undefined;
      apply(step.op, to, a ?? to, last);
      free.push(...over);
      values.push({ register: to });
    }
  }
  const result = values.at(-1);
  return result !== undefined && "register" in result ? result.register : undefined;
}
