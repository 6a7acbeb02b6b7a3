import { instance } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { formatShape, sameShape, type Shape } from "../../core/shape.ts";
import { where } from "../combine.ts";
import { Tensor } from "../tensor.ts";

/** Settings of a loss. */
export interface LossOptions {
  /**
   * What each example counts, at least 0: of the shape of the losses' first axes, [n] for n examples.
   * The mean is then sum(weights * losses) / sum(weights), and 0 where all weights are 0.
   */
  readonly weights?: Tensor;
}

/** The options of a loss. */
export const lossSchema = { weights: instance(Tensor) } satisfies Schema<LossOptions>;

/** The mean of single losses, weighted where there are weights. */
export function lossMean(loss: string, losses: Tensor, given: LossOptions): Tensor {
  const { weights } = options(loss, given, lossSchema);
  return weights === undefined
    ? losses.mean()
    : weightedMean(losses, spread(weights, losses.shape, loss));
}

/** sum(weights * terms) / sum(weights), of tensors of one shape. */
export function weightedMean(terms: Tensor, weights: Tensor): Tensor {
  return overTotal(terms.mul(weights).sum(), weights.sum());
}

/** A sum of weighted terms by the sum of their weights; 0 where nothing counts. */
export const overTotal = (sum: Tensor, total: Tensor): Tensor =>
  sum.div(where(total.equal(0), 1, total));

/** Weights of the first axes of `shape`, repeated along the others. */
export function spread(weights: Tensor, shape: Shape, what: string): Tensor {
  const { rank } = weights;
  if (!sameShape(weights.shape, shape.slice(0, rank))) {
    throw new TypeError(
      `${what}: weights: expected the shape ${formatShape(shape)} or its first axes, found ` +
        formatShape(weights.shape),
    );
  }
  return weights.cast("f32").reshape([...weights.shape, ...shape.slice(rank).map(() => 1)])
    .broadcastTo(shape);
}
