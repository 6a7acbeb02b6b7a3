import type { Network } from "../nn/network.ts";
import type { Weight } from "../nn/weight.ts";

/** How many trainings use a weight now. */
const inTraining = new WeakMap<Weight, number>();

/**
 * Says that a network is being trained until the result is disposed of. Two trainings that share
 * weights would mix their steps, so the second is an error; layers that are frozen can be shared.
 *
 * @throws {TypeError} if one of its weights is being trained already, by this model or another
 */
export function beginTraining({ namedWeights }: Network, where: string): Disposable {
  const users = (weight: Weight) => inTraining.get(weight) ?? 0;
  for (const [name, weight] of namedWeights) {
    if (weight.frozen || users(weight) === 0) continue;
    throw new TypeError(
      `${where}: ${name} is being trained already, by this model or one that shares the layer; await that fit() or trainOnBatch() first`,
    );
  }
  const weights = [...namedWeights.values()];
  for (const weight of weights) inTraining.set(weight, users(weight) + 1);
  return {
    [Symbol.dispose]() {
      for (const weight of weights) inTraining.set(weight, users(weight) - 1);
    },
  };
}
