import type { ConvolutionGeometry, Pair } from "../../graph/kernel.ts";

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

/** Checks a size given by a user: an integer, or two, of at least `least`. */
export function pairOf(size: Size2d, what: string, least = 1): Pair {
  const pair = typeof size === "number" ? [size, size] as const : size;
  if (
    !Array.isArray(pair) || pair.length !== 2 ||
    pair.some((n) => !Number.isInteger(n) || n < least)
  ) {
    throw new RangeError(
      `${what}: expected an integer of at least ${least}, or two, found ${JSON.stringify(size)}`,
    );
  }
  return pair as Pair;
}

/** Padding at the top, bottom, left and right of an image of `height` x `width`. */
export function resolvePadding(
  padding: Padding,
  [height, width]: Pair,
  window: Pair,
  stride: Pair,
  dilation: Pair = [1, 1],
): readonly [number, number, number, number] {
  if (padding === "valid") return [0, 0, 0, 0];
  if (padding === "same") {
    const total = [height, width].map((size, i) =>
      Math.max(
        0,
        (Math.ceil(size / stride[i]!) - 1) * stride[i]! + (window[i]! - 1) * dilation[i]! + 1 -
          size,
      )
    ) as [number, number];
    const before = total.map((t) => Math.floor(t / 2)) as [number, number];
    return [before[0], total[0] - before[0], before[1], total[1] - before[1]];
  }
  const list = typeof padding === "number" ? [padding] : padding;
  const valid = Array.isArray(list) && [1, 2, 4].includes(list.length) &&
    list.every((p) => Number.isInteger(p) && p >= 0);
  if (!valid) {
    throw new RangeError(
      `padding: expected "valid", "same", an integer of at least 0, [height, width] or [top, bottom, left, right], found ${
        JSON.stringify(padding)
      }`,
    );
  }
  const [a, b = a, c, d] = list as [number, number?, number?, number?];
  return c === undefined ? [a, a, b!, b!] : [a, b!, c, d!];
}

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

/** The geometry that options mean for images of `height` x `width`. */
export function convolutionGeometry(
  options: ConvolutionOptions,
  image: Pair,
  kernel: Pair,
): ConvolutionGeometry {
  const stride = pairOf(options.stride ?? 1, "stride");
  const dilation = pairOf(options.dilation ?? 1, "dilation");
  const groups = options.groups ?? 1;
  if (!Number.isInteger(groups) || groups < 1) {
    throw new RangeError(`groups: expected an integer of at least 1, found ${groups}`);
  }
  const padding = resolvePadding(options.padding ?? "valid", image, kernel, stride, dilation);
  return { stride, padding, dilation, groups };
}
