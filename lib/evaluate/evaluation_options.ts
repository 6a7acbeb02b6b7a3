import { callback, flag, instance, object, positiveInteger, text } from "../core/option_kinds.ts";
import type { Schema } from "../core/options.ts";
import type { Group } from "../parallel/group.ts";
import { groupOption } from "../train/training_options.ts";
import type { JournalHeader } from "./journal.ts";
import type { Evaluation } from "./tally.ts";

/** How an evaluation stands. */
export interface EvaluationProgress
  extends Pick<Evaluation, "corrupt" | "top1Error" | "top5Error"> {
  /** Images that are done, with those of a journal. */
  readonly done: number;
  /** All images; undefined where that is known only at the end. */
  readonly total: number | undefined;
  /** Images a second, since this run began. */
  readonly imagesPerSecond: number;
  /** Until the end; undefined where the number of images is not known. */
  readonly secondsLeft: number | undefined;
}

/** Settings that all evaluations have. */
export interface EvaluationOptions {
  /** Images, or views of images, of one run of the network; 32 by default. */
  readonly batchSize?: number;
  /**
   * The number of images to evaluate; all by default. Where the source knows how many there are,
   * they are taken at equal distances, otherwise the first.
   */
  readonly limit?: number;
  /**
   * A file in which results are kept as they come, one JSON object a line: what is evaluated, then for
   * each image its label and its five most probable classes. An older one is begun anew.
   */
  readonly journal?: string;
  /** Goes on where the journal ends; false by default. */
  readonly resume?: boolean;
  /** What the journal says of this evaluation besides the source and the views, such as the weights. */
  readonly about?: JournalHeader;
  /**
   * Processes that measure together, of {@linkcode joinProcesses}: each scores every n-th image, and all
   * have the whole result. The first alone writes the journal, which must be asked for by all.
   */
  readonly group?: Group;
  /** Called after every batch. */
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** Called for each image that cannot be read. */
  readonly onCorrupt?: (image: string, reason: string) => void;
  /**
   * Ends the evaluation after the batches under way, as a notebook's stop button does; the result
   * then says `complete: false`.
   */
  readonly signal?: AbortSignal;
}

/** The options of every evaluation. */
export const evaluationSchema = {
  batchSize: positiveInteger(32),
  limit: positiveInteger(),
  journal: text(),
  resume: flag(false),
  about: object("an object in braces"),
  group: groupOption,
  onProgress: callback(),
  onCorrupt: callback(),
  signal: instance(AbortSignal),
} satisfies Schema<EvaluationOptions>;
