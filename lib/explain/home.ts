import { tensor } from "../tensor/create.ts";
import { homeOf } from "../tensor/evaluate.ts";
import { defaultRuntime } from "../tensor/runtime.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";

/**
 * Brings a tensor to where a model is. One that was moved to a runtime of its own does not compute
 * with what lies on the default one.
 */
export async function bringTo({ weights }: Model, given: Tensor): Promise<Tensor> {
  const home = homeOf(weights.map((weight) => weight.tensor().node));
  if (home === undefined || home === defaultRuntime()) return given;
  const { shape, dtype } = given;
  return tensor(await given.data(), { shape, dtype }).to(home);
}
