/**
 * Data sets that come in a training part and a test part.
 *
 * @module
 */
import type { Dataset } from "../lib/train/dataset.ts";
import type { CacheOptions } from "./cache.ts";

/** A part of a data set. */
export type Part = "train" | "test";

/** Which parts to load, and from where. */
export interface LoadOptions<P extends Part = Part> extends CacheOptions {
  /** The parts that are wanted; only their files are fetched. Default: both. */
  readonly parts?: readonly P[];
}

/** The parts of a data set: those that were asked for, or both. */
export type Parts<P extends Part = Part> = { readonly [part in P]: Dataset };

/** The parts to load, checked. */
export function partsOf<P extends Part>(options: LoadOptions<P>, what: string): readonly P[] {
  const parts = options.parts ?? ["train", "test"] as unknown as readonly P[];
  for (const part of parts) {
    if (part !== "train" && part !== "test") {
      throw new RangeError(`${what}: parts: expected "train" or "test", found ${String(part)}`);
    }
  }
  return parts;
}
