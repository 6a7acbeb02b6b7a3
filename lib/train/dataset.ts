/**
 * What a model is trained on: examples under an index, served as batches of typed arrays. Images
 * stay uint8 here; the device converts and normalises them.
 *
 * @module
 */
import { describeValue } from "../core/errors.ts";
import { anything, custom, flag, integer, object, positiveInteger } from "../core/option_kinds.ts";
import { options, pick, type Schema as OptionSchema, type Values } from "../core/options.ts";
import type { Normalization } from "../core/preprocessing.ts";
import { Random } from "../core/random.ts";
import { checkNormalization } from "../nn/preprocess.ts";
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
  formatFields,
  joinedBatches,
  keptRows,
  onSides,
  type Schema,
  type TensorBatch,
  tensorBatch,
} from "./batch.ts";
import { type ArraySources, checkLabels, checkWeights, columnsOf } from "./columns.ts";
import { Draw } from "./draw.ts";
import { after, type Reading } from "./reading.ts";
import { readAhead } from "./read_ahead.ts";

export type { NestedNumbers } from "../tensor/print.ts";
export type { ArraySource, ArraySources } from "./columns.ts";
export type { Batch, Example, Field, Schema, TensorBatch } from "./batch.ts";
export type { Draw } from "./draw.ts";
export type { Reading } from "./reading.ts";

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
   * Batches that are read while one is used, where examples take time to read; 2 by default. They
   * bound the memory that reading ahead takes.
   */
  readonly prefetch?: number;
}

/** The batches of an epoch: by `for await` those of any data set, by `for` those that are at hand. */
export type Batches = Iterable<Batch> & AsyncIterable<Batch>;

/**
 * Changes one example. `index` is its place in the data set that is mapped, `epoch` counts from 0,
 * and `random` is the example's own: it depends on the seed, the epoch and the example's place alone.
 * An example that is returned without weights keeps those that it had.
 */
export type ExampleTransform = (
  example: Example,
  index: number,
  epoch: number,
  random: Random,
) => Example | Promise<Example>;

/**
 * What changes examples and says itself how: it is made for the fields of what it maps, and refuses
 * what does not fit before any example is read. The pipelines of `augmentation` are such.
 */
export interface SchemaTransform {
  /** What it does to examples of a schema, and what it changes in that. */
  forSchema(
    schema: Schema,
  ): { readonly transform: ExampleTransform; readonly schema: Partial<Schema> };
}

/** How {@linkcode Dataset.parallelMap} changes examples. */
export interface ParallelMapOptions {
  /** What the module's function is told: plain data. */
  readonly settings?: unknown;
  /** What changes in shape or dtype, as for {@linkcode Dataset.map}. */
  readonly schema?: Partial<Schema>;
  /** Threads; by default one a core but one, from 1 to 8. */
  readonly threads?: number;
}

const parallelSchema = {
  settings: anything,
  schema: object<Partial<Schema>>("fields by side"),
  threads: positiveInteger(),
} satisfies OptionSchema<ParallelMapOptions>;

const drawSchema = { epoch: cutSchema.epoch, seed: cutSchema.seed } satisfies OptionSchema<
  DrawOptions
>;

const batchesSchema = {
  ...cutSchema,
  shuffle: custom<number | false, false>(
    "a seed or false",
    (value): value is number | false => value === false || Number.isSafeInteger(value),
    false,
  ),
  reuse: flag(false),
  prefetch: integer({ least: 0 }, 2),
} satisfies OptionSchema<BatchesOptions>;

/** Checks a count or position given by a user: an integer from `least` to `most`. */
function checkInteger(value: number, least: number, most: number, what: string): void {
  integer({ least, most }).read(value, what);
}

/** The examples of an epoch in their order, by index. */
export const orderOf = (length: number, shuffle: number | false, epoch: number): Uint32Array =>
  shuffle === false
    ? Uint32Array.from({ length }, (_, index) => index)
    : new Random(shuffle, epoch).permutation(length);

