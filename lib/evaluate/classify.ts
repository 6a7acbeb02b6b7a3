import { checkOptions } from "../nn/layers/options.ts";
import type { Model } from "../train/model.ts";
import type { DecodeOptions } from "../vision/decode.ts";
import { readViews, viewCount, type ViewOptions } from "../vision/preprocess.ts";
import type { Preprocessing } from "../core/preprocessing.ts";
import { preprocessingFor } from "./input.ts";
import { probabilitiesOf } from "./scorer.ts";
import { highest, type Ranked } from "./top_k.ts";

const known = ["preprocessing", "k", "crops", "scales", "filter", "rotate"];

/**
 * The most probable classes of one encoded image (JPEG, PNG or WebP), best first, with their
 * probabilities: the mean over its views.
 *
 * ```ts ignore
 * import { classifyImage, openNetwork } from "@striate/striate";
 * const { model, preprocessing } = await openNetwork("resnet18", "imagenet");
 * console.log(await classifyImage(model, await Deno.readFile("cat.jpg"), { preprocessing }));
 * ```
 *
 * @throws {SyntaxError} for bytes that are no whole image
 * @throws {RangeError} for a preprocessing that does not fit the model, or an unknown option
 */
export async function classifyImage(
  model: Model,
  bytes: Uint8Array<ArrayBuffer>,
  options: ViewOptions & DecodeOptions & {
    /** As for {@linkcode evaluateImages}: a model that was trained here needs none. */
    readonly preprocessing?: Preprocessing;
    /** How many classes; 5 by default. */
    readonly k?: number;
  } = {},
): Promise<Ranked[]> {
  checkOptions("classifyImage", options, known);
  const { k = 5 } = options;
  const preprocessing = preprocessingFor(model, options.preprocessing, "classifyImage");
  const pixels = await readViews(bytes, preprocessing, options);
  model.normalization = preprocessing.normalization;
  const [probabilities] = await probabilitiesOf(model, pixels, viewCount(options));
  return highest(probabilities!, k).map((index) => ({ index, score: probabilities![index]! }));
}
