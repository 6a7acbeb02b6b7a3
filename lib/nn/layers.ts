/**
 * The layers as values, to be applied by `apply`: what is applied twice shares its weights.
 *
 * ```ts
 * import { input, layers, model } from "@striate/striate";
 * const shared = layers.dense(8);
 * const [a, b] = [input([4]), input([4])];
 * const twins = model([a, b], a.apply(shared).add(b.apply(shared)));
 * console.log(twins.parameters); // 40
 * ```
 *
 * @module
 */
export { adaptiveAveragePool2d } from "./layers/adaptive_pool.ts";
export { activationLayer as activation, type ActivationName } from "./layers/activation.ts";
export {
  conv2d,
  type Conv2dOptions,
  convTranspose2d,
  type ConvTranspose2dOptions,
} from "./layers/conv2d.ts";
export { dense, type KernelOptions } from "./layers/dense.ts";
export { dropout } from "./layers/dropout.ts";
export { identityShortcut } from "./layers/identity_shortcut.ts";
export { add, concatenate, multiply } from "./layers/merge.ts";
export { batchNorm, type BatchNormOptions, localResponseNorm } from "./layers/normalization.ts";
export type { LayerOptions } from "./layers/options.ts";
export {
  averagePool2d,
  type AveragePool2dOptions,
  globalAveragePool2d,
  globalMaxPool2d,
  maxPool2d,
  type MaxPool2dOptions,
} from "./layers/pool.ts";
export { radialBasis } from "./layers/radial_basis.ts";
export { scaledTanh } from "./layers/scaled_tanh.ts";
export { selectChannels } from "./layers/select_channels.ts";
export { flatten, reshape, zeroPadding2d } from "./layers/shape.ts";