/**
 * Examples under an index from 0 to `length - 1`. A subclass gives `length`, the fields and
 * `read`; everything else follows. Views (`take`, `split`, `shuffle`, `map` …) copy no examples.
 *
 * Examples may take time to read, as images that are decoded ({@linkcode imageFolder}). They are read
 * by `await data.load(indices)` and `for await (const batch of data.batches(…))`, several at a time and
 * ahead of their use; `fit`, `evaluate`, `predict` and pictures do so. What reads at once (`get`,
 * `batch`, `for … of`) takes those of `await data.collect()`.
 *
 * ```ts
 * import { arrayDataset } from "./dataset.ts";
 *
 * const squares = arrayDataset({ inputs: [[0], [1], [2], [3]], targets: [[0], [1], [4], [9]] });
 * const [train, test] = squares.split(3);
 * for (const batch of train.batches({ batchSize: 2, shuffle: 7 })) {
 *   console.log(batch.size, batch.inputs[0]); // 2 Float32Array [ … ], then 1 Float32Array [ … ]
 * }
 * console.log(test.length); // 1
 * ```
 */
export abstract class Dataset implements Schema {
  /** The number of examples, at least 1. */
  abstract readonly length: number;
  /** One field for each input of the model. */
  abstract readonly inputs: readonly Field[];
  /** One field for each target. */
  abstract readonly targets: readonly Field[];
  /** What an example counts in the loss, where not all count the same: see {@linkcode Schema}. */
  readonly weights?: readonly Field[];
  /** The names of the classes, by label, where target 0 is a class. */
  readonly classes?: readonly string[];
  /** Constants for input 0 where that is a uint8 image. */
  readonly normalization?: Normalization;

  /** Sets the optional parts of the schema. */
  constructor(
    { weights, classes, normalization }: Pick<Schema, "weights" | "classes" | "normalization"> = {},
  ) {
    if (weights?.length) this.weights = weights;
    if (classes) this.classes = classes;
    if (normalization) this.normalization = normalization;
  }

  /**
   * Copies example `index` to row `row` of the arrays of `batch`, at once or in time. What is random in
   * it is drawn from `draw`, which views hand on to what they are views of.
   */
  abstract read(index: number, batch: Batch, row: number, draw?: Draw): Reading;

  /**
   * Examples in the order of `indices`, in new arrays or in those of `into` (of the same size).
   *
   * @throws {TypeError} where examples take time to read: see {@linkcode Dataset.load}
   */
  batch(indices: ArrayLike<number>, into?: Batch, given: DrawOptions = {}): Batch {
    const { seed, epoch } = options("batch", given, drawSchema);
    return atOnce(this.#fill(indices, into, seed, epoch), "batch");
  }

  /**
   * Examples in the order of `indices`, also those that take time to read: several are read at a time.
   *
   * @throws {SyntaxError} for a corrupt image among them
   */
  async load(indices: ArrayLike<number>, given: DrawOptions = {}): Promise<Batch> {
    const { seed, epoch } = options("load", given, drawSchema);
    return await this.#fill(indices, undefined, seed, epoch, true);
  }

  /** Fills a batch; what cannot be read is left out, or with `strict` thrown. */
  #fill(
    indices: ArrayLike<number>,
    into: Batch | undefined,
    seed: number,
    epoch: number,
    strict = false,
  ): Batch | Promise<Batch> {
    positiveInteger().read(indices.length, "batch: the number of indices");
    const batch = into ?? emptyBatch(this, indices.length);
    if (batch.size !== indices.length) {
      throw new RangeError(
        `batch: expected a batch of size ${indices.length} to fill, found size ${batch.size}`,
      );
    }
    const readings: Promise<void | Error>[] = [];
    for (let row = 0; row < indices.length; row++) {
      const index = indices[row]!;
      if (!(index >= 0 && index < this.length)) {
        checkInteger(index, 0, this.length - 1, "batch: index");
      }
      const reading = this.read(index, batch, row, new Draw(seed, epoch, index));
      if (reading instanceof Promise) readings[row] = reading;
    }
    if (readings.length === 0) return batch;
    return Promise.all(readings).then((errors) => {
      const error = errors.find((one) => one instanceof Error);
      if (error === undefined) return batch;
      if (strict) throw error;
      return keptRows(this, batch, (row) => !(errors[row] instanceof Error));
    });
  }

  /** One example, as a batch of size 1. */
  get(index: number, given: DrawOptions = {}): Batch {
    return this.batch([index], undefined, given);
  }

  /** The number of batches in an epoch. */
  batchCount(batchSize: number, dropRemainder = false): number {
    batchesSchema.batchSize.read(batchSize, "batchSize");
    return dropRemainder ? Math.floor(this.length / batchSize) : Math.ceil(this.length / batchSize);
  }

