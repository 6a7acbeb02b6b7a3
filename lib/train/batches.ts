/**
 * Examples under an index cut into batches: their order in an epoch, at once or read ahead.
 *
 * @module
 */
import { describeValue } from "../core/errors.ts";
import { custom, flag, integer, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema as OptionSchema, type Values } from "../core/options.ts";
import { Random } from "../core/random.ts";
import {
  type Batch,
  cutSchema,
  emptyBatch,
  firstRows,
  keptRows,
  placesOf,
  type Share,
} from "./batch.ts";
import { Draw } from "./draw.ts";
import { readAhead } from "./read_ahead.ts";
import type { Examples } from "./reading.ts";

/** What examples are read for, where {@linkcode Dataset.map} changes them at random. */
export interface DrawOptions {
  /** The epoch, counted from 0; what is random differs from one to the next. */
  readonly epoch?: number;
  /** The seed of the random numbers that `map` hands out; 0 by default. `fit` gives its own. */
  readonly seed?: number;
}

/** How {@linkcode Dataset.batches} cuts a data set. */
export interface BatchesOptions extends DrawOptions {
  /** Examples in a batch, at least 1. */
  readonly batchSize: number;
  /** The seed of a new order for every epoch; `false` (the default) keeps the stored order. */
  readonly shuffle?: number | false;
  /** The batch to begin with, counted from 0: where a resumed run goes on. */
  readonly start?: number;
  /** Leaves out the last batch where it would hold fewer than `batchSize` examples. */
  readonly dropRemainder?: boolean;
  /** Hands out the same arrays again and again: each batch is valid until the next is asked for. */
  readonly reuse?: boolean;
  /**
   * Batches that are read while one is used, where examples take time to read; by default as many as
   * {@linkcode Dataset.prefetch} says, or 2. They bound the memory that reading ahead takes.
   */
  readonly prefetch?: number;
  /**
   * Reads one's share of every batch alone: the places of the batch are divided among `size` by their
   * order, and `rank` says who this is. A group of processes is given as it is. A share may be empty.
   */
  readonly share?: Share;
}

/** The batches of an epoch: by `for await` those of any data set, by `for` those that are at hand. */
export type Batches = Iterable<Batch> & AsyncIterable<Batch>;

/** The options by which examples are read. */
export const drawSchema = { epoch: cutSchema.epoch, seed: cutSchema.seed } satisfies OptionSchema<
  DrawOptions
>;

/** Batches that are read ahead where nothing else is said. */
export const usualAhead = 2;

/** The options by which examples under an index are cut into batches. */
export const batchesSchema = {
  ...cutSchema,
  shuffle: custom<number | false, false>(
    "a seed or false",
    (value): value is number | false => value === false || Number.isSafeInteger(value),
    false,
  ),
  reuse: flag(false),
  prefetch: integer({ least: 0 }),
} satisfies OptionSchema<BatchesOptions>;

type BatchesSettings = Values<typeof batchesSchema>;

/** Checks a count or position given by a user: an integer from `least` to `most`. */
export function checkInteger(value: number, least: number, most: number, what: string): void {
  integer({ least, most }).read(value, what);
}

/** The examples of an epoch in their order, by index. */
export const orderOf = (length: number, shuffle: number | false, epoch: number): Uint32Array =>
  shuffle === false
    ? Uint32Array.from({ length }, (_, index) => index)
    : new Random(shuffle, epoch).permutation(length);

/** The number of batches that examples are cut into. */
export function batchCountOf(length: number, batchSize: number, dropRemainder: boolean): number {
  batchesSchema.batchSize.read(batchSize, "batchSize");
  return dropRemainder ? Math.floor(length / batchSize) : Math.ceil(length / batchSize);
}

