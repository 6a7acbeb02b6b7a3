import type { Normalization } from "../core/preprocessing.ts";
import type { Weights } from "../nn/apply.ts";
import type { Network } from "../nn/network.ts";
import { valueAndGradient } from "../tensor/gradient.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Tree } from "../tensor/tree.ts";
import type { Loss } from "./loss.ts";
import type { Optimizer, OptimizerState } from "./optimizer.ts";
import type { TargetForm } from "./targets.ts";

/** What a network is to be good at. */
export interface Objective {
  readonly network: Network;
  readonly normalization: Normalization | undefined;
  /** One loss for each output; their sum is made small. */
  readonly losses: readonly Loss[];
  /** The form of each output's targets. */
  readonly targets: readonly TargetForm[];
}

/** What a pass through a network gives beside its loss. */
export type Pass = {
  readonly outputs: readonly Tensor[];
  /** The targets as the losses take them. */
  readonly targets: readonly Tensor[];
  /** New running statistics. */
  readonly updates: Weights;
};

/** The loss of a batch, as a function of the weights. */
export function lossOfBatch(
  { network, normalization, losses, targets: forms }: Objective,
  inputs: readonly Tensor[],
  targets: readonly Tensor[],
  training: boolean,
  key: Tensor,
): (weights: Weights) => readonly [Tensor, Pass] {
  return (weights) => {
    const { outputs, updates } = network.run(
      inputs,
      { training, key, weights: (_, name) => weights[name]! },
      network.outputs,
      normalization,
    );
    const prepared = forms.map((form, i) => form.prepare(targets[i]!));
    const loss = outputs.map((output, i) => losses[i]!.compute(output, prepared[i]!))
      .reduce((a, b) => a.add(b));
    return [loss, { outputs, targets: prepared, updates }];
  };
}

/**
 * A training step, as a function of the weights: gradients, `reduce`, update. `reduce` gets the
 * gradients before they are used, to take the mean over several processes, say; here it leaves them
 * as they are.
 */
export function trainingStep<T extends Tree, A extends Tree>(
  loss: (weights: T) => readonly [Tensor, A],
  weights: T,
  optimizer: Optimizer,
  state: OptimizerState<T>,
  rate: Tensor,
  reduce: (gradients: T) => T = (gradients) => gradients,
) {
  const { value, gradient, auxiliary } = valueAndGradient(loss)(weights);
  return {
    loss: value,
    auxiliary,
    ...optimizer.step(weights, reduce(gradient), state, rate),
  };
}
