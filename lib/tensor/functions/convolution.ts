import { options, type Schema } from "../../core/options.ts";
import type { ConvolutionGeometry, Pair } from "../../graph/kernel.ts";
import { conv2d as convolve, conv2dInputGradient } from "../../graph/ops/conv2d.ts";
import { checkTensor, Tensor } from "../tensor.ts";
import { convolutionGeometry } from "./geometry.ts";
import {
  checkImages,
  checkOutputPadding,
  type ConvolutionOptions,
  convolutionSchema,
  pairOf,
  type Size2d,
  sizeOption,
  tensorOption,
} from "./settings.ts";

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
  given: ConvolutionOptions & { readonly bias?: Tensor } = {},
): Tensor {
  checkImages(x, "conv2d");
  checkTensor(kernel, "conv2d: kernel");
  const schema = { ...convolutionSchema, bias: tensorOption } satisfies Schema<typeof given>;
  const { bias, ...moves } = options("conv2d", given, schema);
  const image = x.shape.slice(1, 3) as [number, number];
  const window = kernel.shape.slice(0, 2) as [number, number];
  const geometry = convolutionGeometry(moves, image, window);
  checkFit(image, window, geometry);
  const result = new Tensor(convolve(x.node, kernel.node, geometry), [x, kernel]);
  return bias === undefined ? result : result.add(bias);
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

/**
 * Transposed convolution with a kernel [kernel height, kernel width, filters / groups, c]: spreads
 * every pixel over a window. An axis of n pixels becomes one of
 * `(n - 1) * stride + (kernel - 1) * dilation + 1 - padding before - padding after + outputPadding`,
 * as in PyTorch, or with padding "same" of `n * stride`, as in Keras.
 *
 * ```ts
 * import { convTranspose2d, ones } from "@striate/striate";
 * const x = ones([1, 3, 5, 1]), kernel = ones([3, 3, 1, 1]);
 * console.log(convTranspose2d(x, kernel, { stride: 2, padding: "same" }).shape); // [1, 6, 10, 1]
 * console.log(convTranspose2d(x, kernel, { stride: 2, padding: 1 }).shape); // [1, 5, 9, 1]
 * ```
 *
 * @throws {TypeError} if the channels do not fit
 * @throws {RangeError} if padding leaves nothing, or for output padding that is not less than the
 * stride or stands beside "same"
 */
export function convTranspose2d(
  x: Tensor,
  kernel: Tensor,
  given: ConvolutionOptions & {
    readonly bias?: Tensor;
    /** Rows and columns added at the bottom and right, less than the stride; 0 by default. */
    readonly outputPadding?: Size2d;
  } = {},
): Tensor {
  checkImages(x, "convTranspose2d");
  checkTensor(kernel, "convTranspose2d: kernel");
  const schema = {
    ...convolutionSchema,
    bias: tensorOption,
    outputPadding: sizeOption(0),
  } satisfies Schema<typeof given>;
  const { bias, outputPadding, ...moves } = options("convTranspose2d", given, schema);
  const [height, width] = x.shape.slice(1, 3) as [number, number];
  const window = kernel.shape.slice(0, 2) as [number, number];
  checkOutputPadding(outputPadding, moves);
  const extra = pairOf(outputPadding ?? 0, "outputPadding", 0);
  const stride = pairOf(moves.stride ?? 1, "stride");
  const dilation = pairOf(moves.dilation ?? 1, "dilation");
  // "same" asks for size * stride; what conv2d would pad to come back from there is the padding.
  const isSame = moves.padding === "same";
  const target = isSame ? [height * stride[0], width * stride[1]] as const : undefined;
  const geometry = convolutionGeometry(moves, target ?? [height, width], window);
  const { padding } = geometry;
  // The size that conv2d would turn into `length`.
  const sizeAlong = (axis: 0 | 1, length: number) =>
    (length - 1) * stride[axis] + (window[axis] - 1) * dilation[axis] + 1 -
    padding[2 * axis]! - padding[2 * axis + 1]! + extra[axis];
  const size = target ?? [sizeAlong(0, height), sizeAlong(1, width)];
  if (size[0] < 1 || size[1] < 1) {
    throw new RangeError(`padding [${padding}] leaves nothing of the result; use less`);
  }
  const shape = [x.shape[0]!, ...size, kernel.shape[2]! * geometry.groups];
  const node = conv2dInputGradient(x.node, kernel.node, shape, geometry);
  const result = new Tensor(node, [x, kernel]);
  return bias === undefined ? result : result.add(bias);
}
