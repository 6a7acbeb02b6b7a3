/**
 * The settings of functions that layers have too: as users write them, and how they are checked.
 *
 * @module
 */
import { describeValue } from "../../core/errors.ts";
import { checkedBy, flag, number, positiveInteger } from "../../core/option_kinds.ts";
import type { Schema } from "../../core/options.ts";
import { formatShape } from "../../core/shape.ts";
import type { Pair } from "../../graph/kernel.ts";
import { checkTensor, type Tensor } from "../tensor.ts";

/** One number for height and width, or one for each. */
export type Size2d = number | readonly [number, number];

/**
 * Elements added around an image: none ("valid"), as many as keep ceil(size / stride) outputs, the
 * odd one at the bottom and right ("same"), the same number on all sides, one for top and bottom and
 * one for left and right, or top, bottom, left, right.
 */
export type Padding =
  | "valid"
  | "same"
  | number
  | readonly [number, number]
  | readonly [number, number, number, number];

const isIntegerFrom = (least: number) => (n: unknown) => Number.isInteger(n) && Number(n) >= least;

/** Checks a size given by a user: an integer, or two, of at least `least`. */
export function pairOf(size: unknown, what: string, least = 1): Pair {
  const pair = typeof size === "number" ? [size, size] : size;
  if (Array.isArray(pair) && pair.length === 2 && pair.every(isIntegerFrom(least))) {
    return pair as [number, number];
  }
  throw new RangeError(
    `${what}: expected an integer of at least ${least}, or two, found ${describeValue(size)}`,
  );
}

/** Checks padding given by a user. */
export function checkPadding(padding: unknown, what: string): asserts padding is Padding {
  if (padding === "valid" || padding === "same") return;
  const list = typeof padding === "number" ? [padding] : padding;
  const lengths = [1, 2, 4];
  if (Array.isArray(list) && lengths.includes(list.length) && list.every(isIntegerFrom(0))) return;
  throw new RangeError(
    `${what}: expected "valid", "same", an integer of at least 0, [height, width] or [top, ` +
      `bottom, left, right], found ${describeValue(padding)}`,
  );
}

/** A size as an option, which stays as it is given: one number or two. */
export const sizeOption = (least = 1) =>
  checkedBy<Size2d>((value, where) => {
    const pair = pairOf(value, where, least);
    return typeof value === "number" ? value : pair;
  });

/** Padding as an option. */
export const paddingOption = checkedBy<Padding>((value, where) => {
  checkPadding(value, where);
  return value;
});

/** A tensor as an option. */
export const tensorOption = checkedBy<Tensor>((value, where) => {
  checkTensor(value, where);
  return value;
});

/** Settings of a convolution as a user writes them. */
export interface ConvolutionOptions {
  /** Step between windows; 1 by default. */
  readonly stride?: Size2d;
  /** See {@linkcode Padding}; "valid" by default. */
  readonly padding?: Padding;
  /** Distance between the elements that a window reads; 1 by default. */
  readonly dilation?: Size2d;
  /** Groups of channels that do not see each other; 1 by default. */
  readonly groups?: number;
}

/** The options of a convolution. */
export const convolutionSchema = {
  stride: sizeOption(),
  padding: paddingOption,
  dilation: sizeOption(),
  groups: positiveInteger(),
} satisfies Schema<ConvolutionOptions>;

/** Settings of a pooling layer. */
export interface PoolOptions {
  /** Step between windows; the window's size by default, so that windows do not overlap. */
  readonly stride?: Size2d;
  /** See {@linkcode Padding}; "valid" by default. */
  readonly padding?: Padding;
  /** Rounds the number of windows up, so that a last one may reach beyond the edge; false by default. */
  readonly ceilMode?: boolean;
}

/** Settings of average pooling. */
export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as zeros in the average; false by default. */
  readonly countIncludePadding?: boolean;
}

/** The options of pooling. */
export const poolSchema = {
  stride: sizeOption(),
  padding: paddingOption,
  ceilMode: flag(),
} satisfies Schema<PoolOptions>;

/** The options of average pooling. */
export const averagePoolSchema = {
  ...poolSchema,
  countIncludePadding: flag(),
} satisfies Schema<AveragePoolOptions>;

/** Settings of local response normalisation, with the defaults of PyTorch. */
export interface LocalResponseNormOptions {
  /** Neighbouring channels that are summed; 5 by default. */
  readonly size?: number;
  /** Factor of the mean square; 1e-4 by default (divided by `size`, as in Caffe and PyTorch). */
  readonly alpha?: number;
  /** The exponent; 0.75 by default. */
  readonly beta?: number;
  /** What is added before the power; 1 by default (AlexNet's paper uses 2). */
  readonly k?: number;
}

/** The options of local response normalisation. */
export const localResponseNormSchema = {
  size: positiveInteger(),
  alpha: number(),
  beta: number(),
  k: number(),
} satisfies Schema<LocalResponseNormOptions>;

/** The share of numbers that dropout drops. */
export const dropoutRate = number({ least: 0, below: 1 });

/** What normalisation adds to the variance. */
export const epsilonOption = number({ above: 0 }, 1e-5);

/** Checks that something given by a user is a batch of images. */
export function checkImages(x: unknown, where: string): asserts x is Tensor {
  checkTensor(x, where);
  if (x.rank === 4) return;
  throw new TypeError(
    `${where}: expected images [n, height, width, channels], found ${formatShape(x.shape)}`,
  );
}

/** Refuses output padding beside "same", which says the size itself, and of the stride or more. */
export function checkOutputPadding(
  outputPadding: Size2d | undefined,
  { padding, stride = 1 }: ConvolutionOptions,
): void {
  if (outputPadding === undefined) return;
  const where = "convTranspose2d: outputPadding";
  if (padding === "same") {
    throw new RangeError(
      `${where}: expected none beside padding "same", which makes each axis \`stride\` times as long, ` +
        `found ${describeValue(outputPadding)}; give padding in numbers for another size`,
    );
  }
  const steps = pairOf(stride, "stride");
  if (pairOf(outputPadding, where, 0).every((extra, axis) => extra < steps[axis]!)) return;
  throw new RangeError(
    `${where}: expected less than the stride, ${steps.join("x")}, found ${
      describeValue(outputPadding)
    }: no image of that size has a convolution of the input's`,
  );
}
