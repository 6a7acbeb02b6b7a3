import { number } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { formatShape, sameShape } from "../../core/shape.ts";
import { where } from "../combine.ts";
import { oneHot, ones } from "../create.ts";
import { checkIndices } from "../indices.ts";
import { checkTensor, type Tensor } from "../tensor.ts";
import { softplus } from "./activation.ts";

/**
 * The mean of -log softmax(logits)[label], for logits [..., classes] and labels that are class
 * numbers (i32 [...]) or probabilities (f32 [..., classes]). With label smoothing s, the target is
 * (1 - s) times that plus s / classes. A label that is no class makes the loss and its gradient NaN;
 * where the labels lie on the host, it is an error.
 *
 * @throws {RangeError} for a label on the host that is no class.
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  given: {
    /** Share of the target that is spread over all classes, from 0 to 1; 0 by default. */
    readonly labelSmoothing?: number;
  } = {},
): Tensor {
  checkTensor(logits, "crossEntropy");
  checkTensor(labels, "crossEntropy");
  const schema = {
    labelSmoothing: number({ least: 0, most: 1 }, 0),
  } satisfies Schema<typeof given>;
  const { labelSmoothing } = options("crossEntropy", given, schema);
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
  return terms.sum().mul(-classes / logits.size);
}

/** 1 for the class of each label, 0 for the others; NaN for all of them where it is none. */
function classTargets(labels: Tensor, classes: number): Tensor {
  checkIndices(labels.node, [0, classes - 1], "crossEntropy", `labels of ${classes} classes`);
  // Each element looks at its label by itself: then all is one kernel.
  const each = labels.expandDims(-1).broadcastTo([...labels.shape, classes]);
  return where(each.clip(0, classes - 1).equal(each), oneHot(labels, classes), NaN);
}

/** The mean binary cross-entropy of logits and labels (0 or 1) of one shape. */
export function binaryCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  checkAlike("binaryCrossEntropy", logits, labels);
  const targets = labels.cast("f32");
  // -(y log p + (1 - y) log(1 - p)) for p = sigmoid(x) is log(1 + e^x) - y x, without overflow.
  return softplus(logits).sub(logits.mul(targets)).mean();
}

/** The mean of the squared differences. */
export function meanSquaredError(predictions: Tensor, targets: Tensor): Tensor {
  checkAlike("meanSquaredError", predictions, targets);
  return predictions.sub(targets).square().mean();
}

/** The mean of the absolute differences. */
export function meanAbsoluteError(predictions: Tensor, targets: Tensor): Tensor {
  checkAlike("meanAbsoluteError", predictions, targets);
  return predictions.sub(targets).abs().mean();
}

/** The mean of max(0, 1 - y x) for labels y of 1 or -1 (0 counts as -1). */
export function hinge(predictions: Tensor, labels: Tensor): Tensor {
  checkAlike("hinge", predictions, labels);
  const signs = where(labels.cast("f32").greater(0), 1, -1);
  return ones([]).sub(signs.mul(predictions)).relu().mean();
}

function checkAlike(name: string, predictions: Tensor, targets: Tensor): void {
  for (const tensor of [predictions, targets]) checkTensor(tensor, name);
  if (sameShape(predictions.shape, targets.shape)) return;
  throw new TypeError(
    `${name}: expected targets of the predictions' shape ${formatShape(predictions.shape)}, ` +
      `found ${formatShape(targets.shape)}`,
  );
}
