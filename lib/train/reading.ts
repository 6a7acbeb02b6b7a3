import type { Batch, Schema } from "./batch.ts";
import type { Draw } from "./draw.ts";

/**
 * How an example is read: at once, or in time, by a promise. It comes to an error where this example
 * alone cannot be read, as it is a corrupt image: `batches` leave that one out.
 */
export type Reading = void | Promise<void | Error>;

/** Copies an example to a row of a batch, as {@linkcode Dataset.read} does. */
export type ReadExample = (index: number, batch: Batch, row: number, draw: Draw) => Reading;

/** Examples under an index from 0 to `length - 1`, as far as reading them goes. */
export interface Examples extends Schema {
  /** How many there are. */
  readonly length: number;
  /** Copies one to a row of a batch. */
  readonly read: ReadExample;
}

/** Goes on when an example is read; not with one that cannot be read. */
export function after(reading: Reading, next: () => Reading): Reading {
  if (!(reading instanceof Promise)) return next();
  return reading.then((error) => error instanceof Error ? error : next());
}

/** Reads the examples of the first, then those of the next. */
export const readInTurn =
  (parts: readonly Examples[]): ReadExample => (index, batch, row, draw) => {
    let part = 0;
    while (index >= parts[part]!.length) index -= parts[part++]!.length;
    return parts[part]!.read(index, batch, row, draw);
  };
