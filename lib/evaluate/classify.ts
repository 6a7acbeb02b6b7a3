import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import type { DecodeOptions } from "../vision/decode.ts";
import { readViews, viewCount, type ViewOptions } from "../vision/preprocess.ts";
import type { Preprocessing } from "../zoo/published.ts";
import { preprocessingFor } from "./input.ts";
import { highest, type Ranked, softmax } from "./top_k.ts";

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
 * @throws {RangeError} for a preprocessing that does not fit the model
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
  const { k = 5 } = options;
  const preprocessing = preprocessingFor(model, options.preprocessing, "classifyImage");
  const [height, width, channels] = model.inputShape as [number, number, number];
  const pixels = await readViews(
    bytes,
    preprocessingFor(model, preprocessing, "classifyImage"),
    options,
  );
  model.normalization = preprocessing.normalization;
  const views = viewCount(options);
  const x = tensor(pixels, { shape: [views, height, width, channels] });
  const outputs: Tensor | Tensor[] = await model.predict(x, { batchSize: views });
  const logits = await (Array.isArray(outputs) ? outputs[0]! : outputs).data();
  const count = logits.length / views;
  const mean = new Float64Array(count);
  for (let view = 0; view < views; view++) {
    const row = softmax(logits.subarray(view * count, (view + 1) * count));
    row.forEach((probability, i) => mean[i]! += probability / views);
  }
  return highest(mean, k).map((index) => ({ index, score: mean[index]! }));
}
