/**
 * What a network looks at, and what its units have learnt.
 *
 * All take a model, and images as the model takes them: [n, h, w, c], or one, [h, w, c]; bytes, or
 * numbers that are normalised already. `seenBy` makes them of a photograph. Their names for things
 * are the same: the `target` is the class that is explained, a `layer` has its name, a `channel` of
 * it its number. What comes back for one image has no axis of the batch.
 *
 * | result          | of                                                                     | drawn by       |
 * | --------------- | ---------------------------------------------------------------------- | -------------- |
 * | [n, h, w]       | saliency, smoothGrad, occlusion                                        | `plot.overlay` |
 * | [n, rows, cols] | gradCam, classActivationMap: as many as the layer's maps have          | `plot.overlay` |
 * | [n, h, w, c]    | gradientTimesInput, integratedGradients: contributions, which sum up   | `plot.overlay` |
 * | [n, h, w, c]    | guidedBackpropagation, guidedGradCam, deconvnet: by `signedPicture`    | `plot.images`  |
 *
 * What units have learnt: `strongestPatches` of a data set, and `maximizeActivation`, `invertFeatures`,
 * `deepDream` and `transferStyle`, which make pictures. How much parts matter: `ablateBlocks`,
 * `ablateChannels`. Features in the plane: `principalComponents`, `tsne`. Whether an explanation is one:
 * `randomizedWeights`. What else there is to see has its place elsewhere: `plot.filters`,
 * `plot.featureMaps` and `plot.receptiveField` draw any layer, `nearest` finds images that a network
 * sees alike.
 *
 * ```ts ignore
 * import { decodeImage, explain, openNetwork, plot } from "@striate/striate";
 * const { model } = await openNetwork("googlenet", "imagenet");
 * const { image, input } = explain.seenBy(model, await decodeImage(await Deno.readFile("cat.jpg")));
 * await plot.overlay(image, await explain.gradCam(model, input)).show();
 * ```
 *
 * @module
 */
export type { Blank } from "./blank.ts";
export { classActivationMap } from "./class_activation_map.ts";
export { deconvnet, type DeconvnetOptions } from "./deconvnet.ts";
export type { ExplainOptions, TargetOptions } from "./explain_options.ts";
export { gradCam, type GradCamOptions, guidedGradCam } from "./grad_cam.ts";
export { guidedBackpropagation } from "./guided.ts";
export {
  completenessGap,
  integratedGradients,
  type IntegratedGradientsOptions,
} from "./integrated_gradients.ts";
export { occlusion, type OcclusionOptions } from "./occlusion.ts";
export { pictureOf, type Seen, seenBy, signedPicture } from "./picture.ts";
export { gradientTimesInput, saliency } from "./saliency.ts";
export { smoothGrad, type SmoothGradOptions } from "./smooth_grad.ts";
export { deepDream, type DreamOptions } from "./deep_dream.ts";
export type { FoundImage, PriorOptions, SearchOptions } from "./image_search.ts";
export { invertFeatures, type InvertOptions } from "./inversion.ts";
export { maximizeActivation, type MaximizeOptions } from "./maximize.ts";
export { type Patch, patchOf } from "./patch.ts";
export {
  type StrongestPatches,
  strongestPatches,
  type StrongestPatchesOptions,
} from "./strongest_patches.ts";
export { type StyleOptions, transferStyle } from "./style.ts";
export {
  ablateBlocks,
  type AblateBlocksOptions,
  ablateChannels,
  type AblateChannelsOptions,
  type Ablation,
  type Score,
} from "./ablation.ts";
export {
  type Components,
  type ComponentsOptions,
  principalComponents,
} from "./principal_components.ts";
export { tsne, type TsneOptions } from "./tsne.ts";
export {
  type RandomizedOptions,
  randomizedWeights,
  rankCorrelation,
} from "./randomized_weights.ts";
