import type { Arithmetic, StepWriter } from "../../native/vector_loop.ts";
import { runsWord } from "../../native/vector_loop.ts";
import { codeWord } from "../../native/block.ts";
import type { NativeTiles } from "../target.ts";
import type { FunctionBuilder, Integer, Local, ModuleBuilder } from "../wasm/assembler.ts";
import { call, f32x4, i32 } from "../wasm/instructions.ts";

/** Arithmetic of four lanes, each result in a variable. */
export const portableArithmetic = (f: FunctionBuilder): Arithmetic<Local<"v128">> => ({
  add: (a, b) => f.local(f32x4.add(a, b)),
  subtract: (a, b) => f.local(f32x4.sub(a, b)),
  multiply: (a, by) => f.local(f32x4.mul(a, by)),
  multiplyAdd: (a, by, c) => f.local(f32x4.madd(a, by, c)),
  multiplySubtract: (a, by, c) => f.local(f32x4.nmadd(a, by, c)),
});

/** Emits a call of a native loop from these pointers, for so many runs, at least 1. */
export type NativeLoop = (
  f: FunctionBuilder,
  pointers: readonly Integer[],
  runs: Integer,
) => void;

/**
 * A loop of native code over runs of `length` numbers, by steps that `write` writes down; undefined where
 * there is none: without native code, and for runs that whole vectors do not fill.
 */
export function nativeLoop(
  module: ModuleBuilder,
  native: NativeTiles | undefined,
  { length, moves }: { readonly length: number; readonly moves: readonly number[] },
  steps: StepWriter["steps"],
): NativeLoop | undefined {
  if (native === undefined || length % 8 !== 0) return undefined;
  const instructions = length % 16 === 0 ? native.instructions : "avx2";
  const code = native.codeOf({ instructions, steps, length, moves });
  const { native: run, frame } = module.native();
  return (f, pointers, runs) => {
    const store = (value: Integer, word: number) => f.do(i32.store(frame, value, word * 4));
    pointers.forEach(store);
    store(runs, runsWord);
    store(i32.constant(code), codeWord);
    f.do(call(run));
  };
}
