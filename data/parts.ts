/**
 * Data sets that come in a training part and a test part.
 *
 * @module
 */
import { listOf, oneOf } from "../lib/core/option_kinds.ts";
import type { Schema } from "../lib/core/options.ts";
import type { Dataset } from "../lib/train/dataset.ts";
import { type CacheOptions, cacheSchema } from "../lib/core/cache.ts";

/** A part of a data set. */
export type Part = "train" | "test";

/** Which parts to load, and from where. */
export interface LoadOptions<P extends Part = Part> extends CacheOptions {
  /** The parts that are wanted; only their files are fetched. Default: both. */
  readonly parts?: readonly P[];
}

/** The parts of a data set: those that were asked for, or both. */
export type Parts<P extends Part = Part> = { readonly [part in P]: Dataset };

/** The options of a data set that is loaded. */
export const loadSchema = {
  ...cacheSchema,
  parts: listOf(oneOf<Part>(["train", "test"]), ["train", "test"]),
} satisfies Schema<LoadOptions>;
