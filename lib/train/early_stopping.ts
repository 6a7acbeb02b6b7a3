import { flag, integer, number, oneOf, text } from "../core/option_kinds.ts";
import { options, type Schema, type Values } from "../core/options.ts";
import { unknownName } from "../core/suggest.ts";
import type { EpochRecord } from "./epoch_record.ts";
import { isBetterLarge, measureOf } from "./measures.ts";

/** When to stop before the last epoch. */
export interface EarlyStopping {
  /**
   * What is watched; the validation loss by default (the training loss where there is none). "loss",
   * "top1", "accuracy" or a metric's name, with the output's name before it where there are several
   * ("kind.top1"); of the validation data, "validation." before all that ("validation.kind.top1"), or
   * "validationLoss" and "validationTop1" for short.
   */
  readonly monitor?: string;
  /** Which is better; by default "max" for shares of right answers, "min" for everything else. */
  readonly mode?: "min" | "max";
  /** Epochs without improvement that are borne; 3 by default. */
  readonly patience?: number;
  /** The least that counts as an improvement; 0 by default. */
  readonly minimumChange?: number;
  /**
   * Whether the best epoch's weights come back at the end; false by default. They do so however
   * training ends: also where it is stopped, or by an error. Where the loss stops being finite in the
   * first epoch, the weights are those from before it. A checkpoint holds the last weights as well.
   */
  readonly restoreBest?: boolean;
}

const schema = {
  monitor: text(),
  mode: oneOf(["min", "max"]),
  patience: integer({ least: 0 }, 3),
  minimumChange: number({ least: 0 }, 0),
  restoreBest: flag(false),
} satisfies Schema<EarlyStopping>;

const prefix = "validation.";

/** Short names of what is measured on validation data. */
const short: Readonly<Record<string, string>> = {
  validationLoss: `${prefix}loss`,
  validationTop1: `${prefix}top1`,
};

/** Watches epochs and says when to stop. */
export class EarlyStopper {
  readonly #options: Values<typeof schema>;
  #best = Infinity;
  #waited = 0;

  /** A watcher by a user's settings. */
  constructor(given: EarlyStopping) {
    this.#options = options("earlyStopping", given, schema);
  }

  /** Whether training should have stopped already. */
  get isOver(): boolean {
    return this.#waited > (this.#options.patience);
  }

  /** Takes an epoch into account. */
  report(epoch: EpochRecord): { readonly improved: boolean; readonly stop: boolean } {
    const { minimumChange } = this.#options;
    const value = this.#watched(epoch);
    const improved = value < this.#best - minimumChange || this.#best === Infinity;
    this.#best = improved ? value : this.#best;
    this.#waited = improved ? 0 : this.#waited + 1;
    return { improved, stop: this.isOver };
  }

  /** Checks that what is watched will be measured: one of `names`, of validation data too if any. */
  check(names: readonly string[], hasValidation: boolean): void {
    const { monitor } = this.#options;
    if (monitor === undefined) return;
    const onValidation = [...Object.keys(short), ...names.map((name) => prefix + name)];
    if ([...names, ...hasValidation ? onValidation : []].includes(monitor)) return;
    if (!hasValidation && onValidation.includes(monitor)) {
      throw new TypeError(
        `earlyStopping: monitor: ${JSON.stringify(monitor)} needs validation data`,
      );
    }
    const known = [...names, ...onValidation];
    throw new RangeError(`earlyStopping: monitor: ${unknownName("measure", monitor, known)}`);
  }

  /** The watched number, so that less is better. */
  #watched(epoch: EpochRecord): number {
    const { monitor = epoch.validation ? `${prefix}loss` : "loss", mode } = this.#options;
    const name = short[monitor] ?? monitor, isValidation = name.startsWith(prefix);
    const measure = isValidation ? name.slice(prefix.length) : name;
    const value = measureOf((isValidation ? epoch.validation : epoch) ?? {}, measure);
    if (value === undefined) {
      throw new TypeError(`earlyStopping: monitor: ${JSON.stringify(monitor)} was not measured`);
    }
    return (mode ?? (isBetterLarge(measure) ? "max" : "min")) === "max" ? -value : value;
  }

  /** For a checkpoint. */
  state(): { best: number | null; waited: number } {
    return { best: Number.isFinite(this.#best) ? this.#best : null, waited: this.#waited };
  }

  /** Goes back to a saved state. */
  restore(state: { best: number | null; waited: number }): void {
    this.#best = state.best ?? Infinity;
    this.#waited = state.waited;
  }
}
