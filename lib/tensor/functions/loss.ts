import { custom } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { formatShape, sameShape } from "../../core/shape.ts";
import { where } from "../combine.ts";
import { oneHot, ones, tensor } from "../create.ts";
import { checkIndices } from "../indices.ts";
import { checkTensor, Tensor } from "../tensor.ts";
import { softplus } from "./activation.ts";
import { lossSettings } from "./loss_settings.ts";
import { lossMean, type LossOptions, lossSchema, overTotal, spread } from "./weighted_mean.ts";

export type { LossOptions } from "./weighted_mean.ts";

/** Settings of {@linkcode crossEntropy}. */
export interface CrossEntropyOptions extends LossOptions {
  /** Share of the target that is spread over all classes, from 0 to 1; 0 by default. */
  readonly labelSmoothing?: number;
  /** What the examples of each class count, [classes]. */
  readonly classWeights?: Tensor | readonly number[];
}

/** Settings of {@linkcode focalCrossEntropy}. */
export interface FocalCrossEntropyOptions extends CrossEntropyOptions {
  /** How little counts what is probable already; 0 is cross-entropy, 2 the default. */
  readonly gamma?: number;
}

/** Settings of {@linkcode binaryCrossEntropy}. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /** Share s of the labels that becomes 1/2: (1 - s) label + s / 2, as in Keras; 0 by default. */
  readonly labelSmoothing?: number;
}

/** Settings of {@linkcode binaryFocalCrossEntropy}. */
export interface BinaryFocalCrossEntropyOptions extends BinaryCrossEntropyOptions {
  /** What labels of 1 count, those of 0 counting 1 - alpha; 0.25 by default, -1 for 1 each. */
  readonly alpha?: number;
  /** How little counts what is probable already; 0 is cross-entropy, 2 the default. */
  readonly gamma?: number;
}

const crossEntropySchema = {
  ...lossSchema,
  ...lossSettings.crossEntropy,
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
  const settings = options("crossEntropy", given, crossEntropySchema);
  return ofClasses("crossEntropy", logits, labels, settings, (logarithms) => logarithms);
}

/**
 * Cross-entropy in which the logarithm of a class with probability p counts (1 - p)^gamma, so that what
 * is hard to tell decides; targets, weights and label smoothing are those of {@linkcode crossEntropy}.
 * Source: Lin et al. 2017, arXiv 1708.02002; as Keras' CategoricalFocalCrossentropy with an alpha of 1.
 */
export function focalCrossEntropy(
  logits: Tensor,
  labels: Tensor,
  given: FocalCrossEntropyOptions = {},
): Tensor {
  const schema = {
    ...crossEntropySchema,
    ...lossSettings.focalCrossEntropy,
  } satisfies Schema<FocalCrossEntropyOptions>;
  const { gamma, ...settings } = options("focalCrossEntropy", given, schema);
  return ofClasses(
    "focalCrossEntropy",
    logits,
    labels,
    settings,
    (logarithms) => focus(logarithms.exp().neg().add(1), gamma).mul(logarithms),
  );
}

/** What examples count by the probability of what they are not; its slope is finite at 0 too. */
const focus = (improbability: Tensor, gamma: number): Tensor =>
  improbability.maximum(1e-12).pow(gamma);

/** The mean of minus a term for each class, a function of its logarithm, times its target. */
function ofClasses(
  name: string,
  logits: Tensor,
  labels: Tensor,
  { labelSmoothing, classWeights, weights }:
    & Pick<CrossEntropyOptions, "classWeights" | "weights">
    & { readonly labelSmoothing: number },
  term: (logarithms: Tensor) => Tensor,
): Tensor {
  checkTensor(logits, name);
  checkTensor(labels, name);
  const classes = logits.shape.at(-1)!;
  if (labels.dtype !== "i32" && sameShape(labels.shape, logits.shape.slice(0, -1))) {
    throw new TypeError(
      `${name}: expected class numbers of type i32, found ${labels.dtype}; make them by tensor(…, { dtype: "i32" }), or cast() them`,
    );
  }
  const targets = labels.dtype === "i32" ? classTargets(labels, classes, name) : labels;
  checkAlike(name, logits, targets);
  const logarithms = term(logits.logSoftmax());
  // A target of 0 must not multiply an infinite logarithm.
  const terms = labelSmoothing === 0
    ? where(targets.equal(0), 0, targets.mul(logarithms))
    : targets.mul(1 - labelSmoothing).add(labelSmoothing / classes).mul(logarithms);
  if (classWeights === undefined && weights === undefined) {
    return terms.sum().mul(-classes / logits.size);
  }
  // One number for each example, or each place in it: what it counts, and its loss times that.
  const places = logits.shape.slice(0, -1);
  const each = weights === undefined ? 1 : spread(weights, places, name);
  const ofClass = classWeights === undefined
    ? ones([classes])
    : weightsOf(classWeights, classes, name);
  const counts = targets.cast("f32").mul(ofClass).sum(-1).mul(each);
  return overTotal(terms.mul(ofClass).sum(-1).mul(each).sum().neg(), counts.sum());
}

