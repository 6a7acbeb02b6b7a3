import { formatMeasures, formatStop, formatValidation } from "./format.ts";
import type { Metrics } from "./metrics.ts";

/** An epoch of training. */
export interface EpochRecord extends Metrics {
  /** From 1. */
  readonly epoch: number;
  /** Steps done since the beginning of training. */
  readonly step: number;
  /** The learning rate of its last step. */
  readonly learningRate: number;
  /** Time that it took, without the validation. */
  readonly seconds: number;
  /** Training examples a second. */
  readonly imagesPerSecond: number;
  /** Measures on the validation data, if there is any. */
  readonly validation?: Metrics;
}

/** What a training has come to. */
export interface HistoryData {
  /** The epochs that are done. */
  readonly epochs: readonly EpochRecord[];
  /** Steps done since the beginning of training. */
  readonly steps: number;
  /** Why training ended before the last epoch, if it did. */
  readonly stopped?: "aborted" | "early stopping";
  /** The checkpoint that was written last, if any. */
  readonly checkpoint?: string;
}

/** What `fit` has done. As a text, a line for each epoch. */
export class History implements HistoryData {
  /** The epochs that are done. */
  readonly epochs: readonly EpochRecord[];
  /** Steps done since the beginning of training. */
  readonly steps: number;
  /** Why training ended before the last epoch, if it did. */
  declare readonly stopped?: "aborted" | "early stopping";
  /** The checkpoint that was written last, if any. */
  declare readonly checkpoint?: string;

  /** A history of what was done. */
  constructor({ epochs, steps, stopped, checkpoint }: HistoryData) {
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

/** How training stands: given to `onProgress` about four times a second. */
export interface Progress extends Metrics {
  /** From 1. */
  readonly epoch: number;
  /** Epochs in all. */
  readonly epochs: number;
  /** Batches done in this epoch. */
  readonly batch: number;
  /** Batches of an epoch; undefined for a stream, which does not know. */
  readonly batches: number | undefined;
  /** Steps done since the beginning of training. */
  readonly step: number;
  /** The learning rate of the last step. */
  readonly learningRate: number;
  /** Training examples a second in this epoch. */
  readonly imagesPerSecond: number;
  /** Until the last epoch's end; undefined for a stream. */
  readonly secondsLeft: number | undefined;
}
