import { custom, number } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { formatShape, sameShape } from "../../core/shape.ts";
import { where } from "../combine.ts";
import { oneHot, ones, tensor } from "../create.ts";
import { checkIndices } from "../indices.ts";
import { checkTensor, Tensor } from "../tensor.ts";
import { softplus } from "./activation.ts";
import { lossMean, type LossOptions, lossSchema, overTotal, spread } from "./weighted_mean.ts";

export type { LossOptions } from "./weighted_mean.ts";

/** Settings of {@linkcode crossEntropy}. */
export interface CrossEntropyOptions extends LossOptions {
  /** Share of the target that is spread over all classes, from 0 to 1; 0 by default. */
  readonly labelSmoothing?: number;
  /** What the examples of each class count, [classes]. */
  readonly classWeights?: Tensor | readonly number[];
}

const crossEntropySchema = {
  ...lossSchema,
  labelSmoothing: number({ least: 0, most: 1 }, 0),
  classWeights: custom(
    "a number for each class",
    (value): value is Tensor | readonly number[] => value instanceof Tensor || Array.isArray(value),
  ),
} satisfies Schema<CrossEntropyOptions>;

/**
 * The mean of -log softmax(logits)[label], for logits [..., classes] and labels that are class
 * numbers (i32 [...]) or probabilities (f32 [..., classes]). With label smoothing s, the target is
 * (1 - s) times that plus s / classes. A label that is no class makes the loss and its gradient NaN;
 * where the labels lie on the host, it is an error.
 *
 * With class weights w, the logarithm of each class is multiplied by its weight, and the mean is that
 * of examples which count w[label] each (the sum of w * probability): sum(w[label] * loss) /
 * sum(w[label]), as PyTorch's CrossEntropyLoss(weight=w) has it for class numbers.
 *
 * @throws {RangeError} for a label on the host that is no class.
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  given: CrossEntropyOptions = {},
): Tensor {
  checkTensor(logits, "crossEntropy");
  checkTensor(labels, "crossEntropy");
  const { labelSmoothing, classWeights, weights } = options(
    "crossEntropy",
    given,
    crossEntropySchema,
  );
  const classes = logits.shape.at(-1)!;
  if (labels.dtype !== "i32" && sameShape(labels.shape, logits.shape.slice(0, -1))) {
    throw new TypeError(
      `crossEntropy: expected class numbers of type i32, found ${labels.dtype}; make them by tensor(…, { dtype: "i32" }), or cast() them`,
    );
  }
  const targets = labels.dtype === "i32" ? classTargets(labels, classes) : labels;
  checkAlike("crossEntropy", logits, targets);
  const logarithms = logits.logSoftmax();
  // A target of 0 must not multiply an infinite logarithm.
  const terms = labelSmoothing === 0
    ? where(targets.equal(0), 0, targets.mul(logarithms))
    : targets.mul(1 - labelSmoothing).add(labelSmoothing / classes).mul(logarithms);
  if (classWeights === undefined && weights === undefined) {
    return terms.sum().mul(-classes / logits.size);
  }
  // One number for each example, or each place in it: what it counts, and its loss times that.
  const places = logits.shape.slice(0, -1);
  const each = weights === undefined ? 1 : spread(weights, places, "crossEntropy");
  const ofClass = classWeights === undefined ? ones([classes]) : weightsOf(classWeights, classes);
  const counts = targets.cast("f32").mul(ofClass).sum(-1).mul(each);
  return overTotal(terms.mul(ofClass).sum(-1).mul(each).sum().neg(), counts.sum());
}

function weightsOf(given: Tensor | readonly number[], classes: number): Tensor {
  const weights = given instanceof Tensor ? given : tensor([...given]);
  if (sameShape(weights.shape, [classes])) return weights;
  throw new TypeError(
    `crossEntropy: classWeights: expected ${classes} numbers, one for each class, found ` +
      `the shape ${formatShape(weights.shape)}`,
  );
}

/** 1 for the class of each label, 0 for the others; NaN for all of them where it is none. */
function classTargets(labels: Tensor, classes: number): Tensor {
  checkIndices(labels.node, [0, classes - 1], "crossEntropy", `labels of ${classes} classes`);
  // Each element looks at its label by itself: then all is one kernel.
  const each = labels.expandDims(-1).broadcastTo([...labels.shape, classes]);
  return where(each.clip(0, classes - 1).equal(each), oneHot(labels, classes), NaN);
}

/** The mean binary cross-entropy of logits and labels (0 or 1) of one shape. */
export function binaryCrossEntropy(
  logits: Tensor,
  labels: Tensor,
  given: LossOptions = {},
): Tensor {
  checkAlike("binaryCrossEntropy", logits, labels);
  const targets = labels.cast("f32");
  // -(y log p + (1 - y) log(1 - p)) for p = sigmoid(x) is log(1 + e^x) - y x, without overflow.
  return lossMean("binaryCrossEntropy", softplus(logits).sub(logits.mul(targets)), given);
}

/** The mean of the squared differences. */
export function meanSquaredError(
  predictions: Tensor,
  targets: Tensor,
  given: LossOptions = {},
): Tensor {
  checkAlike("meanSquaredError", predictions, targets);
  return lossMean("meanSquaredError", predictions.sub(targets).square(), given);
}

/** The mean of the absolute differences. */
export function meanAbsoluteError(
  predictions: Tensor,
  targets: Tensor,
  given: LossOptions = {},
): Tensor {
  checkAlike("meanAbsoluteError", predictions, targets);
  return lossMean("meanAbsoluteError", predictions.sub(targets).abs(), given);
}

/** The mean of max(0, 1 - y x) for labels y of 1 or -1 (0 counts as -1). */
export function hinge(predictions: Tensor, labels: Tensor, given: LossOptions = {}): Tensor {
  checkAlike("hinge", predictions, labels);
  const signs = where(labels.cast("f32").greater(0), 1, -1);
  return lossMean("hinge", ones([]).sub(signs.mul(predictions)).relu(), given);
}

function checkAlike(name: string, predictions: Tensor, targets: Tensor): void {
  for (const tensor of [predictions, targets]) checkTensor(tensor, name);
  if (sameShape(predictions.shape, targets.shape)) return;
  throw new TypeError(
    `${name}: expected targets of the predictions' shape ${formatShape(predictions.shape)}, ` +
      `found ${formatShape(targets.shape)}`,
  );
}