/** The batches of an epoch, of which `ahead` are read ahead; see {@linkcode Dataset.batches}. */
export function batchesOf(examples: Examples, given: BatchesOptions, ahead: number): Batches {
  const settings = options("batches", given, batchesSchema), { length } = examples;
  const { batchSize, shuffle, epoch, start, dropRemainder, prefetch = ahead } = settings;
  const count = batchCountOf(length, batchSize, dropRemainder);
  if (count === 0) {
    throw new RangeError(
      length === 0
        ? "batches: the data set is empty; expected at least 1 example"
        : `batches: ${length} examples do not fill one batch of ${batchSize}; ` +
          "use a smaller batchSize or dropRemainder: false",
    );
  }
  checkInteger(start, 0, count, "batches: start");
  const starts = () => startsOf(examples, orderOf(length, shuffle, epoch), count, settings);
  return {
    *[Symbol.iterator]() {
      for (const started of starts()) yield atOnce(started, "batches");
    },
    [Symbol.asyncIterator]: () => readAhead(starts(), prefetch),
  };
}

/** The batches of an epoch from `start` on, each read when it is asked for. */
function* startsOf(
  examples: Examples,
  order: Uint32Array,
  count: number,
  { batchSize, start, seed, epoch, reuse, share }: BatchesSettings,
): Generator<Batch | Promise<Batch>> {
  let shared: Batch | undefined;
  const most = share === undefined ? batchSize : Math.ceil(batchSize / share.size);
  for (let i = start; i < count; i++) {
    const all = order.subarray(i * batchSize, (i + 1) * batchSize);
    const { first, end } = share === undefined
      ? { first: 0, end: all.length }
      : placesOf(all.length, share);
    const rows = all.subarray(first, end);
    const whole = shared ?? emptyBatch(examples, reuse ? most : rows.length);
    const into = rows.length < whole.size ? firstRows(whole, rows.length) : whole;
    const batch = rows.length === 0 ? into : filled(examples, rows, { into, seed, epoch });
    // What is filled in time cannot be filled anew meanwhile.
    shared = reuse && !(batch instanceof Promise) ? whole : undefined;
    yield share === undefined ? batch : placed(batch, { first, of: all.length });
  }
}

/** A batch that knows where it lies in the whole. */
function placed(batch: Batch | Promise<Batch>, share: NonNullable<Batch["share"]>) {
  return batch instanceof Promise
    ? batch.then((read): Batch => ({ ...read, share }))
    : { ...batch, share };
}

/** A batch of examples by index; what cannot be read is left out, or with `strict` thrown. */
export function filled(
  examples: Examples,
  indices: ArrayLike<number>,
  { into, seed, epoch, strict }: {
    readonly into?: Batch | undefined;
    readonly seed: number;
    readonly epoch: number;
    readonly strict?: boolean;
  },
): Batch | Promise<Batch> {
  if (typeof indices?.length !== "number") {
    throw new TypeError(`batch: expected a list of indices, found ${describeValue(indices)}`);
  }
  positiveInteger().read(indices.length, "batch: the number of indices");
  const batch = into ?? emptyBatch(examples, indices.length);
  if (batch.size !== indices.length) {
    throw new RangeError(
      `batch: expected a batch of size ${indices.length} to fill, found size ${batch.size}`,
    );
  }
  const readings: Promise<void | Error>[] = [];
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row]!;
    if (!(index >= 0 && index < examples.length)) {
      checkInteger(index, 0, examples.length - 1, "batch: index");
    }
    const reading = examples.read(index, batch, row, new Draw(seed, epoch, index));
    if (reading instanceof Promise) readings[row] = reading;
  }
  if (readings.length === 0) return batch;
  return Promise.all(readings).then((errors) => {
    const error = errors.find((one) => one instanceof Error);
    if (error === undefined) return batch;
    if (strict) throw error;
    return keptRows(examples, batch, (row) => !(errors[row] instanceof Error));
  });
}

/** A batch that is to be there at once. */
export function atOnce(batch: Batch | Promise<Batch>, where: string): Batch {
  if (!(batch instanceof Promise)) return batch;
  batch.catch(() => {});
  throw new TypeError(
    `${where}: the examples of this data set take time to read: await load(indices), go through ` +
      "batches() by for await, or take those of await collect(), which has all in memory",
  );
}
