import { philoxRounds } from "../random/philox.ts";
import type { FunctionBuilder, Integer, Vector } from "../wasm/assembler.ts";
import { f32x4, i32x4, v128 } from "../wasm/instructions.ts";

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
  const key = [word(0), word(1)] as const;
  const words = [
    f.local(position),
    f.local(i32x4.constant(0)),
    word(2),
    f.local(i32x4.constant(stream | 0)),
  ] as const;
  philoxRounds(f, words, key);
  return f32x4.mul(f32x4.convertI32x4S(i32x4.shrU(words[0], 8)), 2 ** -24);
}
