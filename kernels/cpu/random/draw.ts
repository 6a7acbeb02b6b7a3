/**
 * Random numbers for first weights: what `Random` of lib/core/random.ts gives, several times as fast.
 *
 * @module
 */
import type { FunctionBuilder, Local, Vector } from "../wasm/assembler.ts";
import { ModuleBuilder } from "../wasm/assembler.ts";
import { f32x4, f64x2, i32, i32x4, shuffle, v128 } from "../wasm/instructions.ts";
import { logarithm, sineAndCosine } from "./functions.ts";
import { philoxRounds, type Words } from "./philox.ts";

/** Numbers of a block: four counters give four words each. */
export const blockSize = 16;

/** Where the functions find what they need: a word for each of key and stream, then pairs of f64. */
export const drawArguments = {
  key: 0,
  normal: { mean: 16, deviation: 32, margin: 48 },
  uniform: { low: 16, range: 32 },
} as const;

/** The numbers of the module's functions. */
export interface DrawModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly uniform: number;
  readonly normal: number;
}

/**
 * A module with two functions (counter, target, blocks): the first counter, where the numbers go, and
 * how many blocks of them. That for normal numbers has a fourth parameter, where it puts the numbers of
 * blocks that it cannot vouch for, and gives their count: blocks with a number so close to the middle
 * between two of f32 that other roundings on the way to it, as the host's are, may have led to the other one.
 */
export function emitDraw(): DrawModule {
  const module = new ModuleBuilder();
  const uniform = module.function(["i32", "i32", "i32"], emitUniform);
  const normal = module.function(["i32", "i32", "i32", "i32"], emitNormal);
  module.export(uniform);
  module.export(normal);
  return { bytes: module.encode(), uniform: uniform.index, normal: normal.index };
}

type I32 = Local<"i32">;

/** Calls `body` for each block, with its words, whose lowest 8 bits are gone: integers of 24 bits. */
function overBlocks(
  f: FunctionBuilder,
  [counter, target, blocks]: readonly [I32, I32, I32],
  body: (words: Words, block: I32) => void,
): void {
  const word = (index: number) =>
    f.local(v128.load32Splat(i32.constant(drawArguments.key), index * 4));
  const [key0, key1, high0, high1] = [word(0), word(1), word(2), word(3)];
  const counters = f.local(i32x4.add(i32x4.splat(counter), i32x4.constant([0, 1, 2, 3])));
  f.count(0, blocks, 1, (block) => {
    f.scope(() => {
      const zero = i32x4.constant(0);
      const words = [f.local(counters), f.local(zero), f.local(high0), f.local(high1)] as const;
      philoxRounds(f, words, [key0, key1]);
      for (const word of words) f.set(word, i32x4.shrU(word, 8));
      body(words, block);
    });
    f.set(counters, i32x4.add(counters, i32x4.constant(4)));
    f.increase(target, blockSize * 4);
  });
}

/** The lanes 0 and 1, or 2 and 3, in front. */
const half = (x: Vector, upper: 0 | 1): Vector => upper === 0 ? x : shuffle(x, x, [2, 3, 2, 3]);

/**
 * Stores what two counters give, the lanes 0 and 1 of each of the four vectors being their numbers in
 * order, at the place of the first or the second two of a block.
 */
function storeHalf(
  f: FunctionBuilder,
  target: I32,
  numbers: readonly Vector[],
  upper: 0 | 1,
): void {
  const [a, b, c, d] = numbers as [Vector, Vector, Vector, Vector];
  const first = f.local(shuffle(a, b, [0, 4, 1, 5])), second = f.local(shuffle(c, d, [0, 4, 1, 5]));
  f.do(v128.store(target, shuffle(first, second, [0, 1, 4, 5]), upper * 32));
  f.do(v128.store(target, shuffle(first, second, [2, 3, 6, 7]), upper * 32 + 16));
}

function emitUniform(f: FunctionBuilder, counter: I32, target: I32, blocks: I32): void {
  const { low, range } = drawArguments.uniform,
    load = (at: number) => f.local(v128.load(i32.constant(at)));
  const from = load(low), width = load(range);
  overBlocks(f, [counter, target, blocks], (words) => {
    for (const upper of [0, 1] as const) {
      f.scope(() => {
        const numbers = words.map((word) => {
          const x = f64x2.mul(
            f64x2.mul(width, f64x2.convertLowI32x4S(half(word, upper))),
            2 ** -24,
          );
          return f.local(f32x4.demoteF64x2Zero(f64x2.add(from, x)));
        });
        storeHalf(f, target, numbers, upper);
      });
    }
  });
}

function emitNormal(
  f: FunctionBuilder,
  counter: I32,
  target: I32,
  blocks: I32,
  doubtful: I32,
): I32 {
  const { mean, deviation, margin } = drawArguments.normal;
  const load = (at: number) => f.local(v128.load(i32.constant(at)));
  const [centre, spread, share] = [load(mean), load(deviation), load(margin)];
  const count = f.local(i32.constant(0));
  overBlocks(f, [counter, target, blocks], (words, block) => {
    const doubt = f.local(i32x4.constant(0));
    for (const upper of [0, 1] as const) {
      f.scope(() => {
        const numbers = [0, 2].flatMap((first) => {
          const [radiusWord, angleWord] = [words[first]!, words[first + 1]!];
          // 1 - u, in units of 2^-24.
          const rest = i32x4.sub(2 ** 24, half(radiusWord, upper));
          const log = logarithm(f, f64x2.convertLowI32x4S(rest), -24);
          const radius = f.local(f64x2.mul(spread, f64x2.sqrt(f64x2.mul(log, -2))));
          // Errors on the way are below 2^-49 of what is added up.
          const error = f.local(f64x2.add(f64x2.mul(radius, 2 ** -48), share));
          const { sine, cosine } = sineAndCosine(f, f.local(half(angleWord, upper)));
          return [cosine, sine].map((direction) => {
            const x = f.local(f64x2.add(centre, f64x2.mul(radius, direction)));
            const least = f.local(f32x4.demoteF64x2Zero(f64x2.sub(x, error)));
            const most = f32x4.demoteF64x2Zero(f64x2.add(x, error));
            f.set(doubt, v128.or(doubt, v128.xor(least, most)));
            return f.local(f32x4.demoteF64x2Zero(x));
          });
        });
        storeHalf(f, target, numbers, upper);
      });
    }
    f.if(v128.anyTrue(doubt), () => {
      f.do(i32.store(i32.add(doubtful, i32.mul(count, 4)), block));
      f.increase(count, 1);
    });
  });
  return count;
}
