import { formatShape, sameShape, sizeOf } from "../../core/shape.ts";
import type { Node } from "../node.ts";
import {
  abs,
  compare,
  convert,
  multiply,
  offset,
  relu,
  scale,
  select,
  subtract,
} from "../ops/elementwise.ts";
import { iota, literal } from "../ops/generate.ts";
import { broadcastTo, reshape } from "../ops/layout.ts";
import { reduceSum } from "../ops/reduce.ts";
import { logSoftmax, softplus } from "./activation.ts";

/** 1 at each index, 0 elsewhere: i32 indices [...] to f32 [..., depth]. */
export function oneHot(indices: Node, depth: number): Node {
  const shape = [...indices.shape, depth];
  const spread = broadcastTo(reshape(indices, [...indices.shape, 1]), shape);
  return convert(compare("equal", iota(shape, indices.shape.length), spread), "f32");
}

/** The mean of all elements. */
export function mean(x: Node): Node {
  return scale(reduceSum(x), 1 / sizeOf(x.shape));
}

/**
 * The mean of -log softmax(logits)[label]. Labels are class numbers (i32 [n]) or probabilities
 * (f32 [n, classes]). With label smoothing s, the target is (1 - s) times that plus s / classes.
 */
export function crossEntropy(logits: Node, labels: Node, labelSmoothing = 0): Node {
  const classes = logits.shape.at(-1)!;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new RangeError(
      `crossEntropy: labelSmoothing: expected a number from 0 to 1, found ${labelSmoothing}`,
    );
  }
  if (labels.dtype !== "i32" && sameShape(labels.shape, logits.shape.slice(0, -1))) {
    throw new TypeError(
      `crossEntropy: expected class numbers of type i32, found ${labels.dtype}; make them by tensor(…, { dtype: "i32" }), or cast() them`,
    );
  }
  const targets = labels.dtype === "i32" ? oneHot(labels, classes) : labels;
  same("crossEntropy", logits, targets);
  const logarithms = logSoftmax(logits);
  const smooth = labelSmoothing === 0
    ? targets
    : offset(scale(targets, 1 - labelSmoothing), labelSmoothing / classes);
  // A target of 0 must not multiply an infinite logarithm.
  const terms = labelSmoothing === 0
    ? select(compare("equal", smooth, literal(0)), literal(0), multiply(smooth, logarithms))
    : multiply(smooth, logarithms);
  return scale(reduceSum(terms), -classes / sizeOf(logits.shape));
}

/** The mean of -(y log p + (1 - y) log(1 - p)) for p = logistic(logits), without overflow. */
export function binaryCrossEntropy(logits: Node, labels: Node): Node {
  const targets = convert(labels, "f32");
  same("binaryCrossEntropy", logits, targets);
  // log(1 + e^x) - y x.
  return mean(subtract(softplus(logits), multiply(logits, targets)));
}

/** The mean of the squared differences. */
export function meanSquaredError(predictions: Node, targets: Node): Node {
  same("meanSquaredError", predictions, targets);
  const difference = subtract(predictions, targets);
  return mean(multiply(difference, difference));
}

/** The mean of the absolute differences. */
export function meanAbsoluteError(predictions: Node, targets: Node): Node {
  same("meanAbsoluteError", predictions, targets);
  return mean(abs(subtract(predictions, targets)));
}

/** The mean of max(0, 1 - y x) for labels y of 1 or -1 (0 counts as -1). */
export function hinge(predictions: Node, labels: Node): Node {
  const targets = convert(labels, "f32");
  same("hinge", predictions, targets);
  const signs = select(compare("greater", targets, literal(0)), literal(1), literal(-1));
  return mean(relu(subtract(literal(1), multiply(signs, predictions))));
}

function same(name: string, predictions: Node, targets: Node): void {
  if (sameShape(predictions.shape, targets.shape)) return;
  throw new TypeError(
    `${name}: expected targets of the predictions' shape ${formatShape(predictions.shape)}, found ${
      formatShape(targets.shape)
    }`,
  );
}
