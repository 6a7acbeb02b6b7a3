import { describeValue, wrongType } from "../core/errors.ts";
import { checkedBy, integer, text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { tensorOption } from "../tensor/functions/settings.ts";
import { oneHot, tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import { checkClassifier } from "../evaluate/scorer.ts";
import { mapsOf } from "./deconvnet.ts";
import { indexOption, oneForEach } from "./explain_options.ts";
import {
  type FoundImage,
  searchImage,
  type SearchOptions,
  searchSchema,
  startOf,
} from "./image_search.ts";
import { mapsLayer } from "./layers.ts";
import { logitsOf, scoresOf } from "./score.ts";

/** Settings of {@linkcode maximizeActivation}. */
export interface MaximizeOptions extends SearchOptions {
  /** The class, or a list, with an image for each; instead of a layer. */
  readonly target?: number | readonly number[];
  /** The layer of the feature, by name; by default the last one with maps. */
  readonly layer?: string;
  /** The feature: a channel of the layer, or a list of some, with an image for each. */
  readonly channel?: number | readonly number[];
  /** Row and column of one unit of the channel; by default the mean of all counts. */
  readonly unit?: readonly [row: number, column: number];
  /** Pictures to begin with, [n, h, w, c] from 0 to 1; by default nearly the mean colour. */
  readonly start?: Tensor;
}

const place = integer({ least: 0 });

const schema = {
  ...searchSchema({
    jitter: 8,
    blur: 1,
    totalVariation: 0.05,
    decay: 0,
    basis: "fourier",
    steps: 128,
    learningRate: 0.02,
  }),
  target: indexOption,
  layer: text(),
  channel: indexOption,
  unit: checkedBy((value, where): readonly [number, number] => {
    if (Array.isArray(value) && value.length === 2) {
      return [place.read(value[0], `${where}[0]`), place.read(value[1], `${where}[1]`)];
    }
    throw wrongType(where, "[row, column]", describeValue(value));
  }),
  start: tensorOption,
} satisfies Schema<MaximizeOptions>;

/**
 * Pictures that a class or a feature answers to most: from nearly nothing, steps go where the answer
 * grows. Without priors the answer grows by noise that means nothing to us; jitter, a blur after each
 * step, the total variation and waves in place of pixels each keep noise away in another way. `values`
 * has the mean answer before each step. By default 128 steps of 0.02 in waves, with jitter of 8 pixels
 * and a total variation of 0.05; in pixels with a blur of 1 besides.
 *
 * ```ts
 * import { explain, lenet5 } from "@striate/striate";
 * const { image, values } = await explain.maximizeActivation(lenet5(), { target: [3, 8], steps: 4 });
 * console.log(image.shape, values.length); // [2, 28, 28, 1] 4
 * ```
 *
 * Sources: Simonyan, Vedaldi and Zisserman 2013, arXiv 1312.6034, section 2; Yosinski et al. 2015,
 * arXiv 1506.06579; Olah, Mordvintsev and Schubert, "Feature visualization", Distill 2017.
 *
 * @throws {TypeError} for a model that is none of images, or neither a class nor a feature
 * @throws {RangeError} for a class, a layer, a channel or a unit that there is not, or an unknown option
 */
export async function maximizeActivation(
  model: Model,
  given: MaximizeOptions,
): Promise<FoundImage> {
  const where = "maximizeActivation", settings = options(where, given, schema);
  const { target, channel, layer, unit, start, seed } = settings;
  if ((target === undefined) === (channel === undefined)) {
    throw new TypeError(
      `${where}: expected a target (a class) or a channel (of a layer), found ${
        target === undefined ? "neither" : "both"
      }`,
    );
  }
  const chosen = [target ?? channel!].flat(), count = chosen.length;
  const answers = target === undefined
    ? channelAnswers(where, model, layer, chosen, unit, settings)
    : classAnswers(where, model, chosen, settings);
  const found = await searchImage({
    model,
    start: startOf(model, count, seed, start, where),
    loss: (x) => answers(x).sum().neg(),
    scaled: true,
  }, settings);
  return { image: found.image, values: found.values.map((value) => -value / count) };
}

type Answers = (x: Tensor) => Tensor;

function classAnswers(
  where: string,
  model: Model,
  target: readonly number[],
  settings: Pick<SearchOptions, "weights">,
): Answers {
  checkClassifier(model, where);
  oneForEach(target, target.length, model.outputShape.at(-1)!, `${where}: target`);
  const labels = tensor([...target], { dtype: "i32" });
  return (x) => scoresOf(logitsOf(model, x, settings), labels);
}

function channelAnswers(
  where: string,
  model: Model,
  layer: string | undefined,
  channel: readonly number[],
  unit: readonly [number, number] | undefined,
  settings: Pick<SearchOptions, "weights">,
): Answers {
  const { name, outputShape } = mapsLayer(where, model, layer), n = channel.length;
  const [rows, columns, channels] = outputShape as [number, number, number];
  oneForEach(channel, n, channels, `${where}: channel`);
  if (unit && (unit[0] >= rows || unit[1] >= columns)) {
    throw new RangeError(
      `${where}: unit: expected a row and a column of ${rows} x ${columns}, found ${unit}`,
    );
  }
  const mask = oneHot([...channel], channels).reshape([n, 1, 1, channels]);
  return (x) => {
    const map = mapsOf(model, x, name, settings).mul(mask).sum(-1);
    return unit ? map.slice([0, ...unit], [n, 1, 1]).sum([1, 2]) : map.mean([1, 2]);
  };
}
