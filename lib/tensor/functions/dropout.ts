import { checkNames } from "../../core/options.ts";
import { randomUniform } from "../../graph/ops/generate.ts";
import { where } from "../combine.ts";
import { nextRandom, type RandomOptions, tensor } from "../create.ts";
import { checkTensor, Tensor } from "../tensor.ts";

/** Drops numbers with probability `rate` (0 or more, less than 1); the others grow by 1 / (1 - rate). */
export function dropout(x: Tensor, rate: number, options: RandomOptions = {}): Tensor {
  checkTensor(x, "dropout");
  checkNames("dropout", options, ["seed"]);
  if (!(rate >= 0 && rate < 1)) {
    throw new RangeError(`dropout: rate: expected at least 0 and less than 1, found ${rate}`);
  }
  // The mask is drawn on the device, from a state that is data.
  const random = nextRandom(options);
  const state = tensor(Int32Array.of(random.word(), random.word(), 0));
  return dropBelow(x, rate, new Tensor(randomUniform(state.node, x.shape, 0)));
}

/** Drops numbers where `noise` (uniform from 0 to 1) is less than `rate`. */
export function dropBelow(x: Tensor, rate: number, noise: Tensor): Tensor {
  return x.mul(where(noise.greaterEqual(rate), 1 / (1 - rate), 0));
}
