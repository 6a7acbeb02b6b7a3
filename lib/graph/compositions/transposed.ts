import type { Node } from "../node.ts";
import { conv2dInputGradient } from "../ops/conv2d.ts";
import { convolutionGeometry, type ConvolutionOptions, pairOf } from "./geometry.ts";

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

/** Transposed convolution of images with a kernel [kh, kw, filters / groups, channels]. */
export function transposedConvolution(
  x: Node,
  kernel: Node,
  options: ConvolutionOptions,
  outputPadding: readonly [number, number],
): Node {
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
  const filters = kernel.shape[2]! * geometry.groups;
  return conv2dInputGradient(x, kernel, [x.shape[0]!, ...size, filters], geometry);
}
