import { checkNames } from "../../core/options.ts";
import type { ConvolutionGeometry, Pair } from "../../graph/kernel.ts";
import { conv2d as convolve, conv2dInputGradient } from "../../graph/ops/conv2d.ts";
import { checkTensor, Tensor } from "../tensor.ts";
import { plusBias } from "./dense.ts";
import { convolutionGeometry, type ConvolutionOptions, pairOf, type Size2d } from "./geometry.ts";
import { checkImages } from "./images.ts";

const optionNames = ["stride", "padding", "dilation", "groups", "bias"];

/**
 * Slides a kernel [kernel height, kernel width, c / groups, filters] over images [n, h, w, c], as
 * cross-correlation, and adds a bias [filters].
 *
 * ```ts
 * import { conv2d, ones } from "@striate/striate";
 * const y = conv2d(ones([1, 4, 4, 1]), ones([3, 3, 1, 1]));
 * console.log(await y.flatten().array()); // [9, 9, 9, 9]
 * ```
 *
 * @throws {TypeError} if the channels do not fit, {RangeError} if the kernel does not fit the images.
 */
export function conv2d(
  x: Tensor,
  kernel: Tensor,
  options: ConvolutionOptions & { readonly bias?: Tensor } = {},
): Tensor {
  checkImages(x, "conv2d");
  checkTensor(kernel, "conv2d: kernel");
  checkNames("conv2d", options, optionNames);
  return convolution(x, kernel, options.bias, options);
}

/** The convolution of images with a kernel, whose options may have other names besides. */
export function convolution(
  x: Tensor,
  kernel: Tensor,
  bias: Tensor | undefined,
  options: ConvolutionOptions,
): Tensor {
  const image = x.shape.slice(1, 3) as [number, number];
  const window = kernel.shape.slice(0, 2) as [number, number];
  const geometry = convolutionGeometry(options, image, window);
  checkFit(image, window, geometry);
  const result = new Tensor(convolve(x.node, kernel.node, geometry), [x, kernel]);
  return plusBias(result, bias, "conv2d");
}

/** An error in terms of a user's options where a kernel is larger than the padded image. */
function checkFit(image: Pair, kernel: Pair, geometry: ConvolutionGeometry): void {
  const [top, bottom, left, right] = geometry.padding;
  const { dilation } = geometry;
  const largest = [image[0] + top + bottom, image[1] + left + right]
    .map((length, i) => Math.floor((length - 1) / dilation[i]!) + 1) as [number, number];
  if (kernel[0] <= largest[0] && kernel[1] <= largest[1]) return;
  const alike = geometry.padding.every((p) => p === top);
  const padding = alike ? top : `[${geometry.padding.join(", ")}]`;
  const spread = dilation.every((d) => d === 1) ? "" : ` and dilation ${dilation.join("x")}`;
  const most = largest[0] === largest[1] ? largest[0] : largest.join("x");
  throw new RangeError(
    `conv2d: kernel ${kernel.join("x")} with padding ${padding}${spread} does not fit the ${
      image.join("x")
    } input; use padding: "same", a kernel of at most ${most}, or a larger input`,
  );
}

/** Transposed convolution with a kernel [kernel height, kernel width, filters / groups, c]. */
export function convTranspose2d(
  x: Tensor,
  kernel: Tensor,
  options: ConvolutionOptions & { readonly bias?: Tensor; readonly outputPadding?: Size2d } = {},
): Tensor {
  checkImages(x, "convTranspose2d");
  checkTensor(kernel, "convTranspose2d: kernel");
  checkNames("convTranspose2d", options, [...optionNames, "outputPadding"]);
  const extra = pairOf(options.outputPadding ?? 0, "convTranspose2d: outputPadding", 0);
  return transposedConvolution(x, kernel, options.bias, options, extra);
}

/** The transposed convolution of images, whose options may have other names besides. */
export function transposedConvolution(
  x: Tensor,
  kernel: Tensor,
  bias: Tensor | undefined,
  options: ConvolutionOptions,
  outputPadding: Pair,
): Tensor {
  const [height, width] = x.shape.slice(1, 3) as [number, number];
  const window = kernel.shape.slice(0, 2) as [number, number];
  const { padding = "valid" } = options;
  const stride = pairOf(options.stride ?? 1, "stride");
  const dilation = pairOf(options.dilation ?? 1, "dilation");
  // "same" asks for size * stride; what conv2d would pad to come back from there is the padding.
  const target = padding === "same" ? [height * stride[0], width * stride[1]] as const : undefined;
  const geometry = convolutionGeometry(options, target ?? [height, width], window);
  const [top, bottom, left, right] = geometry.padding;
  const size = target ?? [
    transposedSize(height, window[0], stride[0], dilation[0], top + bottom) + outputPadding[0],
    transposedSize(width, window[1], stride[1], dilation[1], left + right) + outputPadding[1],
  ];
  if (size[0] < 1 || size[1] < 1) {
    throw new RangeError(`padding [${geometry.padding}] leaves nothing of the result; use less`);
  }
  const shape = [x.shape[0]!, ...size, kernel.shape[2]! * geometry.groups];
  const result = conv2dInputGradient(x.node, kernel.node, shape, geometry);
  return plusBias(new Tensor(result, [x, kernel]), bias, "convTranspose2d");
}

/** The size that a transposed convolution gives: the one that conv2d would turn into `size`. */
function transposedSize(
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: number,
): number {
  return (size - 1) * stride + (kernel - 1) * dilation + 1 - padding;
}