  /**
   * One epoch in batches. The order depends on the seed in `shuffle` and on `epoch` alone, so a
   * resumed run sees from batch `start` on exactly what an uninterrupted one would have seen.
   *
   * By `for await`, examples that take time to read are read ahead. Those that cannot be read are left
   * out of their batch, which is smaller then, down to a `size` of 0.
   *
   * @throws {RangeError} for a batch size, an epoch or a start out of range, or no batch at all
   * @throws {TypeError} by `for`, where examples take time to read
   */
  batches(given: BatchesOptions): Batches {
    const settings = options("batches", given, batchesSchema);
    const { batchSize, shuffle, epoch, start, dropRemainder } = settings;
    const count = this.batchCount(batchSize, dropRemainder);
    if (count === 0) {
      throw new RangeError(
        this.length === 0
          ? "batches: the data set is empty; expected at least 1 example"
          : `batches: ${this.length} examples do not fill one batch of ${batchSize}; ` +
            "use a smaller batchSize or dropRemainder: false",
      );
    }
    checkInteger(start, 0, count, "batches: start");
    const starts = () => this.#starts(orderOf(this.length, shuffle, epoch), count, settings);
    return {
      *[Symbol.iterator]() {
        for (const started of starts()) yield atOnce(started, "batches");
      },
      [Symbol.asyncIterator]: () => readAhead(starts(), settings.prefetch),
    };
  }

