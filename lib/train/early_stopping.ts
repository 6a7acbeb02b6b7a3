import { unknownName } from "../core/suggest.ts";
import type { EpochRecord } from "./history.ts";
import { checkNames } from "./options.ts";

/** When to stop before the last epoch. */
export interface EarlyStopping {
  /** What is watched; the validation loss by default (the training loss where there is none). */
  readonly monitor?: "loss" | "top1" | "validationLoss" | "validationTop1";
  /** Epochs without improvement that are borne; 3 by default. */
  readonly patience?: number;
  /** The least that counts as an improvement; 0 by default. */
  readonly minimumChange?: number;
  /** Whether the best epoch's weights come back at the end; false by default. */
  readonly restoreBest?: boolean;
}

const optionNames = ["monitor", "patience", "minimumChange", "restoreBest"];
const monitors = ["loss", "top1", "validationLoss", "validationTop1"];

/** Watches epochs and says when to stop. */
export class EarlyStopper {
  readonly #options: EarlyStopping;
  #best = Infinity;
  #waited = 0;

  /** A watcher by a user's settings. */
  constructor(options: EarlyStopping) {
    checkNames("earlyStopping", options, optionNames);
    const { patience = 3, minimumChange = 0 } = options;
    if (!Number.isInteger(patience) || patience < 0 || !(minimumChange >= 0)) {
      throw new RangeError(
        `earlyStopping: expected patience, an integer, and minimumChange of at least 0, found ${patience} and ${minimumChange}`,
      );
    }
    if (!monitors.includes(options.monitor ?? "loss")) {
      throw new RangeError(
        `earlyStopping: ${unknownName("monitor", String(options.monitor), monitors)}`,
      );
    }
    this.#options = options;
  }

  /** Whether training should have stopped already. */
  get isOver(): boolean {
    return this.#waited > (this.#options.patience ?? 3);
  }

  /** Takes an epoch into account. */
  report(epoch: EpochRecord): { readonly improved: boolean; readonly stop: boolean } {
    const { minimumChange = 0 } = this.#options;
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
        `earlyStopping: monitor ${JSON.stringify(monitor)} needs ${
          metrics === undefined ? "validation data" : "class labels"
        }`,
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
