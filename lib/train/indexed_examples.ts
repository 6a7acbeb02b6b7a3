import { describeValue, wrongType } from "../core/errors.ts";
import { options } from "../core/options.ts";
import type { Normalization } from "../core/preprocessing.ts";
import { type Batch, type Field, type Schema, type TensorBatch, tensorBatch } from "./batch.ts";
import {
  atOnce,
  batchCountOf,
  type Batches,
  batchesOf,
  type BatchesOptions,
  type DrawOptions,
  drawSchema,
  filled,
  usualAhead,
} from "./batches.ts";
import { textOf } from "./dataset_text.ts";
import type { Draw } from "./draw.ts";
import type { Reading } from "./reading.ts";

/**
 * Examples under an index from 0 to `length - 1`, read singly or in batches of typed arrays. Images
 * stay uint8 here; the device converts and normalises them. {@linkcode Dataset} adds views of them.
 */
export abstract class IndexedExamples implements Schema {
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

  /** How examples are drawn anew for each epoch, in words, where {@linkcode Dataset.sample} draws them. */
  readonly sampling?: string;

  /**
   * Batches that are read while one is used, where examples take time to read; 2, unless
   * {@linkcode Dataset.prefetch} says otherwise.
   */
  readonly ahead: number = usualAhead;

  /** Sets the optional parts of the schema. */
  constructor(schema: Pick<Schema, "weights" | "classes" | "normalization"> = {}) {
    if (!(schema instanceof Object)) {
      throw wrongType("Dataset", "{ weights, classes, normalization }", describeValue(schema));
    }
    const { weights, classes, normalization } = schema;
    if (weights?.length) this.weights = weights;
    if (classes) this.classes = classes;
    if (normalization) this.normalization = normalization;
  }

  /**
   * The label of each example, where target 0 is one and they are known without reading examples, as
   * those of arrays and of image files are.
   */
  get labels(): ArrayLike<number> | undefined {
    return undefined;
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
    return atOnce(filled(this, indices, { into, seed, epoch }), "batch");
  }

  /**
   * Examples in the order of `indices`, also those that take time to read: several are read at a time.
   *
   * @throws {SyntaxError} for a corrupt image among them
   */
  async load(indices: ArrayLike<number>, given: DrawOptions = {}): Promise<Batch> {
    const { seed, epoch } = options("load", given, drawSchema);
    return await filled(this, indices, { seed, epoch, strict: true });
  }

  /** One example, as a batch of size 1. */
  get(index: number, given: DrawOptions = {}): Batch {
    return this.batch([index], undefined, given);
  }

  /** The number of batches in an epoch. */
  batchCount(batchSize: number, dropRemainder = false): number {
    return batchCountOf(this.length, batchSize, dropRemainder);
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
    return batchesOf(this, given, this.ahead);
  }

  /**
   * One epoch in batches of tensors, cut as {@linkcode Dataset.batches} cuts it: for a training loop
   * of one's own. Images stay bytes, and the model makes numbers of them: by its normalization where it has
   * one (`model.normalization = data.normalization`, which is what `fit` does), else as x / 255. What it
   * has learnt with, by `apply` with weights, it keeps: `evaluate`, `predict` and `save` go by the same.
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
    const { labelsOf } = await import("./labels.ts");
    const labels = await labelsOf(this, "classCounts");
    const counts = this.classes!.map(() => 0);
    for (let i = 0; i < labels.length; i++) if (labels[i]! >= 0) counts[labels[i]!]!++;
    return counts;
  }

  /** One line: how many examples there are, of what, and how balanced their classes are. */
  toString(): string {
    return textOf(this);
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}
