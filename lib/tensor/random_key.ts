import { integer } from "../core/option_kinds.ts";
import { keyOf } from "../core/random.ts";
import type { Shape } from "../core/shape.ts";
import { randomUniform } from "../graph/ops/generate.ts";
import { nextRandom, type RandomOptions, tensor } from "./create.ts";
import { Tensor } from "./tensor.ts";

/**
 * What random numbers on the device are drawn from: i32 [3], the seed in two words and the number
 * of the step. It is data, so that a function given to jit draws other numbers in each step. (The
 * generator is Philox; Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".) `fit` draws
 * from the same keys: the seed that it is given, and the number of the step, from 0.
 *
 * ```ts
 * import { jit, ones, randomKey, sequential } from "@striate/striate";
 * import type { Tensor } from "@striate/striate";
 * const net = sequential([4]).dropout(0.5);
 * const drop = jit((x: Tensor, key: Tensor) => net.apply(x, { training: true, key }).output);
 * const [first, second] = [0, 1].map((step) => drop(ones([1, 4]), randomKey(7, step)));
 * console.log(await first!.array(), await second!.array());
 * ```
 *
 * @throws {RangeError} if the seed is no integer, or the step none from 0 to 2^31 - 1.
 */
export function randomKey(seed: number, step = 0): Tensor {
  integer({ least: 0, most: 2 ** 31 - 1 }).read(step, "randomKey: step");
  return tensor(Int32Array.of(...keyOf(seed, "randomKey: seed"), step));
}

/** A key of the sequence that random tensors are drawn from, or of a seed of its own. */
export function nextKey(options: RandomOptions = {}): Tensor {
  const random = nextRandom(options);
  return tensor(Int32Array.of(random.word(), random.word(), 0));
}

/** Uniform random numbers in [0, 1) from a key, drawn on the device; streams differ. */
export function uniform(key: Tensor, shape: Shape, stream: number): Tensor {
  return new Tensor(randomUniform(key.node, shape, stream), [key]);
}
