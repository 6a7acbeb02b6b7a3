import {
  instance,
  integer,
  listOf,
  number,
  object,
  positiveInteger,
  text,
} from "../core/option_kinds.ts";
import type { Schema } from "../core/options.ts";
import type { Normalization } from "../core/preprocessing.ts";
import type { FitOptions } from "./fit_options.ts";
import { type LossLike, lossOption } from "./loss.ts";
import { metricsOption } from "./metrics.ts";
import { optimizerOption } from "./optimizer.ts";

/** Settings of `evaluate`. */
export interface EvaluateOptions extends Pick<FitOptions, "topK" | "metrics"> {
  /** Examples of a run; 128 by default. It does not change the result. */
  readonly batchSize?: number;
  /**
   * The loss, or one for each output; by default what the model was trained with last, or
   * "crossEntropy" where it was not since it was made or loaded.
   */
  readonly loss?: LossLike | readonly LossLike[];
  /** Ends the evaluation by an AbortError, as a notebook's stop button does. */
  readonly signal?: AbortSignal;
}

/** The options of `evaluate`. */
export const evaluateSchema = {
  batchSize: positiveInteger(128),
  loss: lossOption(),
  topK: positiveInteger(5),
  metrics: metricsOption,
  signal: instance(AbortSignal),
} satisfies Schema<EvaluateOptions>;

/** Settings of `predict`. */
export interface PredictOptions {
  /** Examples of a run; 128 by default. */
  readonly batchSize?: number;
  /** Layers whose results are wanted instead of the model's outputs. */
  readonly outputs?: readonly string[];
  /** How uint8 images are normalised, in this call alone; by default as the model's are. */
  readonly normalization?: Normalization;
}

/** The options of `predict`. */
export const predictSchema = {
  batchSize: positiveInteger(128),
  outputs: listOf(text()),
  normalization: object("a normalization { mean, standardDeviation }"),
} satisfies Schema<PredictOptions>;

/** Settings of `trainOnBatch`, which keeps those of its first call, but for the epoch. */
export interface TrainOnBatchOptions extends Pick<FitOptions, "optimizer" | "loss"> {
  /** Seeds dropout; 0 by default. */
  readonly seed?: number;
  /** Epochs done so far, with a fraction, for the schedule of the learning rate; 0 by default. */
  readonly epoch?: number;
}

/** The options of `trainOnBatch`. */
export const trainOnBatchSchema = {
  optimizer: optimizerOption,
  loss: lossOption(),
  seed: integer(),
  epoch: number({ least: 0 }, 0),
} satisfies Schema<TrainOnBatchOptions>;

/** Settings of a new model. */
export interface ModelOptions {
  /** The first weights depend on it alone; 0 by default. */
  readonly seed?: number;
}

/** The options of a new model. */
export const modelSchema = { seed: integer({}, 0) } satisfies Schema<ModelOptions>;
