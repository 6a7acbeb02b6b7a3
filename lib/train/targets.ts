import { formatShape, sameShape, type Shape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Field, formatField } from "./batch.ts";
import type { Loss } from "./loss.ts";

/** What the targets of an output are to its loss, and to the metrics. */
export interface TargetForm {
  /** Whether each is the number of a class: so top-1 and top-k can be counted. */
  readonly isLabel: boolean;
  /** Labels are from 0 to this, not included; undefined where any number will do. */
  readonly classes: number | undefined;
  /** A batch of targets as the loss takes them. */
  prepare(target: Tensor): Tensor;
}

/** Checks that targets fit an output and its loss. `layer` is the type of the output's layer. */
export function targetForm(
  loss: Loss,
  field: Field,
  output: Shape,
  layer: string | undefined,
  where: string,
): TargetForm {
  checkLogits(loss, layer, where);
  if (loss.targets === "classes" && output.at(-1) === 1) {
    throw new TypeError(
      `${where}: the loss "${loss.name}" needs an output for each class, found 1; for two classes with one output take "binaryCrossEntropy", for numbers "meanSquaredError"`,
    );
  }
  const { shape, dtype } = field;
  const isInteger = dtype !== "f32", depth = output.at(-1) ?? 1;
  const isLabel = isInteger && shape.length === 0 && output.length === 1 && depth > 1;
  if (loss.targets === "classes" && isInteger && sameShape(shape, output.slice(0, -1))) {
    return { isLabel, classes: depth, prepare: (target) => target.cast("i32") };
  }
  // One number an example may be given without an axis of its own.
  const isScalar = sizeOf(output) === 1 && shape.length === 0;
  if (!sameShape(shape, output) && !isScalar && loss.targets !== "any") {
    const labels = loss.targets === "classes"
      ? `, or i32 class numbers of shape ${formatShape(output.slice(0, -1))},`
      : "";
    throw new TypeError(
      `${where}: expected targets of shape ${formatShape(output)}${labels} as the model's output ` +
        `for the loss "${loss.name}", found ${formatField(field)}`,
    );
  }
  return {
    isLabel: isLabel && loss.targets === "any",
    classes: undefined,
    prepare(target) {
      const shaped = isScalar ? target.reshape([target.shape[0]!, ...output]) : target;
      return loss.targets === "any" ? shaped : shaped.cast("f32");
    },
  };
}

/** Losses that take logits would apply the last layer's function once more, unnoticed. */
function checkLogits({ name, targets }: Loss, layer: string | undefined, where: string): void {
  const wrong = { crossEntropy: "softmax", binaryCrossEntropy: "sigmoid" }[name];
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
