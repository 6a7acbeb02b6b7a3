/**
 * The colour of AlexNet: light of the data set's own colours is added at random.
 *
 * @module
 */
import { wrongType } from "../core/errors.ts";
import { custom, listOf, number, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { checkData } from "../train/model_data.ts";
import { formatField } from "../train/batch.ts";
import type { Dataset } from "../train/dataset.ts";
import { type ByteImage, channelsOf } from "../vision/image.ts";
import { probability, type StepOptions } from "./settings.ts";
import { defineStep } from "./step.ts";

/** The principal components of the colours of images, whose values count from 0 to 1. */
export interface PrincipalColors {
  /** The variance along each component, the largest first. */
  readonly variances: readonly number[];
  /** The components: for each its red, green and blue, a vector of length 1. */
  readonly components: readonly (readonly number[])[];
}

/**
 * The components of ImageNet's colours, as they have been in use since fb.resnet.torch (Gross and
 * Wilber 2016).
 */
export const imagenetColors: PrincipalColors = {
  variances: [0.2175, 0.0188, 0.0045],
  components: [
    [-0.5675, -0.5808, -0.5836],
    [0.7192, -0.0045, -0.6948],
    [0.4009, -0.8140, 0.4203],
  ],
};

/** How {@linkcode principalColors} goes through a data set. */
export interface PrincipalColorsOptions {
  /** How many examples are looked at, drawn at random where there are more; 10,000 by default. */
  readonly examples?: number;
}

const principalSchema = {
  examples: positiveInteger(10_000),
} satisfies Schema<PrincipalColorsOptions>;

/**
 * The principal components of the colours in a data set of images: those of the covariance of all its
 * pixels' red, green and blue, each from 0 to 1.
 *
 * ```ts
 * import { augmentation, shapes } from "@striate/striate";
 * const { train } = shapes({ train: 100, test: 10 });
 * const colors = await augmentation.principalColors(train);
 * const augment = augmentation.pipeline([{ type: "pcaColor", ...colors }]);
 * console.log(colors.variances.length, String(train.map(augment).inputs[0]!.shape)); // 3 32,32,3
 * ```
 *
 * @throws {TypeError} for a data set whose first input is no RGB image of bytes
 */
export async function principalColors(
  dataset: Dataset,
  given: PrincipalColorsOptions = {},
): Promise<PrincipalColors> {
  const { examples } = options("principalColors", given, principalSchema);
  checkData(dataset, "principalColors");
  const field = dataset.inputs[0]!;
  if (field.dtype !== "u8" || field.shape.length !== 3 || field.shape[2] !== 3) {
    throw wrongType("principalColors", "RGB images u8[height, width, 3]", formatField(field));
  }
  const part = dataset.length <= examples ? dataset : dataset.shuffle(0).take(examples);
  const sums = [0, 0, 0], products = [0, 0, 0, 0, 0, 0];
  let pixels = 0;
  for await (const { inputs: [data] } of part.batches({ batchSize: 16, reuse: true })) {
    if (data === undefined) continue;
    for (let at = 0; at < data.length; at += 3) {
      const r = data[at]!, g = data[at + 1]!, b = data[at + 2]!;
      sums[0]! += r;
      sums[1]! += g;
      sums[2]! += b;
      products[0]! += r * r;
      products[1]! += r * g;
      products[2]! += r * b;
      products[3]! += g * g;
      products[4]! += g * b;
      products[5]! += b * b;
    }
    pixels += data.length / 3;
  }
  const covariance = [[0, 1, 2], [1, 3, 4], [2, 4, 5]].map((row, i) =>
    row.map((place, j) =>
      (products[place]! - sums[i]! * sums[j]! / pixels) / Math.max(1, pixels - 1) / 255 ** 2
    )
  );
  return principalComponents(covariance);
}

/** The eigenvectors of a symmetric matrix by Jacobi's rotations, those of the largest values first. */
function principalComponents(matrix: number[][]): PrincipalColors {
  const n = matrix.length, a = matrix.map((row) => [...row]);
  const vectors = a.map((_, i) => a.map((_, j) => Number(i === j)));
  for (let sweep = 0; sweep < 50; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p]![q] === 0) continue;
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1), s = t * c;
        for (let k = 0; k < n; k++) turn(a[k]!, p, q, c, s);
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[p]![k]!, a[q]![k]!];
          a[p]![k] = c * x - s * y;
          a[q]![k] = s * x + c * y;
        }
        for (const row of vectors) turn(row, p, q, c, s);
      }
    }
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j]![j]! - a[i]![i]!);
  return {
    variances: order.map((i) => Math.max(0, a[i]![i]!)),
    components: order.map((i) => {
      const vector = vectors.map((row) => row[i]!);
      // Of the two directions the one whose sum is positive, so that there is one result.
      const sign = vector.reduce((x, y) => x + y) < 0 ? -1 : 1;
      return vector.map((x) => sign * x);
    }),
  };
}

