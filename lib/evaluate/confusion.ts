import { describeValue } from "../core/errors.ts";
import { integer } from "../core/option_kinds.ts";

/** How often a class was taken for another. */
export interface Confusion {
  /** The right class. */
  readonly label: number;
  /** The class that was most probable. */
  readonly predicted: number;
  /** How often. */
  readonly count: number;
}

/** The results of a class. */
export interface ClassResult {
  /** The class, by number. */
  readonly label: number;
  /** Examples of it. */
  readonly count: number;
  /** Those that were recognised. */
  readonly right: number;
  /** Examples of other classes that were taken for it. */
  readonly wronglyPredicted: number;
}

/** How often each class (row) was taken for each (column); counted as examples come. */
export class ConfusionMatrix {
  /** The number of classes. */
  readonly classes: number;
  /** The counts, row by row: [classes, classes]. */
  readonly counts: Uint32Array;

  /** A matrix of zeros. */
  constructor(classes: number) {
    integer({ least: 1, most: 16384 }).read(classes, "confusionMatrix: classes");
    this.classes = classes;
    this.counts = new Uint32Array(classes * classes);
  }

  #index(label: number, predicted: number): number {
    for (const [name, value] of Object.entries({ label, predicted })) {
      if (Number.isInteger(value) && value >= 0 && value < this.classes) continue;
      throw new RangeError(
        `confusionMatrix: ${name}: expected a class from 0 to ${this.classes - 1}, found ${value}`,
      );
    }
    return label * this.classes + predicted;
  }

  /** Counts an example. */
  add(label: number, predicted: number): void {
    this.counts[this.#index(label, predicted)]!++;
  }

  /** How often `label` was taken for `predicted`. */
  at(label: number, predicted: number): number {
    return this.counts[this.#index(label, predicted)]!;
  }

  /** The classes of which there were examples, or which were predicted. */
  perClass(): ClassResult[] {
    const n = this.classes, rows = new Uint32Array(n), columns = new Uint32Array(n);
    this.counts.forEach((count, i) => {
      if (count === 0) return;
      rows[Math.floor(i / n)]! += count;
      columns[i % n]! += count;
    });
    return Array.from(rows, (count, label) => {
      const right = this.counts[label * n + label]!;
      return { label, count, right, wronglyPredicted: columns[label]! - right };
    }).filter(({ count, wronglyPredicted }) => count + wronglyPredicted > 0);
  }

  /** The `limit` pairs of different classes that were confused most often, most often first. */
  mostConfused(limit = 10): Confusion[] {
    const pairs: Confusion[] = [];
    this.counts.forEach((count, i) => {
      const label = Math.floor(i / this.classes), predicted = i % this.classes;
      if (count > 0 && label !== predicted) pairs.push({ label, predicted, count });
    });
    return pairs.sort((a, b) => b.count - a.count).slice(0, limit);
  }
}

/**
 * How often each class was taken for each: the row is the label, the column the prediction.
 *
 * ```ts
 * import { confusionMatrix } from "@striate/striate";
 * const matrix = confusionMatrix([0, 0, 1, 2], [0, 1, 1, 1], 3);
 * console.log(matrix.at(0, 1), matrix.mostConfused(1)); // 1 [{ label: 0, predicted: 1, count: 1 }]
 * ```
 *
 * @throws {TypeError} for lists of different lengths
 * @throws {RangeError} for a class that is none
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): ConfusionMatrix {
  for (const [name, list] of Object.entries({ labels, predictions })) {
    if (typeof list?.length === "number") continue;
    throw new TypeError(
      `confusionMatrix: ${name}: expected a list of numbers, found ${describeValue(list)}`,
    );
  }
  if (labels.length !== predictions.length) {
    throw new TypeError(
      `confusionMatrix: expected as many predictions as labels, found ${predictions.length} and ${labels.length}`,
    );
  }
  const matrix = new ConfusionMatrix(classes);
  for (let i = 0; i < labels.length; i++) matrix.add(labels[i]!, predictions[i]!);
  return matrix;
}
