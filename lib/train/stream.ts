/**
 * Examples that come one after another and may not fit in memory: from files, a network, a camera.
 *
 * @module
 */
import { describeValue } from "../core/errors.ts";
import { integer, positiveInteger } from "../core/option_kinds.ts";
import { options, pick, type Schema as OptionSchema, type Values } from "../core/options.ts";
import type { Normalization } from "../core/preprocessing.ts";
import { Random } from "../core/random.ts";
import {
  type Batch,
  changedSchema,
  checkExample,
  copyRow,
  cutSchema,
  emptyBatch,
  type Example,
  type Field,
  firstRows,
  keptRows,
  placesOf,
  type Schema,
  type Share,
  type TensorBatch,
  tensorBatch,
} from "./batch.ts";
import { type BatchesOptions, batchesSchema } from "./batches.ts";
import type { Dataset } from "./dataset.ts";
import { Draw } from "./draw.ts";
import { joinedBatches } from "./joined_batches.ts";
import { askAhead } from "./read_ahead.ts";
import {
  checkTransform,
  type ExampleTransform,
  onThreads,
  type ParallelMapOptions,
  type SchemaTransform,
} from "./transform.ts";

/**
 * Where a stream comes from: called once for each pass, with the epoch counted from 0 and the seed of
 * what is random in it.
 */
export type StreamSource = (
  epoch: number,
  seed: number,
) => AsyncIterable<Example> | Iterable<Example>;

/**
 * How {@linkcode DataStream.batches} cuts a stream; batches before `start` are read and dropped. By
 * default none is read ahead, unless {@linkcode DataStream.prefetch} says so.
 */
export type StreamBatchesOptions = Omit<BatchesOptions, "shuffle" | "reuse">;

const streamSchema = {
  ...cutSchema,
  prefetch: batchesSchema.prefetch,
} satisfies OptionSchema<StreamBatchesOptions>;

/**
 * A stream of examples with the same fields and batches as a `Dataset`, read anew for every epoch.
 *
 * ```ts
 * import { DataStream } from "@striate/striate";
 *
 * const schema = {
 *   inputs: [{ shape: [1], dtype: "f32" }],
 *   targets: [{ shape: [], dtype: "i32" }],
 * } as const;
 * const stream = new DataStream(schema, function* () {
 *   for (let i = 0; i < 100; i++) {
 *     yield { inputs: [Float32Array.of(i / 100)], targets: [Int32Array.of(i % 2)] };
 *   }
 * });
 * for await (const batch of stream.shuffle(32, 7).batches({ batchSize: 64 })) {
 *   console.log(batch.size); // 64, then 36
 * }
 * ```
 */
export class DataStream implements Schema {
  /** One field for each input of the model. */
  readonly inputs: readonly Field[];
  /** One field for each target. */
  readonly targets: readonly Field[];
  /** What an example counts in the loss, where not all count the same: see {@linkcode Schema}. */
  readonly weights?: readonly Field[];
  /** The names of the classes, by label, where target 0 is a class. */
  readonly classes?: readonly string[];
  /** Constants for input 0 where that is a uint8 image. */
  readonly normalization?: Normalization;
  readonly #source: StreamSource;
  /** Whether it has this process's share alone: see {@linkcode DataStream.ownShare}. */
  readonly isOwnShare: boolean = false;
  /** How many times it was mapped: each time draws random numbers of its own. */
  #maps = 0;
  #ahead = 0;

  /** A stream of what `source` yields; every example is checked against `schema`. */
  constructor(schema: Schema, source: StreamSource, isOwnShare = false) {
    if (!Array.isArray(schema?.inputs) || typeof source !== "function") {
      throw new TypeError(
        "DataStream: expected a schema { inputs, targets } and a function that yields examples, found " +
          `${describeValue(schema)} and ${describeValue(source)}`,
      );
    }
    this.isOwnShare = isOwnShare;
    this.inputs = schema.inputs;
    this.targets = schema.targets;
    if (schema.weights?.length) this.weights = schema.weights;
    if (schema.classes) this.classes = schema.classes;
    if (schema.normalization) this.normalization = schema.normalization;
    this.#source = source;
  }

