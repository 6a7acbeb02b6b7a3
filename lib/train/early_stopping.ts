import { flag, integer, number, oneOf } from "../core/option_kinds.ts";
import { options, type Schema, type Values } from "../core/options.ts";
import type { EpochRecord } from "./epoch_record.ts";

/** When to stop before the last epoch. */
export interface EarlyStopping {
  /** What is watched; the validation loss by default (the training loss where there is none). */
  readonly monitor?: "loss" | "top1" | "validationLoss" | "validationTop1";
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
  monitor: oneOf(["loss", "top1", "validationLoss", "validationTop1"]),
  patience: integer({ least: 0 }, 3),
  minimumChange: number({ least: 0 }, 0),
  restoreBest: flag(false),
} satisfies Schema<EarlyStopping>;

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

  /** The watched number, so that less is better. */
  #watched(epoch: EpochRecord): number {
    const { monitor = epoch.validation ? "validationLoss" : "loss" } = this.#options;
    const metrics = monitor.startsWith("validation") ? epoch.validation : epoch;
    const top1 = monitor.toLowerCase().endsWith("top1");
    const value = top1 ? metrics?.top1 : metrics?.loss;
    if (value === undefined) {
      throw new TypeError(
        `earlyStopping: monitor ${JSON.stringify(monitor)} needs ` +
          `${metrics === undefined ? "validation data" : "class labels"}`,
      );
    }
    return top1 ? -value : value;
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
