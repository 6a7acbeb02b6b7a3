import { describeValue, wrongType } from "../../core/errors.ts";
import { options } from "../../core/options.ts";
import type { LearningRateCurve } from "../../train/learning_rate_curve.ts";
import type { Figure } from "../figure.ts";
import { type FigureOptions, figureSchema } from "./plot_options.ts";
import { line } from "./line.ts";

/** As much of what `findLearningRate` returns as is drawn. */
export type LearningRatesLike = Pick<
  LearningRateCurve,
  "rates" | "losses" | "rawLosses" | "suggestion"
>;

/**
 * The loss by learning rate, as {@linkcode Model.findLearningRate} has measured it: each step's own
 * loss faintly, the smoothed one, and the rate that is suggested.
 *
 * ```ts
 * import { digits, lenet5, plot } from "@striate/striate";
 * const { train } = digits({ train: 320 });
 * const curve = await lenet5().findLearningRate(train, { steps: 20, from: 1e-4 });
 * console.log(`${plot.learningRates(curve, { title: "LeNet-5" })}`); // Figure "LeNet-5": … scatter
 * ```
 *
 * @throws {TypeError} if it is no such curve.
 * @throws {RangeError} if there are no steps, or for an unknown option.
 */
export function learningRates(curve: LearningRatesLike, given: FigureOptions = {}): Figure {
  const where = "plot.learningRates", look = options(where, given, figureSchema);
  if (!(curve instanceof Object && "rates" in curve && "losses" in curve)) {
    throw wrongType(where, "what findLearningRate returns", describeValue(curve));
  }
  const { rates: x, losses, rawLosses, suggestion } = curve;
  if (x.length === 0) throw new RangeError(`${where}: expected steps, found none`);
  // Rates grow by the same factor from step to step.
  const at = suggestion === undefined
    ? -1
    : Math.max(0, x.findLastIndex((rate) => rate <= suggestion));
  return line([
    { x, y: rawLosses, name: "of each step", color: "#c7c7c7", width: 1 },
    { x, y: losses, name: "smoothed", color: "#1f77b4" },
    ...at < 0 ? [] : [{
      x: [suggestion!],
      y: [losses[at]!],
      name: `suggested: ${suggestion!.toPrecision(2)}`,
      mode: "markers" as const,
      color: "#d62728",
      size: 10,
    }],
  ], { xLabel: "learning rate", yLabel: "loss", xLog: true, ...rangeOf(curve), ...look });
}

/** From where to where the loss is looked at: what is beyond that are the rates that are too large. */
function rangeOf({ losses, rawLosses }: LearningRatesLike): { yRange?: readonly [number, number] } {
  const least = losses.indexOf(Math.min(...losses));
  const high = Math.max(...losses.slice(0, least + 1)), low = Math.min(...losses, ...rawLosses);
  const height = high - low;
  return height > 0 ? { yRange: [low - 0.1 * height, high + 0.5 * height] } : {};
}
