/**
 * What a model is trained on: examples under an index, and views of them.
 *
 * @module
 */
import { describeValue } from "../core/errors.ts";
import { pick } from "../core/options.ts";
import { Random } from "../core/random.ts";
import {
  type Batch,
  changedSchema,
  checkAlike,
  copyRow,
  type Field,
  type Schema,
} from "./batch.ts";
import { batchesSchema, checkInteger, usualAhead } from "./batches.ts";
import type { Columns } from "./columns.ts";
import { Draw } from "./draw.ts";
import { IndexedExamples } from "./indexed_examples.ts";
import { keptIn } from "./kept.ts";
import { type ReadExample, type Reading, readInTurn } from "./reading.ts";
import type { SamplingOptions } from "./sampling.ts";
import { partsOf, type SplitOptions } from "./split.ts";
import {
  changedBy,
  checkTransform,
  type ExampleTransform,
  onThreads,
  type ParallelMapOptions,
  type SchemaTransform,
} from "./transform.ts";

export type { Batch, Example, Field, Schema, Share, TensorBatch } from "./batch.ts";
export type { Batches, BatchesOptions, DrawOptions } from "./batches.ts";
export type { Draw } from "./draw.ts";
export type { ReadExample, Reading } from "./reading.ts";
export type { SamplingOptions } from "./sampling.ts";
export type { SplitOptions } from "./split.ts";
export type { ExampleTransform, ParallelMapOptions, SchemaTransform } from "./transform.ts";

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
 * import { arrayDataset } from "@striate/striate";
 *
 * const squares = arrayDataset({ inputs: [[0], [1], [2], [3]], targets: [[0], [1], [4], [9]] });
 * const [train, test] = squares.split(3);
 * for (const batch of train.batches({ batchSize: 2, shuffle: 7 })) {
 *   console.log(batch.size, batch.inputs[0]); // 2 Float32Array [ … ], then 1 Float32Array [ … ]
 * }
 * console.log(test.length); // 1
 * ```
 */
export abstract class Dataset extends IndexedExamples {
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
   * `stratify` splits each class by itself, so that both parts have its share, to whole examples, and
   * one at least; a part may then differ from `part` by an example for each class.
   *
   * ```ts
   * import { arrayDataset } from "@striate/striate";
   *
   * const data = arrayDataset({ inputs: [1, 2, 3, 4, 5, 6], targets: [0, 0, 0, 0, 1, 1], classes: 2 });
   * const [train, test] = data.split(0.5, { seed: 1, stratify: true });
   * console.log(await train.classCounts(), await test.classCounts()); // [ 2, 1 ] [ 2, 1 ]
   * ```
   *
   * @throws {RangeError} for a part that is empty; where a class with a name would be in the second part
   * alone, as with examples sorted by class: nothing could be learned of it; or with `stratify` for a
   * class of a single example
   * @throws {TypeError} with `stratify` where target 0 is no class with a name, or labels are not known
   * before examples are read, as after `map`: split first
   */
  split(part: number, given: number | SplitOptions = {}): [Dataset, Dataset] {
    const [first, second] = partsOf(this, part, given);
    return [subset(this, first), subset(this, second)];
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
   * import { arrayDataset } from "@striate/striate";
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
      checkTransform(change);
      const made = change.forSchema(this);
      return this.map(made.transform, { ...made.schema, ...schema });
    }
    const result = changedSchema(this, schema);
    const read = changedBy(change, this, result);
    return viewOf(this, { schema: result, read, labels: () => undefined });
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
    const { transform, schema } = onThreads(module, given);
    return this.map(transform, schema);
  }

  /** The examples of this data set, then those of `others`, which must have the same fields. */
  concatenate(...others: Dataset[]): Dataset {
    for (const other of others) {
      if (!(other instanceof Dataset)) {
        throw new TypeError(`concatenate: expected data sets, found ${describeValue(other)}`);
      }
      checkAlike(this, other, "concatenate");
    }
    const parts = [this, ...others];
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const labels = () => {
      const all = parts.map(({ labels }) => labels);
      return all.some((one) => one === undefined)
        ? undefined
        : all.flatMap((labels) => Array.from(labels!));
    };
    const sampling = joinedSampling(...parts.map(({ sampling }) => sampling));
    return viewOf(this, { length, read: readInTurn(parts), labels, sampling });
  }

  /**
   * The same examples, of which those that are read first stay in memory, up to `bytes` (1 GiB by
   * default): later epochs do not read them again. They are read as for epoch 0 of seed 0; what is to
   * differ from epoch to epoch is drawn by a `map` or `sample` after it.
   */
  cache(bytes: number = 2 ** 30): Dataset {
    checkInteger(bytes, 0, Number.MAX_SAFE_INTEGER, "cache: bytes");
    return viewOf(this, { read: keptIn(bytes, this) });
  }

  /**
   * The same examples, of which as many batches as `batches` are read while one is used: 2 without it.
   * More smooth out what takes now less, now more time; 0 reads a batch when it is wanted. They bound
   * the memory that reading ahead takes. Examples that are at hand are never read ahead.
   */
  prefetch(batches: number): Dataset {
    return viewOf(this, { ahead: batchesSchema.prefetch.read(batches, "prefetch") });
  }

  /**
   * Examples drawn anew for each epoch, by `weights` of theirs or with all classes equally often
   * (`balanced`), for data in which some are rare. The seed and the epoch alone decide which are drawn:
   * `fit` gives its own, and a resumed run draws the same. What is random in an example, such as
   * augmentation, differs from one draw of it to the next.
   *
   * ```ts
   * import { arrayDataset } from "@striate/striate";
   *
   * const data = arrayDataset({ inputs: [[1], [2], [3], [4]], targets: [0, 0, 0, 1], classes: 2 });
   * console.log(await (await data.sample({ balanced: true })).classCounts()); // [ 2, 2 ]
   * const often = await data.sample({ weights: [0, 0, 1, 3], length: 100 });
   * console.log(often.length, (await often.classCounts())[1]! > 50); // 100 true
   * ```
   *
   * `evaluate`, `predict` and `classCounts` see what is drawn for epoch 0 of seed 0. `balanced` reads all
   * examples once where `labels` are not known before, as after `map`: sample first, and map then.
   *
   * @throws {RangeError} for weights that are not one for each example, below 0 or all 0, or a length out
   * of range
   * @throws {TypeError} for neither or both of `weights` and `balanced`, or `balanced` where target 0 is
   * no class with a name
   */
  async sample(given: SamplingOptions): Promise<Dataset> {
    // Most training sees each example once an epoch.
    const { samplingOf } = await import("./sampling.ts");
    const { length, orderOf, name } = await samplingOf(this, given);
    return viewOf(this, {
      length,
      sampling: joinedSampling(this.sampling, name),
      read: (index, batch, row, draw) =>
        this.read(orderOf(draw.seed, draw.epoch)[index]!, batch, row, draw),
      labels: () => picked(this.labels, orderOf(0, 0)),
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
    const { examplesOf } = await import("./columns.ts");
    const { joinedBatches } = await import("./joined_batches.ts");
    const collected = {
      ...joinedBatches(this, batches),
      ...pick<Schema, "classes" | "normalization">(this, "classes", "normalization"),
    };
    return inMemory(examplesOf(collected));
  }
}

/**
 * A data set of `length` examples that `read` copies to a row of a batch, drawn, decoded or looked
 * up as it likes: the short way to a {@linkcode Dataset} without writing a class. `labels` gives the
 * labels, where target 0 is one and they are known without reading.
 *
 * ```ts
 * import { makeDataset } from "@striate/striate";
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
export function makeDataset(
  length: number,
  schema: Schema,
  read: ReadExample,
  labels?: () => ArrayLike<number> | undefined,
): Dataset {
  checkInteger(length, 1, 2 ** 32 - 1, "makeDataset: length");
  if (![schema?.inputs, schema?.targets].every(Array.isArray)) {
    throw new TypeError(
      `makeDataset: expected the fields as { inputs: [{ shape, dtype }], targets: [...] }, found ${
        describeValue(schema)
      }`,
    );
  }
  if (typeof read !== "function") {
    throw new TypeError(
      `makeDataset: expected a function that reads an example, found ${describeValue(read)}`,
    );
  }
  return new Made({ length, schema, read, ...labels && { labels } });
}

