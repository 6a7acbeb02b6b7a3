/**
 * The layers, activations and losses as functions of tensors, with their weights as arguments. Each
 * is the only one of its kind: the layers, and the losses of `fit`, compute by them.
 *
 * @module
 */
export * from "./functions/activation.ts";
export * from "./functions/convolution.ts";
export * from "./functions/dense.ts";
export * from "./functions/dropout.ts";
export { type ZeroPadding, zeroPadding2d } from "./functions/geometry.ts";
export * from "./functions/loss.ts";
export * from "./functions/normalization.ts";
export * from "./functions/pool.ts";
export type {
  AveragePoolOptions,
  ConvolutionOptions,
  LocalResponseNormOptions,
  Padding,
  PoolOptions,
  Size2d,
} from "./functions/settings.ts";