  /** The batches of an epoch from `start` on, each read when it is asked for. */
  *#starts(
    order: Uint32Array,
    count: number,
    { batchSize, start, seed, epoch, reuse }: Values<typeof batchesSchema>,
  ): Generator<Batch | Promise<Batch>> {
    let shared: Batch | undefined;
    for (let i = start; i < count; i++) {
      const rows = order.subarray(i * batchSize, (i + 1) * batchSize);
      const whole = shared ?? emptyBatch(this, reuse ? batchSize : rows.length);
      const into = rows.length < whole.size ? firstRows(whole, rows.length) : whole;
      const batch = this.#fill(rows, into, seed, epoch);
      // What is filled in time cannot be filled anew meanwhile.
      shared = reuse && !(batch instanceof Promise) ? whole : undefined;
      yield batch;
    }
  }

  /**
   * One epoch in batches of tensors, cut as {@linkcode Dataset.batches} cuts it: for a training loop
   * of one's own.
   *
   * ```ts
   * import { digits } from "@striate/striate";
   * for (const { x, y } of digits({ train: 64 }).train.tensors({ batchSize: 32, shuffle: 1 })) {
   *   console.log(x.shape, y.shape); // [32, 28, 28, 1] [32]
   * }
   * ```
   */
  tensors(given: BatchesOptions): Iterable<TensorBatch> & AsyncIterable<TensorBatch> {
    const batches = () => this.batches({ reuse: true, ...given });
    const tensors = (batch: Batch) => tensorBatch(this, batch);
    return {
      *[Symbol.iterator]() {
        for (const batch of batches()) yield tensors(batch);
      },
      async *[Symbol.asyncIterator]() {
        for await (const batch of batches()) if (batch.size > 0) yield tensors(batch);
      },
    };
  }

  /** The first `count` examples. */
  take(count: number): Dataset {
    checkInteger(count, 1, this.length, "take");
    return this.slice(0, count);
  }

  /** All but the first `count` examples. */
  skip(count: number): Dataset {
    checkInteger(count, 0, this.length - 1, "skip");
    return this.slice(count, this.length);
  }

  /** The examples from `start` up to, not including, `end` (the end by default). */
  slice(start: number, end: number = this.length): Dataset {
    checkInteger(start, 0, this.length - 1, "slice: start");
    checkInteger(end, start + 1, this.length, "slice: end");
    return subset(this, Uint32Array.from({ length: end - start }, (_, i) => start + i));
  }

  /**
   * Two parts without a common example: the first has `part` examples, or that fraction of them
   * where `part` is below 1. With a `seed`, examples are drawn at random; else the first come first.
   */
  split(part: number, seed?: number): [Dataset, Dataset] {
    const count = part > 0 && part < 1 ? Math.round(part * this.length) : part;
    if (!Number.isInteger(count) || count < 1 || count >= this.length) {
      throw new RangeError(
        `split: expected a fraction between 0 and 1 or a count from 1 to ${this.length - 1} that ` +
          `leaves both parts with examples, found ${
            describeValue(part)
          } of ${this.length} examples`,
      );
    }
    const all: Dataset = seed === undefined ? this : this.shuffle(seed);
    return [all.slice(0, count), all.slice(count)];
  }

  /** The same examples in a fixed random order. (`batches` can shuffle anew in every epoch.) */
  shuffle(seed: number): Dataset {
    return subset(this, new Random(seed).permutation(this.length));
  }

  /**
   * Examples changed by a function, or by a pipeline of `augmentation`, whenever they are read.
   * `schema` declares what changes in shape or dtype; what it does not name stays. Where `inputs`
   * change, `normalization` is dropped unless given, since it belongs to input 0.
   *
   * ```ts
   * import { arrayDataset } from "./dataset.ts";
   *
   * const pixels = arrayDataset({ inputs: { data: new Uint8Array([0, 255]), shape: [1] } });
   * const scaled = pixels.map(
   *   ({ inputs, targets }) => ({ inputs: [Float32Array.from(inputs[0]!, (x) => x / 255)], targets }),
   *   { inputs: [{ shape: [1], dtype: "f32" }] },
   * );
   * console.log(scaled.get(1).inputs[0]); // Float32Array [ 1 ]
   * ```
   *
   * Each call also gets the epoch and random numbers of the example's own, so that what is changed at
   * random differs from epoch to epoch, and repeats with the seed, also in a run that is resumed:
   *
   * ```ts
   * import { digits } from "@striate/striate";
   * const { train } = digits({ train: 64 });
   * const augmented = train.map(({ inputs, targets }, _index, _epoch, random) => {
   *   const darker = random.uniform(0.5, 1);
   *   return { inputs: [inputs[0]!.map((pixel) => darker * pixel)], targets };
   * });
   * const example = augmented.get(5, { epoch: 0, seed: 1 }); // as fit({ seed: 1 }) sees it first
   * console.log(example.size); // 1
   * ```
   *
   * `evaluate`, `predict` and the validation of `fit` always see epoch 0 of seed 0.
   *
   * A function may take time, on threads say, and return a promise: then several examples are
   * changed at a time, and ahead of their use.
   */
  map(change: ExampleTransform | SchemaTransform, schema: Partial<Schema> = {}): Dataset {
    if (typeof change !== "function") {
      const made = change.forSchema(this);
      return this.map(made.transform, { ...made.schema, ...schema });
    }
    const result = changedSchema(this, schema);
    return makeDataset(this.length, result, (index, batch, row, draw) => {
      const source = emptyBatch(this, 1);
      const put = (changed: Example) => {
        const { weights = source.weights } = changed ?? {};
        const example = result.weights ? { ...changed, weights: weights! } : changed;
        checkExample(result, example, `map: example ${index}`);
        copyRow(result, example, 0, batch, row);
      };
      return after(this.read(index, source, 0, draw), () => {
        const changed = change(source, index, draw.epoch, draw.random);
        return changed instanceof Promise ? changed.then(put) : put(changed);
      });
    });
  }

  /**
   * Examples changed on threads by a module of your own: several at a time, ahead of their use, and with
   * the same bits for any number of threads. The module's default export is a function of `settings`,
   * which are plain data, that gives the function which `map` would take:
   *
   * ```ts ignore
   * // darker.ts
   * import type { ExampleTransform } from "@striate/striate";
   * export default ({ least }: { least: number }): ExampleTransform =>
   *   ({ inputs: [image], targets }, _index, _epoch, random) => {
   *     const light = random.uniform(least, 1);
   *     return { inputs: [image!.map((pixel) => light * pixel)], targets };
   *   };
   *
   * // the program
   * const darker = train.parallelMap(new URL("darker.ts", import.meta.url), { settings: { least: 0.5 } });
   * ```
   *
   * @throws {TypeError} for what is no address, or settings that are no plain data; while examples are read, for a module without such an
   * export
   */
  parallelMap(module: string | URL, given: ParallelMapOptions = {}): Dataset {
    const { threads, settings, schema } = options("parallelMap", given, parallelSchema);
    const { href } = new URL(module);
    try {
      structuredClone(settings);
    } catch (error) {
      const message = `parallelMap: settings: expected plain data: ${(error as Error).message}`;
      throw new TypeError(message, { cause: error });
    }
    return this.map(async (example, index, epoch, random) => {
      // It is rare that training has threads of its own.
      const { mapOnThread } = await import("./map_threads.ts");
      return await mapOnThread({ module: href, settings, example, index, epoch }, random, threads);
    }, schema);
  }

  /** The examples of this data set, then those of `others`, which must have the same fields. */
  concatenate(...others: Dataset[]): Dataset {
    const parts = [this, ...others], expected = formatFields(this);
    for (const part of others) {
      if (formatFields(part) !== expected) {
        throw new TypeError(
          `concatenate: expected fields ${expected}, found ${formatFields(part)}`,
        );
      }
    }
    const { classes } = this,
      other = others.find((part) =>
        classes && part.classes && String(part.classes) !== String(classes)
      );
    if (other !== undefined) {
      throw new RangeError(
        `concatenate: expected the same classes in the same order (${classes}), found ` +
          `${other.classes}; map the labels of one of them`,
      );
    }
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    return makeDataset(length, this, (index, batch, row, draw) => {
      let part = 0;
      while (index >= parts[part]!.length) index -= parts[part++]!.length;
      return parts[part]!.read(index, batch, row, draw);
    });
  }

  /**
   * The same examples, of which those that are read first stay in memory, up to `bytes` (1 GiB by
   * default): later epochs do not read them again. They are read as for epoch 0 of seed 0; what is to
   * differ from epoch to epoch is drawn by a `map` after it.
   */
  cache(bytes: number = 2 ** 30): Dataset {
    checkInteger(bytes, 0, Number.MAX_SAFE_INTEGER, "cache: bytes");
    const kept = new Map<number, Batch | Error>();
    const most = Math.floor(bytes / bytesOf(emptyBatch(this, 1)));
    return makeDataset(this.length, this, (index, batch, row, draw) => {
      const found = kept.get(index);
      if (found instanceof Error) return Promise.resolve(found);
      if (found !== undefined) return copyRow(this, found, 0, batch, row);
      const reading = this.read(index, batch, row, new Draw(0, 0, draw.index));
      const keep = (error: void | Error) => {
        if (kept.size >= most) return error;
        const example = emptyBatch(this, 1);
        copyRow(this, batch, row, example, 0);
        kept.set(index, error ?? example);
        return error;
      };
      return reading instanceof Promise ? reading.then(keep) : void keep(reading);
    });
  }

  /**
   * All examples in memory, as epoch 0 of seed 0 has them: for what reads at once. Those that cannot be
   * read are left out.
   *
   * @throws {RangeError} where none can be read
   */
  async collect(): Promise<Dataset> {
    const batches: Batch[] = [];
    for await (const batch of this.batches({ batchSize: 64 })) batches.push(batch);
    const { inputs, targets, weights } = joinedBatches(this, batches);
    return arrayDataset({
      inputs,
      ...targets.length > 0 && { targets },
      ...weights && { weights },
      ...pick<Schema, "classes" | "normalization">(this, "classes", "normalization"),
    });
  }

  /**
   * How many examples each class has, by label: how the data set is balanced.
   *
   * ```ts
   * import { digits } from "@striate/striate";
   * console.log(await digits({ train: 100 }).train.classCounts()); // [ 14, 10, … ]
   * ```
   *
   * @throws {TypeError} where target 0 is no class with a name
   * @throws {RangeError} for a label that no class has
   */
  async classCounts(): Promise<number[]> {
    const { classes, targets: [target] } = this;
    if (classes === undefined || target?.dtype !== "i32" || target.shape.length > 0) {
      throw new TypeError("classCounts: expected target 0 to be the label of a class with a name");
    }
    const counts = classes.map(() => 0);
    for await (const { targets } of this.batches({ batchSize: 64, reuse: true })) {
      for (const label of targets[0]!) {
        checkInteger(label, 0, classes.length - 1, "classCounts: label");
        counts[label]!++;
      }
    }
    return counts;
  }
}

