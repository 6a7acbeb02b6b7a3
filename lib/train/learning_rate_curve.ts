import { checkParts } from "../core/errors.ts";
/** Steps at the start of a curve whose losses are means of too few, as a share of all. */
const skipped = 0.1;

/** What {@linkcode Model.findLearningRate} has found. `show` draws it, and as a text it says what it suggests. */
export class LearningRateCurve {
  /** The learning rate of each step. */
  readonly rates: readonly number[];
  /** The smoothed loss at each step. */
  readonly losses: readonly number[];
  /** The loss of each step as it was. */
  readonly rawLosses: readonly number[];
  /** Why it ended before the last rate, if it did. */
  declare readonly stopped?: "diverged" | "aborted";

  /** A curve of what was measured. */
  constructor(curve: Pick<LearningRateCurve, "rates" | "losses" | "rawLosses" | "stopped">) {
    const parts = ["rates", "losses", "rawLosses"];
    checkParts("LearningRateCurve", curve, parts, "findLearningRate() gives one");
    const { rates, losses, rawLosses, stopped } = curve;
    [this.rates, this.losses, this.rawLosses] = [rates, losses, rawLosses];
    if (stopped !== undefined) this.stopped = stopped;
  }

  /**
   * A tenth of the rate at which the smoothed loss is least: there it is about to grow again, so that
   * rate is too large already (fastai's rule "minimum"). Undefined where the loss falls nowhere after the
   * first tenth of the steps.
   *
   * The rate of steepest descent, which is often taken, depends on where a net starts: one whose first
   * outputs are far off learns their mean at tiny rates, and falls most steeply there.
   */
  get suggestion(): number | undefined {
    const { rates, losses } = this, least = losses.indexOf(Math.min(...losses));
    return least > losses.length * skipped ? rates[least]! / 10 : undefined;
  }

  /** From where to where the rates went, how it ended, and what is suggested. */
  toString(): string {
    const written = (rate: number | undefined) => rate?.toPrecision(2);
    const { rates, stopped, suggestion } = this;
    if (rates.length === 0) return "no learning rate was tried";
    const end = stopped === undefined
      ? ""
      : stopped === "diverged"
      ? ", where the loss grew too much"
      : ", where it was stopped";
    return `learning rates from ${written(rates[0])} to ${written(rates.at(-1))}${end}; ` +
      (suggestion === undefined
        ? "the loss falls at none of them"
        : `the loss is least at ${written(10 * suggestion)}, which suggests ${
          written(suggestion)
        }`);
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}
