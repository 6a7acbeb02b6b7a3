import { describeValue } from "../core/errors.ts";
import { positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import type { Model } from "../train/model.ts";
import { type DecodeOptions, decodeSchema } from "../vision/decode.ts";
import { readViews, viewCount, type ViewOptions, viewSchema } from "../vision/views.ts";
import type { Preprocessing } from "../core/preprocessing.ts";
import { preprocessingFor, preprocessingOption } from "./model_preprocessing.ts";
import { checkClassifier, probabilitiesOf } from "./scorer.ts";
import { highest, type Ranked } from "./top_k.ts";

/** Settings of {@linkcode classifyImage}. */
export interface ClassifyImageOptions extends ViewOptions, DecodeOptions {
  /** As for {@linkcode evaluateImages}: by default as the model has it. */
  readonly preprocessing?: Preprocessing;
  /** How many classes; 5 by default. */
  readonly k?: number;
}

/** A class that {@linkcode classifyImage} finds, with its probability as the score. */
export interface FoundClass extends Ranked {
  /** The class's name, where the model knows names. */
  readonly name?: string;
}

const schema = {
  ...viewSchema,
  ...decodeSchema,
  preprocessing: preprocessingOption,
  k: positiveInteger(5),
} satisfies Schema<ClassifyImageOptions>;

/**
 * The most probable classes of one encoded image, as {@linkcode decodeImage} reads it, best first, with their
 * names, where the model knows them, and probabilities: the mean over its views. What a model gives is taken for logits, unless its last layer is
 * a softmax or a sigmoid.
 *
 * ```ts ignore
 * import { classifyImage, openNetwork } from "@striate/striate";
 * const { model } = await openNetwork("resnet18", "imagenet");
 * const [best] = await classifyImage(model, await Deno.readFile("cat.jpg"));
 * console.log(best); // { index: 281, score: 0.6, name: "tabby" }
 * ```
 *
 * @throws {SyntaxError} for bytes that are no whole image
 * @throws {TypeError} for a model without an output for each class
 * @throws {RangeError} for a preprocessing that does not fit the model, or an unknown option
 */
export async function classifyImage(
  model: Model,
  bytes: Uint8Array<ArrayBuffer>,
  given: ClassifyImageOptions = {},
): Promise<FoundClass[]> {
  const { preprocessing: wanted, k, ...views } = options("classifyImage", given, schema);
  checkClassifier(model, "classifyImage");
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      "classifyImage: expected the bytes of an image file (await Deno.readFile(path)), found " +
        describeValue(bytes),
    );
  }
  const preprocessing = preprocessingFor(model, wanted, "classifyImage");
  const { data } = await readViews(bytes, preprocessing, views);
  const { normalization } = preprocessing;
  const [probabilities] = await probabilitiesOf(model, data, viewCount(views), normalization);
  return highest(probabilities!, k).map((index) => {
    const name = model.classes?.[index];
    return { index, score: probabilities![index]!, ...name !== undefined && { name } };
  });
}
