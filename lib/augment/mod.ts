/**
 * Images changed at random for training, on the host: pipelines of steps, the changes themselves, and
 * examples made of two.
 *
 * ```ts
 * import { augmentation, shapes } from "@striate/striate";
 * const { train } = shapes({ train: 100, test: 10 });
 * const augmented = train.map(augmentation.pipeline("crop-flip"));
 * console.log(augmented.get(3, { epoch: 1, seed: 7 }).size); // 1, as fit({ seed: 7 }) sees it then
 * ```
 *
 * What is random is drawn from the random numbers that `apply` is given, and from nothing else;
 * `dataset.map` gives those of the example, which depend on seed, epoch and index alone.
 *
 * @module
 */
export { affine, rotate } from "./affine.ts";
export type { AffineOptions, RandomAffineOptions } from "./affine.ts";
export { gaussianBlur, type GaussianBlurOptions } from "./blur.ts";
export { adjustBrightness, adjustContrast, adjustSaturation, toGray } from "./color.ts";
export type { ColorJitterOptions } from "./color_jitter.ts";
export type {
  CenterCropOptions,
  RandomCropOptions,
  RandomResizedCropOptions,
  ResizeOptions,
} from "./crop.ts";
export { elastic, type ElasticOptions, type RandomElasticOptions } from "./elastic.ts";
export { erase, type RandomErasingOptions } from "./erase.ts";
export { flipVertical } from "./flip.ts";
export { adjustHue } from "./hue.ts";
export { cutmix } from "./cutmix.ts";
export type { MixOptions } from "./mix.ts";
export { mixup } from "./mixup.ts";
export { pad, type PaddingMode, type PadOptions, type Window } from "./padding.ts";
export { imagenetColors, principalColors, shiftColors } from "./pca_color.ts";
export type { PcaColorOptions, PrincipalColors, PrincipalColorsOptions } from "./pca_color.ts";
export { Pipeline, pipeline, type PresetOptions, type SamplesOptions } from "./pipeline.ts";
export type { RandAugmentOptions, TrivialAugmentOptions } from "./policies.ts";
export type { PresetName } from "./presets.ts";
export type { SampleOptions } from "./sample_options.ts";
export type { Fill, Interpolation, Interval, StepOptions } from "./settings.ts";
export type { ImageShape, WantedSize } from "./step.ts";
export type { StepConfig, StepSettings } from "./steps.ts";
export { adjustSharpness, autocontrast, equalize, posterize, solarize } from "./tone.ts";
