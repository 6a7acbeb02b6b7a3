import type { ApplyOptions } from "../nn/apply.ts";
import type { Model } from "../train/model.ts";
import { oneHot } from "../tensor/create.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Layers at the end of a model that make probabilities of logits. */
const squashing: ReadonlySet<string> = new Set(["softmax", "logSoftmax", "sigmoid"]);

/** The logits of the (first) output, [n, classes], whatever makes probabilities of them. */
export function logitsOf(
  model: Model,
  x: Tensor,
  { weights, replace }: Pick<ApplyOptions, "weights" | "replace">,
): Tensor {
  const last = model.layers.find(({ name }) => model.output(name) === model.outputs[0])?.name;
  const applied = model.apply(x, {
    ...weights && { weights },
    replace: (layer, result, inputs) =>
      layer.name === last && squashing.has(layer.type)
        ? inputs[0]!
        : replace?.(layer, result, inputs) ?? result,
  });
  const first = applied instanceof Tensor ? applied : Object.values<Tensor>(applied)[0]!;
  return first.reshape([x.shape[0]!, model.outputShape.at(-1)!]);
}

/** The scores of a class each, [n]. */
export const scoresOf = (logits: Tensor, target: Tensor): Tensor =>
  logits.mul(oneHot(target, logits.shape[1]!)).sum(1);