/** The label of each example, where they are known without reading any. */
type Labels = () => ArrayLike<number> | undefined;

/** What a data set is made of. */
interface DatasetParts {
  readonly length: number;
  readonly schema: Schema;
  readonly read: ReadExample;
  readonly labels?: Labels;
  readonly sampling?: string | undefined;
  readonly ahead?: number;
}

class Made extends Dataset {
  readonly inputs: readonly Field[];
  readonly targets: readonly Field[];
  override readonly length: number;
  declare readonly sampling?: string;
  override readonly ahead: number;
  readonly #read: ReadExample;
  readonly #labels: Labels | undefined;

  constructor({ length, schema, read, labels, sampling, ahead = usualAhead }: DatasetParts) {
    super(schema);
    if (sampling) this.sampling = sampling;
    this.length = length;
    this.inputs = schema.inputs;
    this.targets = schema.targets;
    this.ahead = ahead;
    this.#read = read;
    this.#labels = labels;
  }

  override get labels(): ArrayLike<number> | undefined {
    return this.#labels?.();
  }

  override read(index: number, batch: Batch, row: number, draw = new Draw(0, 0, index)): Reading {
    if (!Array.isArray(batch?.inputs)) {
      throw new TypeError(
        `read: expected a batch to copy the example to, and its row there, found ${
          describeValue(batch)
        }; get(${index}) gives one example, await load([${index}]) also one that takes time`,
      );
    }
    return this.#read(index, batch, row, draw);
  }
}

/** A data set that is read by way of another: what is not changed stays as it is there. */
export function viewOf(source: Dataset, changes: Partial<DatasetParts>): Dataset {
  return new Made({
    length: source.length,
    schema: source,
    read: (index, batch, row, draw) => source.read(index, batch, row, draw),
    labels: () => source.labels,
    sampling: source.sampling,
    ahead: source.ahead,
    ...changes,
  });
}

/** How examples are drawn by one sampling after another, or by those of several parts. */
const joinedSampling = (...names: readonly (string | undefined)[]): string | undefined =>
  names.filter((name) => name !== undefined).join(" and ") || undefined;

/** Some labels, in the order of `indices`. */
const picked = (labels: ArrayLike<number> | undefined, indices: Uint32Array) =>
  labels && Array.from(indices, (index) => labels[index]!);

/** Some examples of `source`, in the order of `indices`. */
function subset(source: Dataset, indices: Uint32Array): Dataset {
  return viewOf(source, {
    length: indices.length,
    read: (index, batch, row, draw) => source.read(indices[index]!, batch, row, draw),
    labels: () => picked(source.labels, indices),
  });
}

/** Examples that are arrays in memory, as `columns.ts` checks them. */
export function inMemory({ length, schema, examples }: Columns): Dataset {
  const [labels] = schema.targets;
  const read: ReadExample = (index, batch, row) => copyRow(schema, examples, index, batch, row);
  const areLabels = labels !== undefined && labels.dtype !== "f32" && labels.shape.length === 0;
  return makeDataset(length, schema, read, areLabels ? () => examples.targets[0]! : undefined);
}
