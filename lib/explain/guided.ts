import { wrongType } from "../core/errors.ts";
import { options } from "../core/options.ts";
import type { ApplyOptions, Weights } from "../nn/apply.ts";
import { relu } from "../tensor/functions/activation.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { withGradient } from "../tensor/with_gradient.ts";
import type { Model } from "../train/model.ts";
import { type TargetOptions, targetSchema } from "./explain_options.ts";
import { imagesFor, inBatches, targetsFor } from "./images.ts";
import { slopes } from "./saliency.ts";

/** Layers that let what is positive through, and nothing else. */
const rectifiers: ReadonlySet<string> = new Set(["relu", "relu6"]);

/** What becomes of a gradient at a rectifier, given what came in and what went out. */
export type RectifierRule = (gradient: Tensor, input: Tensor, result: Tensor) => Tensor;

/** Puts another gradient in the place of that of all rectifiers. */
export const atRectifiers =
  (rule: RectifierRule): NonNullable<ApplyOptions["replace"]> => ({ type }, result, [input]) =>
    rectifiers.has(type)
      ? withGradient<[Tensor]>(() => result, (g, [x], y) => rule(g, x, y))(input!)
      : result;

/**
 * Refuses a model without rectifiers.
 *
 * @throws {TypeError} for such
 */
export function checkRectifiers(where: string, model: Model): void {
  if (model.layers.some(({ type }) => rectifiers.has(type))) return;
  throw wrongType(where, "a model with layers of relu", `${model}`);
}

/** What is positive from above, where the unit answered: of relu6 also where it did not reach 6. */
const guided: RectifierRule = (g, x, y) =>
  relu(g).mul(x.equal(y).cast("f32")).mul(y.greater(0).cast("f32"));

/** The guided gradient of images of a model. */
export function guidedSlopes(
  where: string,
  model: Model,
): (x: Tensor, target: Tensor, settings: { readonly weights?: Weights }) => Tensor {
  checkRectifiers(where, model);
  return (x, target, { weights }) =>
    slopes(model, x, target, { ...weights && { weights }, replace: atRectifiers(guided) });
}

/**
 * The gradient of the score of a class, but at each rectifier only what is positive goes on: clear
 * pictures of what speaks for something in the image. Signed, of the images' shape. They say more
 * about edges in the image than about the class: see {@linkcode randomizedWeights}.
 *
 * Source: Springenberg et al. 2014, arXiv 1412.6806, section 3.4.
 *
 * @throws {TypeError} for a model without rectifiers, and as {@linkcode saliency}
 * @throws {RangeError} as {@linkcode saliency}
 */
export async function guidedBackpropagation(
  model: Model,
  images: Tensor,
  given: TargetOptions = {},
): Promise<Tensor> {
  const where = "guidedBackpropagation", settings = options(where, given, targetSchema);
  const { x, shaped } = await imagesFor(where, model, images);
  const run = guidedSlopes(where, model);
  const target = await targetsFor(where, model, x, settings);
  return shaped(
    await inBatches(settings, (x, target) => run(x, target, settings), x, target),
  );
}