/** Turns two numbers of a row into one another. */
function turn(row: number[], p: number, q: number, c: number, s: number): void {
  const [x, y] = [row[p]!, row[q]!];
  row[p] = c * x - s * y;
  row[q] = s * x + c * y;
}

/** An image with so much added to red, green and blue (counted from 0 to 1), cut off and rounded. */
export function shiftColors(image: ByteImage, shift: readonly number[]): ByteImage {
  const channels = channelsOf(image, "shiftColors"), { width, height, data } = image;
  if (shift.length !== channels) {
    throw wrongType("shiftColors: shift", `${channels} numbers`, shift.length);
  }
  const result = new Uint8ClampedArray(data.length);
  for (let c = 0; c < channels; c++) {
    const more = shift[c]! * 255;
    for (let i = c; i < data.length; i += channels) result[i] = data[i]! + more;
  }
  return { width, height, data: new Uint8Array(result.buffer) };
}

/** Settings of the step "pcaColor". */
export interface PcaColorOptions extends StepOptions {
  /** The standard deviation of the factor of each component; 0.1 by default. */
  readonly standardDeviation?: number;
  /** The variances of the components, as {@linkcode principalColors} finds them; ImageNet's by default. */
  readonly variances?: readonly number[];
  /** The components, likewise. */
  readonly components?: readonly (readonly number[])[];
}

const isVector = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
type Components = PrincipalColors["components"];

const pcaColorSchema = {
  standardDeviation: number({ least: 0 }, 0.1),
  variances: listOf(number({ least: 0 }), imagenetColors.variances),
  components: custom<Components, Components>(
    "three vectors [red, green, blue]",
    (value): value is Components =>
      Array.isArray(value) && value.length === 3 && value.every(isVector),
    imagenetColors.components,
  ),
  probability: probability(),
} satisfies Schema<PcaColorOptions>;

/**
 * Adds to all pixels the sum of the principal components, each times its variance and a normal random
 * number: Krizhevsky, Sutskever and Hinton, NIPS 2012, section 4.1, with values from 0 to 1.
 */
export const pcaColor = defineStep({
  read(where, given) {
    const settings = options(where, given, pcaColorSchema);
    if (settings.variances.length === 3) return settings;
    throw new RangeError(
      `${where}: variances: expected three numbers, found ${settings.variances.length}`,
    );
  },
  shape(shape, _, where) {
    if (shape[2] === 3) return shape;
    throw new TypeError(`${where}: expected RGB images, found grey ones of 1 channel`);
  },
  apply(image, { standardDeviation, variances, components }, random) {
    const shift = [0, 0, 0];
    components.forEach((component, i) => {
      const amount = random.normal(0, standardDeviation) * variances[i]!;
      for (let c = 0; c < 3; c++) shift[c]! += amount * component[c]!;
    });
    return shiftColors(image, shift);
  },
});
