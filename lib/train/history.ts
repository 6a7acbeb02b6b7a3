import { checkParts } from "../core/errors.ts";
import type { EpochRecord } from "./epoch_record.ts";
import { formatMeasures, formatStop, formatValidation } from "./format.ts";

/** What a training has come to. */
export type HistoryData = Pick<History, "epochs" | "steps" | "stopped" | "checkpoint">;

/** What `fit` has done. As a text, a line for each epoch. */
export class History {
  /** The epochs that are done. */
  readonly epochs: readonly EpochRecord[];
  /** Steps done since the beginning of training. */
  readonly steps: number;
  /** Why training ended before the last epoch, if it did. */
  declare readonly stopped?: "aborted" | "early stopping";
  /** The checkpoint that was written last, if any. */
  declare readonly checkpoint?: string;

  /** A history of what was done. */
  constructor(data: HistoryData) {
    checkParts("History", data, ["epochs", "steps"], "fit() gives one");
    const { epochs, steps, stopped, checkpoint } = data;
    this.epochs = epochs;
    this.steps = steps;
    if (stopped !== undefined) this.stopped = stopped;
    if (checkpoint !== undefined) this.checkpoint = checkpoint;
  }

  /** What was measured in each epoch, without the times, and how training ended. */
  toString(): string {
    const lines = this.epochs.map((record) =>
      `epoch ${record.epoch}  ${formatMeasures(record)}${formatValidation(record)}`
    );
    const { stopped, steps } = this;
    const end = stopped === undefined ? [] : [`${formatStop(stopped)} after ${steps} steps`];
    return [...lines, ...end].join("\n") || "no training yet";
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}
