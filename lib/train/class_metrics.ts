/**
 * Ready-made metrics of how classes are told apart.
 *
 * @module
 */
import { integer, oneOf, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { formatShape } from "../core/shape.ts";
import { concatenate, stack, where } from "../tensor/combine.ts";
import { oneHot } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { MeasuredOutput, Metric } from "./metric.ts";

/** Settings of precision, recall and f1. */
export interface ClassMetricOptions {
  /**
   * The number of classes, or of labels that each say yes or no. Left out, the outputs say yes or no
   * and all count together.
   */
  readonly classes?: number;
  /**
   * One number of those of the classes: their mean over the classes that were there or predicted
   * ("macro", the default), or that of all examples together ("micro").
   */
  readonly average?: "macro" | "micro";
  /** The class whose number is wanted, instead of an average. */
  readonly ofClass?: number;
}

const classSchema = {
  classes: positiveInteger(),
  average: oneOf(["macro", "micro"]),
  ofClass: integer({ least: 0 }),
} satisfies Schema<ClassMetricOptions>;

const unfit = (name: string, expected: string, { dtype, shape }: Tensor) =>
  new TypeError(
    `metric ${JSON.stringify(name)}: expected ${expected}, found ${dtype} ${formatShape(shape)}`,
  );

/** For each example or place, 1 at the class predicted and at the right one, [n, classes] each. */
function choices(
  name: string,
  predictions: Tensor,
  targets: Tensor,
  { answer, threshold }: MeasuredOutput,
  classes: number | undefined,
): [predicted: Tensor, right: Tensor] {
  const depth = predictions.shape.at(-1)!;
  if (answer === undefined) {
    throw unfit(name, "targets of class numbers, probabilities or yes and no", targets);
  }
  if (classes === undefined && answer !== "binary") {
    throw unfit(name, `{ classes: ${depth} } in its settings for outputs of classes`, predictions);
  }
  if (classes !== undefined && classes !== depth) {
    throw unfit(name, `outputs for ${classes} classes`, predictions);
  }
  if (answer === "binary") {
    const yes = [predictions.greater(threshold), targets.cast("f32").greater(0.5)];
    return yes.map((x) => x.cast("f32").reshape([-1, classes ?? 1])) as [Tensor, Tensor];
  }
  const labels = answer === "label" ? targets.cast("i32") : targets.argmax(-1);
  return [oneHot(predictions.argmax(-1).flatten(), depth), oneHot(labels.flatten(), depth)];
}

/** A metric by how often each class was there and predicted, rightly or not. */
function byClass(
  name: string,
  given: ClassMetricOptions,
  share: (right: number, predicted: number, there: number) => number,
): Metric {
  const { classes, average = "macro", ofClass } = options(name, given, classSchema);
  if (ofClass !== undefined && !(ofClass < (classes ?? 0))) {
    throw new RangeError(
      `${name}: ofClass: expected a class below \`classes\`, ${
        classes ?? "which are not given"
      }, ` +
        `found ${ofClass}`,
    );
  }
  const count = classes ?? 1, called = ofClass === undefined ? name : `${name} of ${ofClass}`;
  return {
    name: called,
    shape: [3, count],
    count: (predictions, targets, output) => {
      const [predicted, there] = choices(called, predictions, targets, output, classes);
      return stack([predicted.mul(there), predicted, there].map((x) => x.sum(0)));
    },
    result: (sums) => {
      const [right, predicted, there] = [0, 1, 2].map((i) =>
        sums.subarray(i * count, (i + 1) * count)
      ) as [Float32Array, Float32Array, Float32Array];
      const of = (i: number) => share(right[i]!, predicted[i]!, there[i]!);
      if (ofClass !== undefined) return of(ofClass);
      if (average === "micro") return share(total(right), total(predicted), total(there));
      const seen = Array.from(right.keys()).filter((i) => predicted[i]! + there[i]! > 0);
      return over(total(seen.map(of)), seen.length);
    },
  };
}

const total = (numbers: Iterable<number>) => Iterator.from(numbers).reduce((a, b) => a + b, 0);

/** A quotient; 0 where there is nothing to divide by. */
const over = (a: number, b: number) => b === 0 ? 0 : a / b;

/**
 * The share of those predicted to be of a class that are; 0 where none is predicted.
 *
 * ```ts
 * import { metrics } from "@striate/striate";
 * const wanted = [metrics.precision({ classes: 10 }), metrics.recall({ classes: 10, ofClass: 3 })];
 * console.log(wanted.map(({ name }) => name)); // [ "precision", "recall of 3" ]
 * ```
 */
export function precision(given: ClassMetricOptions = {}): Metric {
  return byClass("precision", given, (right, predicted) => over(right, predicted));
}

/** The share of those of a class that are predicted to be; 0 where there are none. */
export function recall(given: ClassMetricOptions = {}): Metric {
  return byClass("recall", given, (right, _, there) => over(right, there));
}

/** The harmonic mean of precision and recall of a class; 0 where both are. */
export function f1(given: ClassMetricOptions = {}): Metric {
  return byClass("f1", given, (right, predicted, there) => over(2 * right, predicted + there));
}

/** Settings of auc. */
export interface AucOptions {
  /** Thresholds, evenly from 0 to 1; 200 by default, as in Keras. */
  readonly thresholds?: number;
  /** For outputs of classes: the one that is told from all others. */
  readonly ofClass?: number;
}

/**
 * The area under the ROC curve: how probable it is that of an example with yes and one with no the first
 * has the larger output. Between thresholds of the probability the curve is a line, as in Keras; 0 where
 * one kind is missing.
 */
export function auc(given: AucOptions = {}): Metric {
  const schema = {
    thresholds: integer({ least: 2 }, 200),
    ofClass: integer({ least: 0 }),
  } satisfies Schema<AucOptions>;
  const { thresholds, ofClass } = options("auc", given, schema);
  const name = ofClass === undefined ? "auc" : `auc of ${ofClass}`, bins = thresholds - 1;
  return {
    name,
    shape: [2, bins],
    count: (predictions, targets, output) => {
      const [probability, yes] = oneAgainstAll(name, predictions, targets, output, ofClass);
      const known = where(probability.equal(probability), probability, 0);
      const bin = known.mul(bins).ceil().sub(1).clip(0, bins - 1).cast("i32");
      const each = oneHot(bin, bins), counted = each.mul(yes.expandDims(-1)).sum(0);
      return concatenate([counted, each.sum(0).sub(counted)]).reshape([2, bins]);
    },
    result: (sums) => {
      let above = 0, area = 0, others = 0;
      for (let i = bins - 1; i >= 0; i--) {
        const yes = sums[i]!, no = sums[bins + i]!;
        area += no * (above + yes / 2);
        above += yes;
        others += no;
      }
      return over(area, above * others);
    },
  };
}

/** The probability of yes, or of a class, and whether that is right: [n] each. */
function oneAgainstAll(
  name: string,
  predictions: Tensor,
  targets: Tensor,
  { answer, threshold }: MeasuredOutput,
  ofClass: number | undefined,
): [probability: Tensor, yes: Tensor] {
  const areLogits = threshold === 0;
  if (answer === "binary" && ofClass === undefined) {
    const probability = areLogits ? predictions.sigmoid() : predictions;
    return [probability.flatten(), targets.cast("f32").greater(0.5).cast("f32").flatten()];
  }
  const depth = predictions.shape.at(-1)!;
  if (answer !== "label" && answer !== "probabilities" || ofClass === undefined) {
    throw unfit(name, "outputs of yes and no, or of classes with { ofClass }", predictions);
  }
  if (ofClass >= depth) throw unfit(name, `outputs for more than ${ofClass} classes`, predictions);
  const probabilities = areLogits ? predictions.softmax() : predictions;
  const labels = answer === "label" ? targets.cast("i32") : targets.argmax(-1);
  return [
    probabilities.reshape([-1, depth]).slice([0, ofClass], [labels.size, 1]).flatten(),
    labels.equal(ofClass).cast("f32").flatten(),
  ];
}

/** A metric that keeps the confusion matrix of what was measured last. */
export interface ConfusionMetric extends Metric {
  /** How often each class (row) was taken for each (column). */
  readonly matrix: readonly (readonly number[])[];
}

/**
 * Counts how often each class is taken for each: its `matrix`, after `evaluate` or an epoch. The number
 * in results is the share on the diagonal, the accuracy.
 *
 * ```ts
 * import { arrayDataset, metrics, sequential } from "@striate/striate";
 * const points = arrayDataset({ inputs: [[-2], [-1], [1], [2]], targets: [0, 0, 1, 1] });
 * const confusion = metrics.confusionMatrix(2);
 * await sequential([1]).dense(2).evaluate(points, { metrics: [confusion] });
 * console.log(confusion.matrix.map((row) => row[0]! + row[1]!)); // [ 2, 2 ]
 * ```
 */
export function confusionMatrix(classes: number): ConfusionMetric {
  positiveInteger().read(classes, "confusionMatrix: classes");
  const name = "confusionMatrix";
  let counts = new Float32Array(classes * classes);
  return {
    name,
    shape: [classes, classes],
    count: (predictions, targets, output) => {
      if (output.answer === "binary") throw unfit(name, "outputs of classes", predictions);
      const [predicted, right] = choices(name, predictions, targets, output, classes);
      return right.transpose().matmul(predicted);
    },
    result: (sums) => {
      counts = sums.slice();
      return over(total(counts.filter((_, i) => i % (classes + 1) === 0)), total(counts));
    },
    get matrix() {
      return Array.from({ length: classes }, (_, i) => [
        ...counts.subarray(i * classes, (i + 1) * classes),
      ]);
    },
  };
}
