import { positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { concatenate } from "../tensor/combine.ts";
import { tensor } from "../tensor/create.ts";
import { jit } from "../tensor/jit.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import { type Blank, blankImage, blankOption } from "./blank.ts";
import { type TargetOptions, targetSchema } from "./explain_options.ts";
import { imagesFor, inBatches, targetsFor } from "./images.ts";
import { slopes } from "./saliency.ts";
import { logitsOf, scoresOf } from "./score.ts";

/** Settings of {@linkcode integratedGradients}. */
export interface IntegratedGradientsOptions extends TargetOptions {
  /** Where the way to the image begins; "mean" by default. */
  readonly blank?: Blank;
  /**
   * Points on the way, 50 by default: the middles of parts that end at the squares of even ones, so
   * that more lie near the blank image, where scores change fastest.
   */
  readonly steps?: number;
}

const schema = {
  ...targetSchema,
  blank: blankOption,
  steps: positiveInteger(50),
} satisfies Schema<IntegratedGradientsOptions>;

/**
 * How much each number of an image contributes to the score of a class, compared with an image that
 * shows nothing: the gradient, averaged on the straight way from that to the image, times the
 * difference. Signed, of the images' shape. All contributions sum to the difference of the two
 * scores, but for what the steps leave out: {@linkcode completenessGap} says how much.
 *
 * ```ts
 * import { explain, ones, sequential } from "@striate/striate";
 * const net = sequential([2, 2, 1]).flatten().dense(3);
 * const parts = await explain.integratedGradients(net, ones([2, 2, 1]), { target: 1, steps: 8 });
 * console.log(parts.shape); // [2, 2, 1]: of a linear net, its weights
 * ```
 *
 * Source: Sundararajan, Taly and Yan 2017, arXiv 1703.01365.
 *
 * @throws {TypeError} for images that do not fit the model, or a model that is no classifier
 * @throws {RangeError} for a class that there is not, or an unknown option
 */
export async function integratedGradients(
  model: Model,
  images: Tensor,
  given: IntegratedGradientsOptions = {},
): Promise<Tensor> {
  const where = "integratedGradients", settings = options(where, given, schema);
  const { x, shaped } = await imagesFor(where, model, images);
  const blank = await blankImage(model, settings.blank, `${where}: blank`);
  const target = await targetsFor(where, model, x, settings);
  const { steps, signal } = settings;
  // Runs of one size have one program: what is too much in the last one counts nothing.
  const runs = Math.ceil(steps / settings.batchSize), size = Math.ceil(steps / runs);
  const part = jit((x: Tensor, target: Tensor, places: Tensor, counts: Tensor) => {
    const way = x.sub(blank), points = blank.add(way.mul(places));
    const found = slopes(model, points, target.broadcastTo([size]), settings);
    return found.mul(counts).sum(0, true).mul(way);
  });
  // Near the blank image, where the score changes fastest, steps are short: they end at the squares.
  const endOf = (step: number) => Math.min(1, (step / steps) ** 2);
  const results: Tensor[] = [];
  for (let i = 0; i < x.shape[0]!; i++) {
    const image = x.slice([i], [1]), label = target.slice([i], [1]);
    let sum: Tensor | undefined;
    for (let run = 0; run < runs; run++) {
      signal?.throwIfAborted();
      const column = (of: (step: number) => number) =>
        tensor(Float32Array.from({ length: size }, (_, j) => of(run * size + j)), {
          shape: [size, 1, 1, 1],
        });
      const places = column((step) => (endOf(step) + endOf(step + 1)) / 2);
      const counts = column((step) => endOf(step + 1) - endOf(step));
      const found = part(image, label, places, counts);
      sum = sum === undefined ? found : sum.add(found);
      await sum.data();
    }
    results.push(sum!);
  }
  return shaped(concatenate(results));
}

/**
 * How far contributions are from being complete: what their sum lacks of the difference between the
 * score of each image and that of the blank one, as a share of that difference, [n], or a number for
 * one image. It falls with more steps of {@linkcode integratedGradients}, whose options these are.
 *
 * @throws {TypeError} for contributions of another shape than the images, and as {@linkcode integratedGradients}
 */
export async function completenessGap(
  model: Model,
  images: Tensor,
  contributions: Tensor,
  given: Omit<IntegratedGradientsOptions, "steps"> = {},
): Promise<Tensor> {
  const where = "completenessGap", settings = options(where, given, schema);
  const { x, shaped } = await imagesFor(where, model, images);
  const { x: parts } = await imagesFor(`${where}: contributions`, model, contributions);
  const blank = await blankImage(model, settings.blank, `${where}: blank`);
  const target = await targetsFor(where, model, x, settings);
  const score = (x: Tensor, target: Tensor) => scoresOf(logitsOf(model, x, settings), target);
  const from = await inBatches(settings, score, blank.broadcastTo(x.shape), target);
  const gained = (await inBatches(settings, score, x, target)).sub(from);
  return shaped(parts.sum([1, 2, 3]).sub(gained).abs().div(gained.abs()));
}
