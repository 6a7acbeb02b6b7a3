import { formatShape, sameShape, type Shape, sizeOf } from "../core/shape.ts";
import { oneHot } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Field, formatField } from "./batch.ts";
import type { Loss } from "./loss.ts";
import type { MeasuredOutput } from "./metric.ts";

/** What the targets of an output are to its loss, and to the metrics. */
export interface TargetForm extends Omit<MeasuredOutput, "weights"> {
  /**
   * What is counted unasked: how many classes come before the right one of an example ("ranks"), or
   * the share of right answers in it. Nothing where the loss compares numbers.
   */
  readonly tally: "ranks" | "accuracy" | undefined;
  /** The number of classes that may have weights; undefined where there are none. */
  readonly weightedClasses: number | undefined;
  /** The shape of the losses of one example, each of which may have a weight. */
  readonly places: Shape;
  /** Labels are from 0 to this, not included; undefined where any number will do. */
  readonly classes: number | undefined;
  /** A batch of targets as the loss takes them. */
  prepare(target: Tensor): Tensor;
}

/**
 * Checks that targets fit an output and its loss. `layer` is the type of the output's layer, and `classes`
 * the number of classes that the data set names, one of which an example is of.
 */
export function targetForm(
  loss: Loss,
  field: Field,
  output: Shape,
  layer: string | undefined,
  where: string,
  classes?: number,
): TargetForm {
  checkLogits(loss, layer, where);
  if (loss.targets === "classes" && output.at(-1) === 1) {
    throw new TypeError(
      `${where}: the loss "${loss.name}" needs an output for each class, found 1; for two classes with one output take "binaryCrossEntropy", for numbers "meanSquaredError"`,
    );
  }
  const { shape, dtype } = field, depth = output.at(-1) ?? 1, places = output.slice(0, -1);
  const areLabels = dtype !== "f32" && depth > 1 && sameShape(shape, places);
  const tally = output.length === 1 ? "ranks" : "accuracy";
  if (loss.targets === "classes" && areLabels) {
    return {
      answer: "label",
      threshold: 0,
      tally,
      weightedClasses: depth,
      places,
      classes: depth,
      prepare: (target) => target.cast("i32"),
    };
  }
  // A loss of numbers takes class numbers as 1 for the class and 0 for all others. Where labels were
  // mixed or made so before, the classes of the data set tell.
  const areShares = dtype === "f32" && depth > 1 && depth === classes && sameShape(shape, output);
  if (loss.targets === "numbers" && (areLabels || areShares)) {
    return {
      answer: "probabilities",
      threshold: 0,
      tally,
      weightedClasses: depth,
      places: output,
      classes: areLabels ? depth : undefined,
      prepare: (target) => areLabels ? oneHot(target.cast("i32"), depth) : target,
    };
  }
  // One number an example may be given without an axis of its own.
  const isScalar = sizeOf(output) === 1 && shape.length === 0;
  if (!sameShape(shape, output) && !isScalar && loss.targets !== "any") {
    const labels = depth > 1 ? `, or i32 class numbers of shape ${formatShape(places)},` : "";
    // Classes of whole examples, and an output for each place of an image.
    const flat = dtype === "i32" && shape.length === 0 && output.length > 1
      ? "; for one class an example, a flatten() or globalAveragePool2d() goes before the dense layer"
      : "";
    throw new TypeError(
      `${where}: expected targets of shape ${formatShape(output)}${labels} as the model's output ` +
        `for the loss "${loss.name}", found ${formatField(field)}${flat}`,
    );
  }
  const prepare = (target: Tensor) => {
    const shaped = isScalar ? target.reshape([target.shape[0]!, ...output]) : target;
    return loss.targets === "any" ? shaped : shaped.cast("f32");
  };
  if (loss.targets === "classes") {
    return {
      answer: "probabilities",
      threshold: 0,
      tally,
      weightedClasses: depth,
      places,
      classes: undefined,
      prepare,
    };
  }
  if (loss.targets === "any" && areLabels) {
    return {
      answer: "label",
      threshold: 0,
      tally: output.length === 1 ? "ranks" : undefined,
      weightedClasses: depth,
      places,
      classes: undefined,
      prepare,
    };
  }
  const isAlike = isScalar || sameShape(shape, output);
  const isYesOrNo = yesOrNo.includes(loss.name);
  return {
    answer: !isAlike ? undefined : isYesOrNo || depth === 1 ? "binary" : "probabilities",
    threshold: loss.targets === "numbers" && !isYesOrNo || layer === "sigmoid" ? 0.5 : 0,
    tally: loss.targets === "numbers" && isYesOrNo ? "accuracy" : undefined,
    weightedClasses: isAlike && isYesOrNo && sizeOf(output) === 1 ? 2 : undefined,
    places: output,
    classes: undefined,
    prepare,
  };
}

/** Losses of one output for two classes. */
const yesOrNo = ["binaryCrossEntropy", "binaryFocalCrossEntropy", "hinge"];

/** What the last layer of a model for a loss of logits would have computed twice. */
const functionOfLogits: Readonly<Record<string, string>> = {
  crossEntropy: "softmax",
  focalCrossEntropy: "softmax",
  binaryCrossEntropy: "sigmoid",
  binaryFocalCrossEntropy: "sigmoid",
};

/** Losses that take logits would apply the last layer's function once more, unnoticed. */
function checkLogits({ name, targets }: Loss, layer: string | undefined, where: string): void {
  const wrong = functionOfLogits[name];
  if (targets === "any" || wrong === undefined || wrong !== layer) return;
  throw new TypeError(
    `${where}: the loss "${name}" takes logits, but the model ends with ${wrong}; leave that layer out (${wrong}() of a prediction gives probabilities)`,
  );
}

/** A class number without an output would silently count for nothing. */
export function checkLabels(labels: ArrayLike<number>, classes: number): void {
  const wrong = Array.prototype.findIndex.call(labels, (label) => !(label >= 0 && label < classes));
  if (wrong < 0) return;
  throw new RangeError(
    `expected labels from 0 to ${classes - 1} for a model with ${classes} outputs, found ` +
      `${labels[wrong]}`,
  );
}