function weightsOf(given: Tensor | readonly number[], classes: number, name: string): Tensor {
  const weights = given instanceof Tensor ? given : tensor([...given]);
  if (sameShape(weights.shape, [classes])) return weights;
  throw new TypeError(
    `${name}: classWeights: expected ${classes} numbers, one for each class, found ` +
      `the shape ${formatShape(weights.shape)}`,
  );
}

/** 1 for the class of each label, 0 for the others; NaN for all of them where it is none. */
function classTargets(labels: Tensor, classes: number, name: string): Tensor {
  checkIndices(labels.node, [0, classes - 1], name, `labels of ${classes} classes`);
  // Each element looks at its label by itself: then all is one kernel.
  const each = labels.expandDims(-1).broadcastTo([...labels.shape, classes]);
  return where(each.clip(0, classes - 1).equal(each), oneHot(labels, classes), NaN);
}

/** The mean binary cross-entropy of logits and labels (0 or 1, or probabilities) of one shape. */
export function binaryCrossEntropy(
  logits: Tensor,
  labels: Tensor,
  given: BinaryCrossEntropyOptions = {},
): Tensor {
  checkAlike("binaryCrossEntropy", logits, labels);
  const schema = {
    ...lossSchema,
    ...lossSettings.binaryCrossEntropy,
  } satisfies Schema<BinaryCrossEntropyOptions>;
  const { labelSmoothing, ...rest } = options("binaryCrossEntropy", given, schema);
  const targets = smoothed(labels.cast("f32"), labelSmoothing);
  return lossMean("binaryCrossEntropy", binaryTerms(logits, targets), rest);
}

/**
 * Binary cross-entropy in which an example whose label has probability p counts (1 - p)^gamma, and
 * alpha or 1 - alpha by its label: torchvision's `sigmoid_focal_loss`, as a mean.
 * Source: Lin et al. 2017, arXiv 1708.02002.
 */
export function binaryFocalCrossEntropy(
  logits: Tensor,
  labels: Tensor,
  given: BinaryFocalCrossEntropyOptions = {},
): Tensor {
  checkAlike("binaryFocalCrossEntropy", logits, labels);
  const schema = {
    ...lossSchema,
    ...lossSettings.binaryFocalCrossEntropy,
  } satisfies Schema<BinaryFocalCrossEntropyOptions>;
  const { labelSmoothing, alpha, gamma, ...rest } = options(
    "binaryFocalCrossEntropy",
    given,
    schema,
  );
  const targets = smoothed(labels.cast("f32"), labelSmoothing), p = logits.sigmoid();
  // 1 - (p y + (1 - p) (1 - y))
  const improbability = p.add(targets).sub(p.mul(targets).mul(2));
  const terms = binaryTerms(logits, targets).mul(focus(improbability, gamma));
  const weighted = alpha === -1 ? terms : terms.mul(targets.mul(2 * alpha - 1).add(1 - alpha));
  return lossMean("binaryFocalCrossEntropy", weighted, rest);
}

/** -(y log p + (1 - y) log(1 - p)) for p = sigmoid(x) is log(1 + e^x) - y x, without overflow. */
const binaryTerms = (logits: Tensor, targets: Tensor): Tensor =>
  softplus(logits).sub(logits.mul(targets));

const smoothed = (labels: Tensor, share: number): Tensor =>
  share === 0 ? labels : labels.mul(1 - share).add(share / 2);

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

/**
 * The mean of max(0, 1 - y x) for labels y of 1 or -1 (0 counts as -1); a label between 0 and 1 is the
 * share of 1 in a mixture of both.
 */
export function hinge(predictions: Tensor, labels: Tensor, given: LossOptions = {}): Tensor {
  checkAlike("hinge", predictions, labels);
  const share = labels.cast("f32").clip(0, 1);
  const [yes, no] = [1, -1].map((sign) => ones([]).sub(predictions.mul(sign)).relu());
  return lossMean("hinge", yes!.mul(share).add(no!.mul(ones([]).sub(share))), given);
}

function checkAlike(name: string, predictions: Tensor, targets: Tensor): void {
  for (const tensor of [predictions, targets]) checkTensor(tensor, name);
  if (sameShape(predictions.shape, targets.shape)) return;
  throw new TypeError(
    `${name}: expected targets of the predictions' shape ${formatShape(predictions.shape)}, ` +
      `found ${formatShape(targets.shape)}`,
  );
}