/** A batch that is to be there at once. */
function atOnce(batch: Batch | Promise<Batch>, where: string): Batch {
  if (!(batch instanceof Promise)) return batch;
  batch.catch(() => {});
  throw new TypeError(
    `${where}: the examples of this data set take time to read: await load(indices), go through ` +
      "batches() by for await, or take those of await collect(), which has all in memory",
  );
}

/** The bytes of a batch's arrays. */
function bytesOf({ inputs, targets, weights = [] }: Batch): number {
  return [...inputs, ...targets, ...weights].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/**
 * A data set of `length` examples that `read` copies to a row of a batch, drawn, decoded or looked
 * up as it likes: the short way to a {@linkcode Dataset} without writing a class.
 *
 * ```ts
 * import { makeDataset } from "./dataset.ts";
 *
 * const parity = makeDataset(
 *   1000,
 *   { inputs: [{ shape: [], dtype: "f32" }], targets: [{ shape: [], dtype: "i32" }] },
 *   (index, batch, row) => {
 *     batch.inputs[0]![row] = index;
 *     batch.targets[0]![row] = index % 2;
 *   },
 * );
 * console.log(parity.get(7).targets[0]); // Int32Array [ 1 ]
 * ```
 */
export function makeDataset(length: number, schema: Schema, read: ReadExample): Dataset {
  checkInteger(length, 1, 2 ** 32 - 1, "makeDataset: length");
  return new Made(length, schema, read);
}

/** Copies an example to a row of a batch, as {@linkcode Dataset.read} does. */
export type ReadExample = (index: number, batch: Batch, row: number, draw: Draw) => Reading;

class Made extends Dataset {
  readonly inputs: readonly Field[];
  readonly targets: readonly Field[];
  readonly #read: ReadExample;

  constructor(override readonly length: number, schema: Schema, read: ReadExample) {
    super(schema);
    this.inputs = schema.inputs;
    this.targets = schema.targets;
    this.#read = read;
  }

  override read(index: number, batch: Batch, row: number, draw = new Draw(0, 0, index)): Reading {
    return this.#read(index, batch, row, draw);
  }
}

/** Some examples of `source`, in the order of `indices`. */
function subset(source: Dataset, indices: Uint32Array): Dataset {
  return makeDataset(indices.length, source, (index, batch, row, draw) => {
    return source.read(indices[index]!, batch, row, draw);
  });
}

/** What {@linkcode arrayDataset} makes a data set of. */
export interface ArrayDatasetOptions {
  /** The input, or a list of `{ data, shape }` for several inputs. Nested numbers become f32. */
  readonly inputs: ArraySources;
  /**
   * The target, likewise; may be left out for prediction. A flat list of integers becomes i32
   * labels; for regression on integers give a Float32Array.
   */
  readonly targets?: ArraySources;
  /**
   * What each example counts in the loss, at least 0: one number an example, or a list of
   * `{ data, shape }`, one for each output of a model. The loss is the mean weighted by them.
   */
  readonly weights?: ArraySources;
  /** The names of the classes, or their number; then labels are checked against them. */
  readonly classes?: readonly string[] | number;
  /** Constants for input 0, where that is a uint8 image. */
  readonly normalization?: Normalization;
}

/**
 * A data set in memory. Typed arrays are used as they are, without a copy.
 *
 * ```ts
 * import { arrayDataset } from "./dataset.ts";
 *
 * const xor = arrayDataset({
 *   inputs: [[0, 0], [0, 1], [1, 0], [1, 1]],
 *   targets: [0, 1, 1, 0],
 *   classes: ["same", "different"],
 * });
 * console.log(xor.length, xor.inputs[0], xor.targets[0]);
 * // 4 { shape: [2], dtype: "f32" } { shape: [], dtype: "i32" }
 * ```
 *
 * @throws {TypeError} where data are not of the stated or of one common shape
 * @throws {RangeError} for no examples, unequal counts, or a label outside the classes
 */
export function arrayDataset(options: ArrayDatasetOptions): Dataset {
  const { inputs, targets, weights, classes, normalization } = options;
  const names = typeof classes === "number"
    ? Array.from({ length: classes }, (_, label) => String(label))
    : classes;
  const columns = {
    inputs: columnsOf(inputs, "inputs"),
    targets: columnsOf(targets, "targets"),
    ...weights !== undefined && { weights: columnsOf(weights, "weights") },
  };
  const length = columns.inputs[0]?.count ?? 0;
  for (const [side, list] of Object.entries(columns)) {
    list.forEach(({ count }, i) => {
      if (count === length) return;
      throw new RangeError(
        `arrayDataset: ${side}[${i}] has ${count} examples, but inputs[0] has ${length}`,
      );
    });
  }
  if (length === 0) {
    throw new RangeError("arrayDataset: the data set is empty; expected at least 1 example");
  }
  if (names) checkLabels(columns.targets[0], names);
  columns.weights?.forEach(({ data }, i) => checkWeights(data, `arrayDataset: weights[${i}]`));
  if (normalization) {
    const channels = columns.inputs[0]!.field.shape.at(-1) ?? 1;
    checkNormalization(normalization, channels, "arrayDataset: normalization");
  }
  const schema: Schema = {
    ...onSides(columns, (list) => list.map(({ field }) => field)),
    ...(names && { classes: names }),
    ...(normalization && { normalization }),
  };
  const examples: Example = onSides(columns, (list) => list.map(({ data }) => data));
  return makeDataset(length, schema, (index, batch, row) => {
    copyRow(schema, examples, index, batch, row);
  });
}