  /** The examples of one pass; `seed` is that of the random numbers which `map` hands out. */
  async *examples(epoch = 0, seed = 0): AsyncGenerator<Example> {
    let index = 0;
    for await (const example of this.#source(epoch, seed)) {
      checkExample(this, example, `stream: example ${index++}`);
      yield example;
    }
  }

  /** The examples of epoch 0. */
  [Symbol.asyncIterator](): AsyncGenerator<Example> {
    return this.examples();
  }

  /**
   * Examples changed by a function, or by a pipeline of `augmentation`, as they pass; `schema`
   * declares what changes in shape or dtype. `index` counts the examples that pass; epoch and random numbers are as in
   * {@linkcode Dataset.map}. An example that is returned without weights keeps those that it had.
   */
  map(
    change: ExampleTransform | SchemaTransform,
    schema: Partial<Schema> = {},
  ): DataStream {
    if (typeof change !== "function") {
      checkTransform(change);
      const made = change.forSchema(this);
      return this.map(made.transform, { ...made.schema, ...schema });
    }
    return this.#mapped(change, schema, 1);
  }

  /**
   * Examples changed on threads by a module of your own, several at a time and in their order: see
   * {@linkcode Dataset.parallelMap}.
   */
  parallelMap(module: string | URL, given: ParallelMapOptions = {}): DataStream {
    const { transform, schema = {}, atOnce } = onThreads(module, given);
    return this.#mapped(transform, schema, atOnce);
  }

