import type { Node } from "../node.ts";
import type { Pair } from "../kernel.ts";
import { divide, scale } from "../ops/elementwise.ts";
import { literal } from "../ops/generate.ts";
import { pad, reshape } from "../ops/layout.ts";
import { reduceMax, reduceSum } from "../ops/reduce.ts";
import { windowMax, windowSum } from "../ops/window.ts";
import { type Padding, pairOf, resolvePadding, type Size2d } from "./geometry.ts";

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

function geometry(image: Node, window: Size2d, options: PoolOptions, name: string) {
  const size = pairOf(window, `${name}: window`);
  const stride = pairOf(options.stride ?? size, `${name}: stride`);
  const [height, width] = image.shape.slice(1) as [number, number];
  const padding = resolvePadding(options.padding ?? "valid", [height, width], size, stride);
  const [top, bottom, left, right] = padding;
  const extra: Pair = options.ceilMode
    ? [
      ceilExtra(height, size[0], stride[0], top, bottom),
      ceilExtra(width, size[1], stride[1], left, right),
    ]
    : [0, 0];
  return { window: size, stride, padding, extra };
}

/** How far the last window reaches beyond the padded edge when the count is rounded up. */
function ceilExtra(
  length: number,
  window: number,
  stride: number,
  before: number,
  after: number,
): number {
  let count = Math.ceil((length + before + after - window) / stride) + 1;
  // As in PyTorch and Caffe, a window must begin inside the image or the padding before it.
  if ((count - 1) * stride >= length + before) count--;
  return Math.max(0, (count - 1) * stride + window - length - before - after);
}

/** The largest element of each window of images [n, h, w, c]; padding never wins. */
export function maxPool2d(image: Node, window: Size2d, options: PoolOptions = {}): Node {
  const g = geometry(image, window, options, "maxPool2d");
  const [top, bottom, left, right] = g.padding;
  return windowMax(image, {
    window: g.window,
    stride: g.stride,
    padding: [top, bottom + g.extra[0], left, right + g.extra[1]],
  });
}

/** The mean of each window of images [n, h, w, c]. */
export function averagePool2d(
  image: Node,
  window: Size2d,
  options: AveragePoolOptions = {},
): Node {
  const { window: size, stride, padding, extra } = geometry(
    image,
    window,
    options,
    "averagePool2d",
  );
  const [top, bottom, left, right] = padding;
  const all = [top, bottom + extra[0], left, right + extra[1]] as const;
  const sums = windowSum(image, { window: size, stride, padding: all });
  if (all.every((p) => p === 0)) return scale(sums, 1 / (size[0] * size[1]));
  // How many elements count in each window: the same for every image and channel.
  const [height, width] = image.shape.slice(1) as [number, number];
  const ones = literal(1, [1, height, width, 1]);
  const counted = options.countIncludePadding
    ? pad(ones, [0, top, left, 0], [0, bottom, right, 0], undefined, 1)
    : ones;
  const frame = options.countIncludePadding ? [0, extra[0], 0, extra[1]] as const : all;
  return divide(sums, windowSum(counted, { window: size, stride, padding: frame }));
}

/** The mean of all pixels: [n, h, w, c] to [n, c]. */
export function globalAveragePool2d(image: Node): Node {
  return scale(reduceSum(image, [1, 2]), 1 / (image.shape[1]! * image.shape[2]!));
}

/** The maximum of all pixels: [n, h, w, c] to [n, c]. */
export function globalMaxPool2d(image: Node): Node {
  return reduceMax(image, [1, 2]);
}

/** Sums along the channels: for each channel, its window of neighbours. */
export function channelWindowSum(image: Node, size: number): Node {
  const channels = image.shape.at(-1)!;
  const before = Math.floor(size / 2);
  // One image a pixel, with the channels as rows: then a window over rows runs over channels.
  const rows = reshape(image, [-1, channels, 1, 1]);
  const sums = windowSum(rows, {
    window: [size, 1],
    stride: [1, 1],
    padding: [before, size - 1 - before, 0, 0],
  });
  return reshape(sums, image.shape);
}
