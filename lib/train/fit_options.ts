import type { Dataset } from "./dataset.ts";
import type { EarlyStopping } from "./early_stopping.ts";
import type { EpochRecord, Progress } from "./history.ts";
import type { LossLike } from "./loss.ts";
import type { Optimizer } from "./optimizer.ts";
import { checkNames } from "./options.ts";
import type { ProgressDisplay } from "./progress.ts";
import type { DataStream } from "./stream.ts";

/** Settings of `fit`. */
export interface FitOptions {
  /** Times that all examples are seen; 1 by default. */
  readonly epochs?: number;
  /** Examples of a step; 32 by default. */
  readonly batchSize?: number;
  /** The rule of the steps; `adam()` by default. */
  readonly optimizer?: Optimizer;
  /** The loss, or one for each output; "crossEntropy" (of logits) by default. */
  readonly loss?: LossLike | readonly LossLike[];
  /** Data that the model is measured on after each epoch. */
  readonly validation?: Dataset | DataStream;
  /**
   * Whether examples come in a new order in each epoch; true by default. A stream keeps its own order:
   * see {@linkcode DataStream.shuffle}.
   */
  readonly shuffle?: boolean;
  /** Seeds the order of examples and dropout; 0 by default. */
  readonly seed?: number;
  /** Whether a last batch that is not full is left out; false by default. */
  readonly dropRemainder?: boolean;
  /** The k of the top-k metric; 5 by default. */
  readonly topK?: number;
  /**
   * Whether progress is shown: in a notebook as bars, a chart and a table, elsewhere on stderr. True
   * by default in a notebook and in a terminal.
   */
  readonly progress?: boolean | ProgressDisplay;
  /** Called after each step is queued; nothing has been read back then. */
  readonly onStep?: (step: { readonly epoch: number; readonly step: number }) => void;
  /** Called about four times a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called after each epoch. */
  readonly onEpoch?: (record: EpochRecord) => void | Promise<void>;
  /** When to stop before the last epoch. */
  readonly earlyStopping?: EarlyStopping;
  /** Where and how often training is saved; always at an epoch's end and when it is interrupted. */
  readonly checkpoint?: {
    readonly directory: string;
    readonly everySteps?: number;
    readonly everySeconds?: number;
    /** Texts to be saved with it. */
    readonly metadata?: Readonly<Record<string, string>>;
  };
  /** A checkpoint's folder to go on from: the run then ends as if it had never been interrupted. */
  readonly resume?: string;
  /**
   * Ends training after the step under way; a checkpoint is written if one is asked for. Validation
   * ends after its batch under way, and the last epoch of the history is then without it. A
   * notebook's stop button does the same.
   */
  readonly signal?: AbortSignal;
}

const optionNames: readonly (keyof FitOptions)[] = [
  "epochs",
  "batchSize",
  "optimizer",
  "loss",
  "validation",
  "shuffle",
  "seed",
  "dropRemainder",
  "topK",
  "progress",
  "onStep",
  "onProgress",
  "onEpoch",
  "earlyStopping",
  "checkpoint",
  "resume",
  "signal",
];
const checkpointNames = ["directory", "everySteps", "everySeconds", "metadata"];

/** Checks that there is no option of another name. */
export function checkFitNames(options: FitOptions): void {
  checkNames("fit", options, optionNames);
  const { checkpoint } = options;
  if (checkpoint !== undefined) checkNames("fit: checkpoint", checkpoint, checkpointNames);
}
