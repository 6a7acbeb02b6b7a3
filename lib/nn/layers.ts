/**
 * The layers as values, to be applied by `apply`: what is applied twice shares its weights. Those of
 * one input are methods of models and of symbolic values too, under the same names.
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
export { activation, type ActivationName, type ActivationOptions } from "./layers/activation.ts";
export * from "./layers/adaptive_pool.ts";
export * from "./layers/batch_renorm.ts";
export * from "./layers/conv2d.ts";
export * from "./layers/dense.ts";
export * from "./layers/dropout.ts";
export * from "./layers/identity_shortcut.ts";
export type { KernelOptions } from "./layers/kernel.ts";
export type { LayerOptions } from "./layers/layer_options.ts";
export * from "./layers/merge.ts";
export * from "./layers/normalization.ts";
export * from "./layers/pool.ts";
export * from "./layers/radial_basis.ts";
export * from "./layers/scaled_tanh.ts";
export * from "./layers/select_channels.ts";
export * from "./layers/separable_conv2d.ts";
export * from "./layers/shape.ts";
export * from "./layers/stochastic_depth.ts";
export * from "./layers/upsample2d.ts";
