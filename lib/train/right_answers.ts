import { where } from "../tensor/combine.ts";
import { iota, oneHot } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { MeasuredOutput } from "./metric.ts";

/**
 * For each example, how many classes the model holds for more probable than the right one (f32 [n]).
 * Of equal logits the class with the lower number counts as more probable, as argmax has it; a NaN
 * is never right.
 */
export function rankOf(logits: Tensor, labels: Tensor): Tensor {
  const [n, classes] = logits.shape as [number, number];
  const chosen = where(oneHot(labels, classes).equal(1), logits, 0).sum(1);
  const right = chosen.reshape([n, 1]), label = labels.reshape([n, 1]);
  const tie = logits.equal(right).mul(iota(logits.shape, 1).greaterEqual(label));
  const notAhead = logits.less(right).maximum(tie).cast("f32");
  return notAhead.sum(1).neg().add(classes);
}

/** The ranks of the right classes, at each place of each example. */
export function ranksOf(
  predictions: Tensor,
  targets: Tensor,
  answer: MeasuredOutput["answer"],
): Tensor {
  const labels = answer === "label" ? targets.cast("i32") : targets.argmax(-1);
  const classes = predictions.shape.at(-1)!;
  return rankOf(predictions.reshape([labels.size, classes]), labels.flatten());
}

/**
 * The sum over the examples of a batch of the share of right answers in each; undefined where targets
 * say nothing of that kind.
 */
export function sumOfRight(
  predictions: Tensor,
  targets: Tensor,
  { answer, threshold }: MeasuredOutput,
): Tensor | undefined {
  if (answer === undefined) return undefined;
  const right = answer === "binary"
    ? agrees(predictions, targets, threshold)
    : ranksOf(predictions, targets, answer).less(1);
  return right.cast("f32").sum().mul(predictions.shape[0]! / right.size);
}

/** Where outputs and targets say the same of yes and no; a NaN is never right. */
function agrees(predictions: Tensor, targets: Tensor, threshold: number): Tensor {
  const yes = targets.cast("f32").greater(0.5);
  return predictions.greater(threshold).equal(yes).mul(predictions.equal(predictions));
}
