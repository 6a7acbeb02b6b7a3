import type { Metrics } from "./metric.ts";

/** An epoch of training. */
export interface EpochRecord extends Metrics {
  /** From 1. */
  readonly epoch: number;
  /** Steps done since the beginning of training. */
  readonly step: number;
  /** The learning rate of the last step. */
  readonly learningRate: number;
  /** Time that it took, without the validation. */
  readonly seconds: number;
  /** Training examples a second. */
  readonly imagesPerSecond: number;
  /** Measures on the validation data, if there is any. */
  readonly validation?: Metrics;
  /** Of processes that train together: seconds that each was at work, and did not wait for others. */
  readonly processes?: readonly number[];
}

/** How training stands: given to `onProgress` about four times a second. */
export interface Progress
  extends Metrics, Pick<EpochRecord, "epoch" | "step" | "learningRate" | "imagesPerSecond"> {
  /** Epochs in all. */
  readonly epochs: number;
  /** Batches done in this epoch. */
  readonly batch: number;
  /** Batches of an epoch; undefined for a stream, which does not know. */
  readonly batches: number | undefined;
  /** Until the last epoch's end; undefined for a stream. */
  readonly secondsLeft: number | undefined;
}
