import type { FunctionBuilder, Integer, Vector } from "../wasm/assembler.ts";
import { f32x4, i32x4, shuffle, v128 } from "../wasm/instructions.ts";

/**
 * Uniform numbers in [0, 1) for four row-major positions: the first word of Philox 4x32-10 under
 * the key and step in memory at `state` (i32 [3]), the same bits as `philox` in lib/core/random.ts.
 */
export function randomUniform(
  f: FunctionBuilder,
  state: Integer,
  position: Vector,
  stream: number,
): Vector {
  const word = (index: number) => f.local(v128.load32Splat(state, index * 4));
  const [key0, key1] = [word(0), word(1)];
  const c0 = f.local(position), c1 = f.local(i32x4.constant(0));
  const c2 = word(2), c3 = f.local(i32x4.constant(stream | 0));
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = product(f, c0, 0xd2511f53);
    const [high1, low1] = product(f, c2, 0xcd9e8d57);
    f.set(c0, v128.xor(v128.xor(high1, c1), i32x4.add(key0, Math.imul(round, 0x9e3779b9))));
    f.set(c1, low1);
    f.set(c2, v128.xor(v128.xor(high0, c3), i32x4.add(key1, Math.imul(round, 0xbb67ae85))));
    f.set(c3, low0);
  }
  return f32x4.mul(f32x4.convertI32x4S(i32x4.shrU(c0, 8)), 2 ** -24);
}

/** The high and low words of unsigned products. */
function product(f: FunctionBuilder, x: Vector, factor: number): [Vector, Vector] {
  const low = f.local(i32x4.extmulLowU(x, factor | 0));
  const high = f.local(i32x4.extmulHighU(x, factor | 0));
  const words = (parity: 0 | 1) =>
    f.local(shuffle(low, high, [parity, 2 + parity, 4 + parity, 6 + parity]));
  return [words(1), words(0)];
}
