import type { ConvolutionGeometry, Pair } from "../../graph/kernel.ts";
import type { Tensor } from "../tensor.ts";
import {
  checkImages,
  checkPadding,
  type ConvolutionOptions,
  convolutionSchema,
  type Padding,
  pairOf,
} from "./settings.ts";

/** Padding at the top, bottom, left and right of an image of `height` x `width`. */
export function resolvePadding(
  padding: Padding,
  [height, width]: Pair,
  window: Pair,
  stride: Pair,
  dilation: Pair = [1, 1],
): readonly [number, number, number, number] {
  checkPadding(padding, "padding");
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
  const list: readonly number[] = typeof padding === "number" ? [padding] : padding;
  const [a, b = a, c, d] = list as [number, number?, number?, number?];
  return c === undefined ? [a, a, b!, b!] : [a, b!, c, d!];
}

/** The geometry that options mean for images of `height` x `width`. */
export function convolutionGeometry(
  options: ConvolutionOptions,
  image: Pair,
  kernel: Pair,
): ConvolutionGeometry {
  const stride = pairOf(options.stride ?? 1, "stride");
  const dilation = pairOf(options.dilation ?? 1, "dilation");
  const groups = convolutionSchema.groups.read(options.groups ?? 1, "groups");
  const padding = resolvePadding(options.padding ?? "valid", image, kernel, stride, dilation);
  return { stride, padding, dilation, groups };
}

/** Padding by zeros: one number, [height, width], or [top, bottom, left, right]. */
export type ZeroPadding = Exclude<Padding, string>;

/** Images in a frame of zeros. */
export function zeroPadding2d(x: Tensor, padding: ZeroPadding): Tensor {
  checkImages(x, "zeroPadding2d");
  const [top, bottom, left, right] = resolvePadding(padding, [1, 1], [1, 1], [1, 1]);
  return x.pad([[0, 0], [top, bottom], [left, right], [0, 0]]);
}
