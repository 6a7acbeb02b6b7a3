import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Measures of one output of a model on a data set. */
export interface OutputMetrics {
  /** The mean loss: of the examples, or as their weights and their classes' weights have it. */
  readonly loss: number;
  /**
   * Share of examples whose most probable class is the right one: for class numbers, and for
   * probabilities, of which the largest is right.
   */
  readonly top1?: number;
  /** Share of examples whose class is among the k most probable; where there is `top1`. */
  readonly topK?: number;
  /** Share of examples whose class is among the five most probable; where there is `top1`. */
  readonly top5?: number;
  /**
   * Share of right answers where an example has not one class of several: of the examples for one
   * output that says yes or no, of their labels for several such, of their pixels for a class each.
   */
  readonly accuracy?: number;
  /** The measures that were asked for, by name; only where there are any. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Measures of a model on a data set. Of several outputs, the loss is the sum, the rest the first's. */
export interface Metrics extends OutputMetrics {
  /** Those of each output by its name, where there are several. */
  readonly outputs?: Readonly<Record<string, OutputMetrics>>;
}

/** What the right answer of an output is: see {@linkcode MeasuredOutput}. */
export type Answer = "label" | "probabilities" | "binary";

/** What a metric may know of the output that it measures. */
export interface MeasuredOutput {
  /**
   * How its targets say what is right: by the number of a class ("label"), by the most probable class
   * ("probabilities"), each by more than 0.5 ("binary"); undefined where they are just numbers.
   */
  readonly answer: Answer | undefined;
  /** For "binary" the number above which the output says yes: 0 for logits, 0.5 for probabilities. */
  readonly threshold: number;
  /** What each example counts in the loss, where they have weights of their own. */
  readonly weights?: Tensor;
  /** The metric's sums before the batch; not where several processes each have their own. */
  readonly sums?: Tensor;
}

/**
 * A measure of one's own: `count` gives what a batch adds to sums that begin at 0, on the device;
 * `result` makes the measure of the sums over all batches, on the host.
 *
 * ```ts
 * import { concatenate, full } from "@striate/striate";
 * import type { Metric } from "@striate/striate";
 * const meanError: Metric = {
 *   name: "mean error",
 *   shape: [2], // the sum of the errors, the number of examples
 *   count: (predictions, targets) => {
 *     const error = predictions.sub(targets).abs();
 *     return concatenate([error.sum().reshape([1]), full([1], error.size)]);
 *   },
 *   result: ([sum, count]) => sum! / count!,
 * };
 * console.log(meanError.shape); // [2]
 * ```
 */
export interface Metric {
  /** What it is called in results, where it is not given by name. */
  readonly name?: string;
  /** The shape of the sums. */
  readonly shape: Shape;
  /**
   * What a batch adds: f32 of that shape. `predictions` are an output of the model; `targets` as the
   * loss gets them, for classes i32 [n].
   */
  count(predictions: Tensor, targets: Tensor, output: MeasuredOutput): Tensor;
  /** The measure, of the sums in row-major order. */
  result(sums: Float32Array): number;
}
