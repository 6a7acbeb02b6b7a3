/**
 * The layers, activations and losses as functions of tensors, with their weights as arguments. Each
 * is the only one of its kind: a layer or a loss of `fit` computes by it.
 *
 * @module
 */
export * from "./functions/activation.ts";
export { conv2d, convTranspose2d } from "./functions/convolution.ts";
export { dense } from "./functions/dense.ts";
export { dropout } from "./functions/dropout.ts";
export type { ConvolutionOptions, Padding, Size2d } from "./functions/geometry.ts";
export * from "./functions/loss.ts";
export {
  batchNorm,
  type BatchNormArguments,
  localResponseNorm,
  type LocalResponseNormOptions,
} from "./functions/normalization.ts";
export { type ZeroPadding, zeroPadding2d } from "./functions/padding.ts";
export * from "./functions/pool.ts";
