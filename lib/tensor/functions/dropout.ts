import { checkNames } from "../../core/options.ts";
import { where } from "../combine.ts";
import type { RandomOptions } from "../create.ts";
import { nextKey, uniform } from "../random_key.ts";
import { checkTensor, type Tensor } from "../tensor.ts";
import { isRecording } from "../tracing.ts";

/**
 * Drops numbers with probability `rate` (0 or more, less than 1); the others grow by 1 / (1 - rate).
 * Which, depends on `seed` or `key` ({@linkcode randomKey}); by default each call drops others.
 *
 * @throws {TypeError} in a function given to jit without a key: it would drop the same ones each time.
 */
export function dropout(
  x: Tensor,
  rate: number,
  options: RandomOptions & { readonly key?: Tensor } = {},
): Tensor {
  checkTensor(x, "dropout");
  checkNames("dropout", options, ["seed", "key"]);
  if (!(rate >= 0 && rate < 1)) {
    throw new RangeError(`dropout: rate: expected at least 0 and less than 1, found ${rate}`);
  }
  if (options.key === undefined && options.seed === undefined && isRecording()) {
    throw new TypeError(
      "dropout: in a function given to jit the same numbers would be dropped in every call; pass a key: dropout(x, rate, { key }), and call the function with randomKey(seed, step)",
    );
  }
  return dropBelow(x, rate, uniform(options.key ?? nextKey(options), x.shape, 0));
}

/** Drops numbers where `noise` (uniform from 0 to 1) is less than `rate`. */
export function dropBelow(x: Tensor, rate: number, noise: Tensor): Tensor {
  return x.mul(where(noise.greaterEqual(rate), 1 / (1 - rate), 0));
}
