/**
 * Ready-made metrics, for the `metrics` of `fit` and `evaluate`. In all, each example counts the same,
 * whatever its weight in the loss.
 *
 * @module
 */
import { number, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { formatShape } from "../core/shape.ts";
import { concatenate, stack, where } from "../tensor/combine.ts";
import { full, zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { MeasuredOutput, Metric } from "./metric.ts";
import { ranksOf, sumOfRight } from "./right_answers.ts";

export * from "./class_metrics.ts";

/** A mean over the examples; `sum` gives what those of a batch add up to. */
function mean(
  name: string,
  sum: (predictions: Tensor, targets: Tensor, output: MeasuredOutput) => Tensor,
  result = (mean: number) => mean,
): Metric {
  return {
    name,
    shape: [2],
    count: (predictions, targets, output) => {
      const total = sum(predictions, targets, output);
      return concatenate([total.reshape([1]), full([1], predictions.shape[0]!)]);
    },
    result: ([sum, count]) => result(sum! / count!),
  };
}

/**
 * The share of right answers, of whichever kind an output's loss and targets are: the most probable
 * class against the target's, or yes against no, at each place of an example. It is what Keras calls
 * "accuracy".
 *
 * ```ts
 * import { arrayDataset, sequential } from "@striate/striate";
 * const points = arrayDataset({ inputs: [[-2], [-1], [1], [2]], targets: [0, 0, 1, 1] });
 * const net = sequential([1]).dense(1);
 * const measured = await net.evaluate(points, {
 *   loss: "binaryCrossEntropy",
 *   metrics: ["accuracy", "meanAbsoluteError"],
 * });
 * console.log(Object.keys(measured.metrics!)); // [ "accuracy", "meanAbsoluteError" ]
 * ```
 */
export const accuracy: Metric = mean("accuracy", (predictions, targets, output) => {
  const right = sumOfRight(predictions, targets, output);
  if (right !== undefined) return right;
  throw unfit("accuracy", "class numbers, probabilities or yes and no", targets);
});

/**
 * The share of outputs that are on the same side of a threshold as their targets, which say yes by more
 * than 0.5: of each label by itself. Without a threshold it is 0 for logits, 0.5 for probabilities.
 */
export function binaryAccuracy(threshold?: number): Metric {
  if (threshold !== undefined) number().read(threshold, "binaryAccuracy: threshold");
  return mean("binaryAccuracy", (predictions, targets, output) => {
    checkAlike("binaryAccuracy", predictions, targets);
    const known = { answer: "binary", threshold: threshold ?? output.threshold } as const;
    return sumOfRight(predictions, targets, known)!;
  });
}

/** The share of examples (or places in them) whose class is among the k most probable. */
export function topK(k: number): Metric {
  positiveInteger().read(k, "topK: k");
  const name = `top${k}`;
  return mean(name, (predictions, targets, { answer }) => {
    if (answer !== "label" && answer !== "probabilities") {
      throw unfit(name, "class numbers or probabilities", targets);
    }
    const within = ranksOf(predictions, targets, answer).less(k).cast("f32");
    return within.sum().mul(predictions.shape[0]! / within.size);
  });
}

/** The sum over the examples of the mean in each of what `error` gives. */
const meanError = (name: string, error: (difference: Tensor) => Tensor) =>
(
  predictions: Tensor,
  targets: Tensor,
) => {
  checkAlike(name, predictions, targets);
  const errors = error(predictions.sub(targets.cast("f32")));
  return errors.sum().mul(predictions.shape[0]! / errors.size);
};

const square = (difference: Tensor) => difference.square();

/** The mean of the absolute differences. */
export const meanAbsoluteError: Metric = mean(
  "meanAbsoluteError",
  meanError("meanAbsoluteError", (difference) => difference.abs()),
);

/** The mean of the squared differences. */
export const meanSquaredError: Metric = mean(
  "meanSquaredError",
  meanError("meanSquaredError", square),
);

/** The root of the mean, over all examples, of the squared differences. */
export const rootMeanSquaredError: Metric = mean(
  "rootMeanSquaredError",
  meanError("rootMeanSquaredError", square),
  Math.sqrt,
);

/** Settings of r2. */
export interface R2Options {
  /** How many numbers an example has; 1 by default. */
  readonly outputs?: number;
}

/** Sums of f32 are known to about this part of themselves. */
const roundingOfSums = 1e-5;

/**
 * The coefficient of determination, R²: 1 less the sum of the squared errors by that of the targets'
 * squared differences from their mean. 1 is a perfect fit, 0 what always saying the mean would reach, and
 * what is worse is below 0. Of several outputs it is the mean of each one's own. Where all targets are
 * the same it is 1 if every prediction is right, else 0. All this is as scikit-learn's `r2_score` has it.
 *
 * It is of all examples together, whatever the batches. Its sums, which are f32, are of differences from
 * the first batch's mean; in a group of processes from 0: there, targets whose deviation is below some
 * hundredths of their mean are to be scaled first, and below some thousandths count as equal.
 *
 * ```ts
 * import { arrayDataset, metrics, sequential } from "@striate/striate";
 * const data = arrayDataset({ inputs: [[2.5], [0.5], [2], [8]], targets: [[3], [1], [2], [7]] });
 * const same = sequential([1]).relu(); // of what is not negative
 * const found = await same.evaluate(data, { loss: "meanSquaredError", metrics: ["r2"] });
 * console.log(found.metrics!.r2!.toFixed(3)); // 0.928
 * console.log(metrics.r2({ outputs: 3 }).name); // r2
 * ```
 */
export function r2(given: R2Options = {}): Metric {
  const schema = { outputs: positiveInteger(1) } satisfies Schema<R2Options>;
  const { outputs } = options("r2", given, schema);
  return {
    name: "r2",
    shape: [5, outputs],
    count: (predictions, targets, { sums: before }) => {
      checkAlike("r2", predictions, targets);
      const examples = predictions.shape[0]!, found = predictions.size / examples;
      if (found !== outputs) {
        throw new TypeError(
          `metric "r2": expected outputs of ${outputs} number${outputs === 1 ? "" : "s"}, found ` +
            `${formatShape(predictions.shape)}; give metrics.r2({ outputs: ${found} })`,
        );
      }
      const [p, y] = [predictions, targets.cast("f32")].map((x) => x.reshape([examples, outputs]));
      // What differences are from is set by the first batch, and stays.
      const row = (i: number) => before!.slice([i, 0], [1, outputs]).reshape([outputs]);
      const set = before ? where(row(0).equal(0), y!.mean(0), 0) : zeros([outputs]);
      const away = y!.sub(before ? row(4).add(set) : 0);
      const sums = [away, away.square(), p!.sub(y!).square()].map((x) => x.sum(0));
      return stack([full([outputs], examples), ...sums, set]);
    },
    result: (sums) => {
      const each = Array.from({ length: outputs }, (_, i) => {
        const [count, sum, squares, errors] = [0, 1, 2, 3].map((row) => sums[row * outputs + i]!);
        const total = squares! - sum! ** 2 / count!;
        return total > roundingOfSums * squares! ? 1 - errors! / total : Number(errors === 0);
      });
      return each.reduce((a, b) => a + b) / outputs;
    },
  };
}

function checkAlike(name: string, predictions: Tensor, targets: Tensor): void {
  const [expected, found] = [predictions, targets].map(({ shape }) => formatShape(shape));
  if (expected !== found) throw unfit(name, `the outputs' shape ${expected}`, targets);
}

const unfit = (name: string, expected: string, { dtype, shape }: Tensor) =>
  new TypeError(
    `metric ${JSON.stringify(name)}: expected targets of ${expected}, found ` +
      `${dtype} ${formatShape(shape)}`,
  );
