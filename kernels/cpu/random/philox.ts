import type { FunctionBuilder, Local, Vector } from "../wasm/assembler.ts";
import { i32x4, shuffle, v128 } from "../wasm/instructions.ts";

/** Four words for each of four counters: words 0 of all, words 1 of all, and so on. */
export type Words = readonly [Local<"v128">, Local<"v128">, Local<"v128">, Local<"v128">];

/**
 * Philox 4x32-10 in place: counters, four at a time, become the words that `philox` in
 * lib/core/random.ts gives for them.
 */
export function philoxRounds(
  f: FunctionBuilder,
  [c0, c1, c2, c3]: Words,
  [key0, key1]: readonly [Vector, Vector],
): void {
  for (let round = 0; round < 10; round++) {
    f.scope(() => {
      const [high0, low0] = product(f, c0, 0xd2511f53);
      const [high1, low1] = product(f, c2, 0xcd9e8d57);
      f.set(c0, v128.xor(v128.xor(high1, c1), i32x4.add(key0, Math.imul(round, 0x9e3779b9))));
      f.set(c1, low1);
      f.set(c2, v128.xor(v128.xor(high0, c3), i32x4.add(key1, Math.imul(round, 0xbb67ae85))));
      f.set(c3, low0);
    });
  }
}

/** The high and low words of unsigned products. */
function product(f: FunctionBuilder, x: Vector, factor: number): [Vector, Vector] {
  const low = f.local(i32x4.extmulLowU(x, factor | 0));
  const high = f.local(i32x4.extmulHighU(x, factor | 0));
  const words = (parity: 0 | 1) =>
    f.local(shuffle(low, high, [parity, 2 + parity, 4 + parity, 6 + parity]));
  return [words(1), words(0)];
}