  /** Examples changed by a function, so many of them at a time. */
  #mapped(change: ExampleTransform, schema: Partial<Schema>, atOnce: number): DataStream {
    const lane = this.#maps, result = changedSchema(this, schema);
    const changed = async (example: Example, index: number, epoch: number, seed: number) => {
      const { random } = new Draw(seed, epoch, index, lane);
      const made = await change(example, index, epoch, random);
      const { weights = example.weights } = made ?? {};
      return result.weights ? { ...made, weights: weights! } : made;
    };
    const stream = this.#changed(async function* (examples, epoch, seed) {
      let index = 0;
      const waiting: Promise<Example>[] = [];
      for await (const example of examples) {
        // The next may be written into the same arrays.
        const own = atOnce === 1 ? example : structuredClone(example);
        const promise = changed(own, index++, epoch, seed);
        // It may fail while an earlier one is awaited; that is thrown when its turn comes.
        promise.catch(() => {});
        waiting.push(promise);
        if (waiting.length >= atOnce) yield await waiting.shift()!;
      }
      while (waiting.length > 0) yield await waiting.shift()!;
    }, result);
    stream.#maps = lane + 1;
    return stream;
  }

  /** The first `count` examples, fewer where the stream ends before. */
  take(count: number): DataStream {
    positiveInteger().read(count, "take");
    return this.#changed(async function* (examples) {
      let left = count;
      for await (const example of examples) {
        yield example;
        if (--left === 0) return;
      }
    });
  }

  /** All but the first `count` examples. */
  skip(count: number): DataStream {
    integer({ least: 0 }).read(count, "skip");
    return this.#changed(async function* (examples) {
      let left = count;
      for await (const example of examples) if (left-- <= 0) yield example;
    });
  }

  /**
   * Examples in a random order, drawn from a buffer of the next `bufferSize`: the larger, the better
   * mixed. The order depends on `seed` and the epoch alone.
   */
  shuffle(bufferSize: number, seed: number): DataStream {
    positiveInteger().read(bufferSize, "shuffle: bufferSize");
    return this.#changed(async function* (examples, epoch) {
      const random = new Random(seed, epoch), buffer: Example[] = [];
      for await (const example of examples) {
        if (buffer.length < bufferSize) {
          buffer.push(example);
          continue;
        }
        const place = random.integer(bufferSize);
        yield buffer[place]!;
        buffer[place] = example;
      }
      for (const place of random.permutation(buffer.length)) yield buffer[place]!;
    });
  }

  /**
   * The same examples, of which as many batches as `batches` are read while one is used, where a stream
   * reads none ahead by itself. They bound the memory that reading ahead takes.
   */
  prefetch(batches: number): DataStream {
    const stream = this.#changed((examples) => examples);
    stream.#ahead = streamSchema.prefetch.read(batches, "prefetch");
    return stream;
  }

  /**
   * Says that the stream has this process's examples alone, as it reads every n-th shard; those of the
   * group's other processes read the others. `fit` then takes all of it for its shares of batches, and an
   * epoch ends when the streams of all have. Without, every process reads the whole stream and keeps its
   * share of each batch, which are the batches that one process would have.
   *
   * ```ts ignore
   * const mine = (await shardsOf("train-{0000..0099}.tar")).filter((_, i) => i % group.size === group.rank);
   * const train = imageStream(webDataset(mine), { size: 64, classes }).shuffle(1000, 1).ownShare();
   * ```
   */
  ownShare(): DataStream {
    const stream = new DataStream(this, (epoch, seed) => this.examples(epoch, seed), true);
    stream.#maps = this.#maps;
    stream.#ahead = this.#ahead;
    return stream;
  }

  /** A stream of what `change` makes of the examples of each epoch. */
  #changed(
    change: (
      examples: AsyncIterable<Example>,
      epoch: number,
      seed: number,
    ) => AsyncIterable<Example>,
    schema: Schema = this,
  ): DataStream {
    const source: StreamSource = (epoch, seed) => change(this.examples(epoch, seed), epoch, seed);
    const stream = new DataStream(schema, source, this.isOwnShare);
    stream.#maps = this.#maps;
    stream.#ahead = this.#ahead;
    return stream;
  }

  /** Batches of `size` examples; the short form of {@linkcode DataStream.batches}. */
  batch(size: number): AsyncIterable<Batch> {
    return this.batches({ batchSize: size });
  }

  /**
   * One epoch in batches; only the batch being filled is held in memory.
   *
   * @throws {RangeError} for a batch size out of range, or (while reading) a stream with no example
   */
  batches(given: StreamBatchesOptions): AsyncIterable<Batch> {
    const { prefetch = this.#ahead, ...cut } = options("batches", given, streamSchema);
    return askAhead(this.#batches(cut), prefetch);
  }

  /** One epoch in batches of tensors: see {@linkcode Dataset.tensors}. */
  async *tensors(given: StreamBatchesOptions): AsyncIterable<TensorBatch> {
    for await (const batch of this.batches(given)) yield tensorBatch(this, batch);
  }

  async *#batches(
    { batchSize, epoch, seed, start, dropRemainder, share }: Values<typeof cutSchema>,
  ) {
    let batch: Batch | undefined, row = 0, count = 0;
    const own = share && this.isOwnShare ? placesOf(batchSize, share) : undefined;
    const size = own === undefined ? batchSize : own.end - own.first;
    const cut = (batch: Batch): Batch =>
      own === undefined
        ? shareOf(this, batch, share)
        : { ...batch, share: { first: own.first, of: batchSize } };
    if (size === 0) return;
    for await (const example of this.examples(epoch, seed)) {
      if (count++ < start * size) continue;
      batch ??= emptyBatch(this, size);
      copyRow(this, example, 0, batch, row++);
      if (row < size) continue;
      yield cut(batch);
      batch = undefined;
      row = 0;
    }
    if (count === 0) throw new RangeError("stream: expected at least 1 example, found none");
    if (batch && !dropRemainder) yield cut(firstRows(batch, row));
  }

  /** Reads the whole stream (epoch 0) into memory. */
  async collect(): Promise<Dataset> {
    const batches: Batch[] = [];
    for await (const batch of this.batches({ batchSize: 64 })) batches.push(batch);
    const { arrayDataset } = await import("./array_dataset.ts");
    return arrayDataset({
      ...joinedBatches(this, batches),
      ...pick<Schema, "classes" | "normalization">(this, "classes", "normalization"),
    });
  }
}

/** One's share of a batch; where a stream ends is known only when it has ended. */
function shareOf(schema: Schema, batch: Batch, share: Share | undefined): Batch {
  if (share === undefined) return batch;
  const { first, end } = placesOf(batch.size, share);
  const own = keptRows(schema, batch, (row) => row >= first && row < end);
  return { ...own, share: { first, of: batch.size } };
}
