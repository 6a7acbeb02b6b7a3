import type { SweepRecipe } from "./sweep_recipe.ts";
import type { Trial } from "./trials.ts";

/** What the runs of a trial have come to. */
export interface Judged {
  readonly trial: Trial;
  /** The epochs after which it was measured. */
  readonly epochs: number;
  /** The measure of each seed that has one. */
  readonly values: readonly number[];
  readonly mean: number;
  /** The standard deviation over the seeds, of n - 1; undefined for one. */
  readonly deviation?: number;
}

/** The mean and the spread of a trial's seeds; undefined where none has a result. */
export function judge(trial: Trial, epochs: number, values: readonly number[]): Judged | undefined {
  if (values.length === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { trial, epochs, values, mean };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { trial, epochs, values, mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/**
 * The best first. Those with fewer results than there are seeds come last: some of their runs have
 * failed.
 */
export const ranked = (all: readonly Judged[], { goal }: Pick<SweepRecipe, "goal">) =>
  all.toSorted((a, b) => {
    const missing = ({ trial, values }: Judged) => trial.seeds.length - values.length;
    return missing(a) - missing(b) || (goal === "max" ? b.mean - a.mean : a.mean - b.mean) ||
      a.trial.name.localeCompare(b.trial.name);
  });

/** A measure in words: shares in percent. */
export const inWords = (metric: SweepRecipe["metric"], value: number): string =>
  metric === "loss" ? value.toPrecision(4) : `${(100 * value).toFixed(2)} %`;

/** A trial's mean with the spread of its seeds. */
export function spreadInWords({ mean, deviation, values }: Judged, metric: SweepRecipe["metric"]) {
  const words = (value: number) => inWords(metric, value);
  if (deviation === undefined) return words(mean);
  return `${words(mean)} ± ${words(deviation)} (${words(Math.min(...values))} to ` +
    `${words(Math.max(...values))}, ${values.length} seeds)`;
}

/** The options of a trial in words. */
export const optionsInWords = ({ options }: Trial): string =>
  Object.entries(options).map(([name, value]) => `${name} ${value}`).join(", ");
