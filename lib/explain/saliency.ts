import { options } from "../core/options.ts";
import type { ApplyOptions } from "../nn/apply.ts";
import { gradient } from "../tensor/gradient.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import { type TargetOptions, targetSchema } from "./explain_options.ts";
import { imagesFor, inBatches, targetsFor } from "./images.ts";
import { logitsOf, scoresOf } from "./score.ts";

/** How the score of each image changes with its numbers: the gradient, [n, h, w, c]. */
export const slopes = (
  model: Model,
  x: Tensor,
  target: Tensor,
  settings: Pick<ApplyOptions, "weights" | "replace">,
): Tensor => gradient((x: Tensor) => scoresOf(logitsOf(model, x, settings), target).sum())(x);

/** Of the channels of a gradient [n, h, w, c] the largest slope, whatever its sign: [n, h, w]. */
export const strongestChannel = (gradient: Tensor): Tensor => gradient.abs().max(-1);

/**
 * Which pixels the score of a class depends on most: the largest absolute slope of a pixel's
 * channels, [n, h, w] for images [n, h, w, c], [h, w] for one image. Nothing is negative.
 *
 * ```ts
 * import { digits, explain, lenet5, tensor } from "@striate/striate";
 * const { test } = digits({ train: 10, test: 2 }), net = lenet5();
 * const [batch] = await Array.fromAsync(test.batches({ batchSize: 2 }));
 * const images = tensor(batch!.inputs[0]!, { shape: [2, 28, 28, 1] });
 * const heat = await explain.saliency(net, images, { target: [3, 7] });
 * console.log(heat.shape); // [2, 28, 28]
 * ```
 *
 * Source: Simonyan, Vedaldi and Zisserman 2013, arXiv 1312.6034, section 3.
 *
 * @throws {TypeError} for images that do not fit the model, or a model that is no classifier
 * @throws {RangeError} for a class that there is not, or an unknown option
 */
export async function saliency(
  model: Model,
  images: Tensor,
  given: TargetOptions = {},
): Promise<Tensor> {
  return await ofSlopes("saliency", model, images, given, strongestChannel);
}

/**
 * How much each number of an image contributes to the score of a class, were the model linear: the
 * gradient times the image as the model sees it, signed, of the images' shape. For a net of
 * rectifiers without biases the parts sum to the score.
 *
 * Source: Shrikumar, Greenside and Kundaje 2017, arXiv 1704.02685, which improves on it.
 *
 * @throws {TypeError} and {RangeError} as {@linkcode saliency}
 */
export async function gradientTimesInput(
  model: Model,
  images: Tensor,
  given: TargetOptions = {},
): Promise<Tensor> {
  return await ofSlopes("gradientTimesInput", model, images, given, (slopes, x) => slopes.mul(x));
}

/** What is made of the gradients of images. */
async function ofSlopes(
  where: string,
  model: Model,
  images: Tensor,
  given: TargetOptions,
  made: (slopes: Tensor, x: Tensor) => Tensor,
): Promise<Tensor> {
  const settings = options(where, given, targetSchema);
  const { x, shaped } = await imagesFor(where, model, images);
  const target = await targetsFor(where, model, x, settings);
  const run = (x: Tensor, target: Tensor) => made(slopes(model, x, target, settings), x);
  return shaped(await inBatches(settings, run, x, target));
}
