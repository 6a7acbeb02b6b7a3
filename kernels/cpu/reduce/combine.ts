import { type CombineName, combines } from "../../../lib/graph/combine.ts";
import { elementwise } from "../elementwise/elementwise.ts";
import type { FunctionBuilder, Local, Vector } from "../wasm/assembler.ts";
import { f32x4, i32x4, shuffle } from "../wasm/instructions.ts";

/** How the values of a reduction are put together, lane by lane. */
export interface Combine {
  /** What changes nothing, in each lane. */
  readonly identity: Vector;
  /** Whether results are rounded, so that the order matters. */
  readonly rounds: boolean;
  vector(a: Vector, b: Vector): Vector;
}

/** A way to combine f32 or i32. */
export function combineOf(f: FunctionBuilder, name: CombineName, dtype: "f32" | "i32"): Combine {
  const { op, identity } = combines[name];
  const number = identity[dtype];
  return {
    rounds: dtype === "f32" && op !== "maximum" && op !== "minimum",
    identity: dtype === "f32" ? f32x4.constant(number) : i32x4.constant(number),
    vector: (a, b) => elementwise[op]!(f, [a, b], { dtype, attributes: {}, literal: undefined }),
  };
}

/** Values put together in pairs, then pairs of pairs: always in the same order. */
export function pairwise(combine: Combine, values: readonly Vector[]): Vector {
  if (values.length === 1) return values[0]!;
  const half = values.length >> 1;
  return combine.vector(
    pairwise(combine, values.slice(0, half)),
    pairwise(combine, values.slice(half)),
  );
}

/** The four lanes put together, in lane 0. */
export function horizontal(f: FunctionBuilder, combine: Combine, vector: Local<"v128">): Vector {
  const pair = f.local(combine.vector(vector, shuffle(vector, vector, [2, 3, 2, 3])));
  return combine.vector(pair, shuffle(pair, pair, [1, 1, 1, 1]));
}
