import { options } from "../../core/options.ts";
import type { Pair } from "../../graph/kernel.ts";
import { windowMax, windowSum } from "../../graph/ops/window.ts";
import { ones } from "../create.ts";
import { type Tensor, unary } from "../tensor.ts";
import { resolvePadding } from "./geometry.ts";
import {
  type AveragePoolOptions,
  averagePoolSchema,
  checkImages,
  pairOf,
  type PoolOptions,
  poolSchema,
  type Size2d,
} from "./settings.ts";

function geometry(image: Tensor, size: Pair, options: PoolOptions) {
  const stride = pairOf(options.stride ?? size, "stride");
  const [height, width] = image.shape.slice(1) as [number, number];
  const padding = resolvePadding(options.padding ?? "valid", [height, width], size, stride);
  const [top, bottom, left, right] = padding;
  // How far the last window reaches beyond the padded edge when the count is rounded up.
  const beyond = (length: number, axis: 0 | 1): number => {
    const before = padding[2 * axis]!, padded = length + before + padding[2 * axis + 1]!;
    let count = Math.ceil((padded - size[axis]) / stride[axis]) + 1;
    // As in PyTorch and Caffe, a window must begin inside the image or the padding before it.
    if ((count - 1) * stride[axis] >= length + before) count--;
    return Math.max(0, (count - 1) * stride[axis] + size[axis] - padded);
  };
  const extra: Pair = options.ceilMode ? [beyond(height, 0), beyond(width, 1)] : [0, 0];
  const all = [top, bottom + extra[0], left, right + extra[1]] as const;
  return { stride, padding, extra, all };
}

/**
 * The largest number of each window of images [n, h, w, c]; padding never wins. The gradient goes to the
 * first of equal numbers. NaN is larger than all, and the gradient of a window goes to its last one, as
 * in PyTorch.
 */
export function maxPool2d(x: Tensor, window: Size2d, given: PoolOptions = {}): Tensor {
  checkImages(x, "maxPool2d");
  const size = pairOf(window, "maxPool2d: window");
  const { stride, all } = geometry(x, size, options("maxPool2d", given, poolSchema));
  return unary((node) => windowMax(node, { window: size, stride, padding: all }), x);
}

/** The mean of each window of images [n, h, w, c]. */
export function averagePool2d(
  x: Tensor,
  window: Size2d,
  given: AveragePoolOptions = {},
): Tensor {
  checkImages(x, "averagePool2d");
  const size = pairOf(window, "averagePool2d: window");
  const { countIncludePadding, ...moves } = options("averagePool2d", given, averagePoolSchema);
  const { stride, padding: [top, bottom, left, right], extra, all } = geometry(x, size, moves);
  const sums = (image: Tensor, padding: typeof all) =>
    unary((node) => windowSum(node, { window: size, stride, padding }), image);
  if (all.every((p) => p === 0)) return sums(x, all).mul(1 / (size[0] * size[1]));
  // How many elements count in each window: the same for every image and channel.
  const one = ones([1, ...x.shape.slice(1, 3), 1]);
  const counts = countIncludePadding
    ? sums(one.pad([[0, 0], [top, bottom], [left, right], [0, 0]], 1), [0, extra[0], 0, extra[1]])
    : sums(one, all);
  return sums(x, all).div(counts);
}

/** The mean of each channel: [n, h, w, c] to [n, c]. */
export function globalAveragePool2d(x: Tensor): Tensor {
  checkImages(x, "globalAveragePool2d");
  return x.mean([1, 2]);
}

/** The maximum of each channel: [n, h, w, c] to [n, c]. */
export function globalMaxPool2d(x: Tensor): Tensor {
  checkImages(x, "globalMaxPool2d");
  return x.max([1, 2]);
}
