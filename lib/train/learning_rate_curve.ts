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
  constructor(
    { rates, losses, rawLosses, stopped }: Pick<
      LearningRateCurve,
      "rates" | "losses" | "rawLosses" | "stopped"
    >,
  ) {
    [this.rates, this.losses, this.rawLosses] = [rates, losses, rawLosses];
    if (stopped !== undefined) this.stopped = stopped;
  }

  /**
   * The rate where the smoothed loss falls most steeply with the logarithm of the rate, on its way to its
   * smallest value (fastai's rule "steep" takes what comes after that too, and so a fall from a peak);
   * the first tenth of the steps is left out. Undefined where it falls nowhere.
   */
  get suggestion(): number | undefined {
    const { rates, losses } = this;
    let steepest = 0, found: number | undefined;
    const least = losses.indexOf(Math.min(...losses));
    for (let i = Math.floor(losses.length * skipped); i < least; i++) {
      const slope = (losses[i + 1]! - losses[i]!) / Math.log(rates[i + 1]! / rates[i]!);
      if (slope < steepest) [steepest, found] = [slope, rates[i]];
    }
    return found;
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
        : `the loss falls most steeply at ${written(suggestion)}`);
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}
