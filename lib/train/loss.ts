import { unknownName } from "../core/suggest.ts";
import * as compositions from "../graph/compositions/loss.ts";
import type { Node } from "../graph/node.ts";
import { Tensor } from "../tensor/tensor.ts";

/** A loss by name with its settings, as plain data. */
export interface LossConfig {
  readonly name: LossName;
  /** For crossEntropy: share of the target that is spread over all classes; 0 by default. */
  readonly labelSmoothing?: number;
}

/** Names of the losses. */
export type LossName =
  | "crossEntropy"
  | "binaryCrossEntropy"
  | "meanSquaredError"
  | "meanAbsoluteError"
  | "hinge";

/** A loss: by name, by name with settings, or a function of predictions and targets to a scalar. */
export type LossLike = LossName | LossConfig | ((predictions: Tensor, targets: Tensor) => Tensor);

/** A loss as the training graph needs it. */
export interface Loss {
  readonly name: string;
  /** The mean loss of a batch, a scalar. */
  compute(predictions: Node, targets: Node): Node;
}

const table: Readonly<
  Record<LossName, (predictions: Node, targets: Node, config: LossConfig) => Node>
> = {
  crossEntropy: (predictions, targets, { labelSmoothing = 0 }) =>
    compositions.crossEntropy(predictions, targets, labelSmoothing),
  binaryCrossEntropy: compositions.binaryCrossEntropy,
  meanSquaredError: compositions.meanSquaredError,
  meanAbsoluteError: compositions.meanAbsoluteError,
  hinge: compositions.hinge,
};

/** Checks a loss given by a user. */
export function lossOf(given: LossLike): Loss {
  if (typeof given === "function") {
    return {
      name: given.name || "custom",
      compute: (p, t) => given(new Tensor(p), new Tensor(t)).node,
    };
  }
  const config = typeof given === "string" ? { name: given } : given;
  const compute = table[config.name];
  if (compute === undefined) {
    throw new RangeError(unknownName("loss", String(config.name), Object.keys(table)));
  }
  return { name: config.name, compute: (p, t) => compute(p, t, config) };
}
