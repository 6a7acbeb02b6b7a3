import type { Normalization } from "../core/preprocessing.ts";
import type { Weights } from "../nn/apply.ts";
import { within } from "../graph/node.ts";
import type { WholeBatch } from "../nn/layer.ts";
import type { Network } from "../nn/network.ts";
import type { Group } from "../parallel/group.ts";
import { where } from "../tensor/combine.ts";
import { valueAndGradient } from "../tensor/gradient.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Tree } from "../tensor/tree.ts";
import { full, tensor } from "../tensor/create.ts";
import type { LossWeights } from "./loss.ts";
import type { Optimizer, OptimizerState } from "./optimizer.ts";
import type { TrainedOutput } from "./outputs.ts";

/** What a network is to be good at. */
export interface Objective {
  readonly network: Network;
  readonly normalization: Normalization | undefined;
  /** Each has a loss; their sum is made small. */
  readonly outputs: readonly TrainedOutput[];
}

/** What a pass through a network gives beside its loss. */
export type Pass = {
  readonly outputs: readonly Tensor[];
  /** The targets as the losses take them. */
  readonly targets: readonly Tensor[];
  /** The loss of each output. */
  readonly losses: readonly Tensor[];
  /** New running statistics. */
  readonly updates: Weights;
};

/** What the examples of a batch count for an output; `examples` are the fields of weights. */
export function lossWeightsOf(
  { classWeights, weightField, form }: TrainedOutput,
  examples: readonly Tensor[],
): LossWeights {
  return {
    ...classWeights && { classes: tensor([...classWeights]) },
    ...weightField !== undefined && { examples: examples[weightField] },
    isBinary: form.answer === "binary",
  };
}

/** The loss of a batch, as a function of the weights. `examples` are what each example counts. */
export function lossOfBatch(
  { network, normalization, outputs: trained }: Objective,
  inputs: readonly Tensor[],
  targets: readonly Tensor[],
  examples: readonly Tensor[],
  training: boolean,
  key: Tensor,
  whole?: WholeBatch,
): (weights: Weights) => readonly [Tensor, Pass] {
  return (weights) => {
    const { outputs, updates } = network.run(
      inputs,
      { training, key, whole, weights: (_, name) => weights[name]! },
      network.outputs,
      normalization,
    );
    return within({ part: "loss" }, () => {
      const prepared = trained.map(({ form }, i) => form.prepare(targets[i]!));
      const losses = trained.map((one, i) =>
        one.loss.compute(outputs[i]!, prepared[i]!, lossWeightsOf(one, examples))
      );
      const loss = losses
        .map((loss, i) =>
          trained[i]!.lossWeight === undefined ? loss : loss.mul(trained[i]!.lossWeight!)
        )
        .reduce((a, b) => a.add(b));
      return [loss, { outputs, targets: prepared, losses, updates }];
    });
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

/** A batch that several processes have shares of, in a program. */
export interface SharedBatch extends WholeBatch {
  /** This one's examples, a scalar. */
  readonly own: Tensor;
  /** A sum that only the update of weights and counters needs. */
  sumLate(x: Tensor): Tensor;
}

/** Where a process's examples lie in a batch, for programs: it may have none. */
export interface BatchShare {
  readonly first: number;
  readonly of: number;
  readonly isEmpty: boolean;
}

/** The batch that a process has a share of; `counts` are its own examples, and all. */
export function sharedBatch(
  group: Group,
  counts: Tensor,
  { first, of, isEmpty }: BatchShare,
): SharedBatch {
  const [own, examples] = [0, 1].map((i) => counts.slice([i], [1]).reshape([])) as [Tensor, Tensor];
  // Whatever is made of an example that counts nothing.
  const counted = (x: Tensor) => isEmpty ? where(own.greater(0), x, 0) : x;
  return {
    first,
    of,
    own,
    examples,
    sum: (x) => group.sumTensor(counted(x)),
    sumLate: (x) => group.sumTensor(counted(x), true),
  };
}

/**
 * What a batch of `size` counts for an output, of all processes together: its examples, or their weights,
 * of which a process has the sum `own`.
 */
export const totalWeight = (
  own: Tensor | undefined,
  size: number,
  whole: SharedBatch | undefined,
): Tensor => own === undefined ? whole?.examples ?? full([], size) : whole?.sum(own) ?? own;

/** The share of that which a process has. */
export function shareOfWeight(
  own: Tensor | undefined,
  whole: SharedBatch | undefined,
): Tensor | 1 {
  if (whole === undefined) return 1;
  const total = own === undefined ? whole.examples : whole.sum(own);
  return (own ?? whole.own).div(where(total.equal(0), 1, total));
}

/** Running statistics that all processes have: the mean of theirs, by their examples. */
export function meanOfShares(updates: Weights, whole: SharedBatch | undefined): Weights {
  if (whole === undefined) return updates;
  const share = whole.own.div(whole.examples);
  return summedLate(mapped(updates, (value) => value.mul(share)), whole);
}

/** The sums of what the processes have, for the update alone. */
export const summedLate = (values: Weights, whole: SharedBatch): Weights =>
  mapped(values, (value) => whole.sumLate(value));

const mapped = (values: Weights, change: (value: Tensor) => Tensor): Weights =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
