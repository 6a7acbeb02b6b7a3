import { integer } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { where } from "../combine.ts";
import type { RandomOptions } from "../create.ts";
import { nextKey, uniform } from "../random_key.ts";
import { checkTensor, type Tensor } from "../tensor.ts";
import { isRecording } from "../tracing.ts";
import { dropoutRate, tensorOption } from "./settings.ts";

/** What decides which numbers dropout drops; by default each call drops others. */
export interface DropoutArguments extends RandomOptions {
  /** A key that the numbers depend on: {@linkcode randomKey}. */
  readonly key?: Tensor;
  /** Uniform numbers in [0, 1) of x's shape to draw lots by: a layer's `context.random(x.shape)`. */
  readonly noise?: Tensor;
}

const dropoutSchema = {
  seed: integer(),
  key: tensorOption,
  noise: tensorOption,
} satisfies Schema<DropoutArguments>;

/**
 * Drops numbers with probability `rate` (0 or more, less than 1); the others grow by 1 / (1 - rate),
 * so that the mean stays. Source: Srivastava et al., JMLR 15, 2014.
 *
 * @throws {TypeError} in a function given to jit without a key: it would drop the same ones each time.
 */
export function dropout(x: Tensor, rate: number, given: DropoutArguments = {}): Tensor {
  checkTensor(x, "dropout");
  dropoutRate.read(rate, "dropout: rate");
  const { noise, key, ...seed } = options("dropout", given, dropoutSchema);
  if (noise === undefined && key === undefined && seed.seed === undefined && isRecording()) {
    throw new TypeError(
      "dropout: in a function given to jit the same numbers would be dropped in every call; pass a key: dropout(x, rate, { key }), and call the function with randomKey(seed, step)",
    );
  }
  const lots = noise ?? uniform(key ?? nextKey(seed), x.shape, 0);
  return x.mul(where(lots.greaterEqual(rate), 1 / (1 - rate), 0));
}
