import { text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import type { ApplyOptions, Weights } from "../nn/apply.ts";
import { relu } from "../tensor/functions/activation.ts";
import { gradient } from "../tensor/gradient.ts";
import { resize2d } from "../tensor/resize.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import { mapsOf } from "./deconvnet.ts";
import { type TargetOptions, targetSchema } from "./explain_options.ts";
import { guidedSlopes } from "./guided.ts";
import { imagesFor, inBatches, targetsFor } from "./images.ts";
import { mapsLayer } from "./layers.ts";
import { logitsOf, scoresOf } from "./score.ts";

/** Settings of {@linkcode gradCam} and {@linkcode guidedGradCam}. */
export interface GradCamOptions extends TargetOptions {
  /** The layer whose maps are weighed, by name; by default the last one with maps of several units. */
  readonly layer?: string;
}

const schema = { ...targetSchema, layer: text() } satisfies Schema<GradCamOptions>;

/**
 * Where in images a layer sees a class: the sum of the layer's maps, each times the mean slope of the
 * score by it, where that is positive. [n, rows, columns] for images [n, h, w, c], [rows, columns] for
 * one, as many as the layer's maps have; `plot.overlay` enlarges them.
 *
 * ```ts
 * import { explain, ones, resnet } from "@striate/striate";
 * const net = resnet(18, { inputShape: [64, 64, 3], classes: 10, width: 0.25 });
 * const heat = await explain.gradCam(net, ones([64, 64, 3]), { layer: "layer3.1.relu", target: 3 });
 * console.log(heat.shape); // [4, 4]
 * ```
 *
 * Source: Selvaraju et al. 2017, arXiv 1610.02391.
 *
 * @throws {TypeError} for images that do not fit the model, a model that is no classifier, or a layer
 * without maps
 * @throws {RangeError} for a class or a layer that there is not, or an unknown option
 */
export async function gradCam(
  model: Model,
  images: Tensor,
  given: GradCamOptions = {},
): Promise<Tensor> {
  const where = "gradCam", settings = options(where, given, schema);
  const { x, shaped } = await imagesFor(where, model, images);
  const { name } = mapsLayer(where, model, settings.layer);
  const target = await targetsFor(where, model, x, settings);
  const run = (x: Tensor, target: Tensor) => weighedMaps(model, x, target, name, settings);
  return shaped(await inBatches(settings, run, x, target));
}

/**
 * Grad-CAM in detail: guided back-propagation, where Grad-CAM says that the class is. Signed, of the
 * images' shape.
 *
 * Source: Selvaraju et al. 2017, arXiv 1610.02391, section 3.2.
 *
 * @throws {TypeError} and {RangeError} as {@linkcode gradCam} and {@linkcode guidedBackpropagation}
 */
export async function guidedGradCam(
  model: Model,
  images: Tensor,
  given: GradCamOptions = {},
): Promise<Tensor> {
  const where = "guidedGradCam", settings = options(where, given, schema);
  const { x, shaped } = await imagesFor(where, model, images);
  const { name } = mapsLayer(where, model, settings.layer);
  const target = await targetsFor(where, model, x, settings);
  const [height, width] = model.inputShape as [number, number];
  const slopes = guidedSlopes(where, model);
  const run = (x: Tensor, target: Tensor) => {
    const heat = weighedMaps(model, x, target, name, settings);
    return slopes(x, target, settings).mul(resize2d(heat.expandDims(-1), [height, width]));
  };
  return shaped(await inBatches(settings, run, x, target));
}

/** Grad-CAM of images [n, h, w, c]: [n, rows, columns]. */
function weighedMaps(
  model: Model,
  x: Tensor,
  target: Tensor,
  layer: string,
  { weights }: { readonly weights?: Weights },
): Tensor {
  const settings = { ...weights && { weights } };
  const maps = mapsOf(model, x, layer, settings);
  // What is below the layer is neither computed again nor differentiated.
  const score = (maps: Tensor) => {
    const replace: ApplyOptions["replace"] = ({ name }, result) => name === layer ? maps : result;
    return scoresOf(logitsOf(model, x, { ...settings, replace }), target).sum();
  };
  const importance = gradient(score)(maps).mean([1, 2], true);
  return relu(maps.mul(importance).sum(-1));
}
