/**
 * Evaluation as of ILSVRC: top-1 and top-5 errors of a network on labelled images.
 *
 * @module
 */
import { describeValue } from "../core/errors.ts";
import { flag, positiveInteger, text } from "../core/option_kinds.ts";
import { options, pick, type Schema } from "../core/options.ts";
import type { Preprocessing } from "../core/preprocessing.ts";
import { formatShape, sameShape } from "../core/shape.ts";
import { formatFields } from "../train/batch.ts";
import { Dataset } from "../train/dataset.ts";
import type { Model } from "../train/model.ts";
import { ImagePool } from "../vision/image_pool.ts";
import { checkViews, viewCount, type ViewOptions, viewSchema } from "../vision/views.ts";
import { labelsFor, withClassesOf } from "./classes.ts";
import { type EvaluationOptions, evaluationSchema } from "./evaluation_options.ts";
import { evaluateItems } from "./evaluation_run.ts";
import { preprocessingFor, preprocessingOption } from "./model_preprocessing.ts";
import { checkClassifier, type Item } from "./scorer.ts";
import type { ImageSource } from "../images/image_source.ts";
import type { Evaluation } from "./tally.ts";

/** Settings of {@linkcode evaluateImages}. */
export interface EvaluateImagesOptions extends EvaluationOptions, ViewOptions {
  /**
   * How images become inputs; by default as the model has it ({@linkcode openNetwork} sets it), or in
   * a model that was trained here, by its normalization.
   */
  readonly preprocessing?: Preprocessing;
  /** Whether images are turned as their EXIF data say; false by default, as ILSVRC's are measured. */
  readonly rotate?: boolean;
  /** Whether a corrupt image ends the evaluation by its error; false by default: it is counted. */
  readonly strict?: boolean;
  /** Threads that decode; by default one a core but one, from 1 to 8. */
  readonly threads?: number;
}

/** Settings of {@linkcode evaluateDataset}. */
export interface EvaluateDatasetOptions extends EvaluationOptions {
  /** The normalization, by default the model's or else the data's, and the order of colours. */
  readonly preprocessing?: Preprocessing;
  /** What the data set is called in the journal; "data" by default. */
  readonly name?: string;
}

const imagesSchema = {
  ...evaluationSchema,
  ...viewSchema,
  preprocessing: preprocessingOption,
  rotate: flag(false),
  strict: flag(false),
  threads: positiveInteger(),
} satisfies Schema<EvaluateImagesOptions>;

const datasetSchema = {
  ...evaluationSchema,
  preprocessing: preprocessingOption,
  name: text("data"),
} satisfies Schema<EvaluateDatasetOptions>;

/**
 * The top-1 and top-5 error of a network on labelled images. Images are decoded and resized in
 * threads while the device works, and only a few are in memory at a time. With several views of an
 * image, the probabilities are averaged.
 *
 * What names its classes is matched with the model's names, however these are spelled. Where a table has
 * names beside numbers, the numbers count, unless a name is that of another of the model's classes:
 * then the names do.
 *
 * Where a figure is compared with another tool's, its rounding of sizes counts too: torchvision's is
 * the default, and `preprocessing: { ...model.preprocessing, rounding: "nearest" }` the other usual one
 * ({@linkcode SizeRounding}). That moves one image in a hundred.
 *
 * ```ts ignore
 * import { evaluateImages, openImages, openNetwork } from "@striate/striate";
 * const { model } = await openNetwork("googlenet", "googlenet.safetensors");
 * const images = await openImages("images", { labels: "labels.tsv" });
 * const result = await evaluateImages(model, images);
 * console.log(result.top5Error, result.top5Interval);
 * ```
 *
 * @throws {RangeError} for a label that the model has no class for, names that are not those
 * of its classes, a preprocessing that does not fit it, or an unknown option
 * @throws {TypeError} for a model without an output for each class, or what is no source of images
 * @throws {SyntaxError} with `strict`, for an image that is corrupt
 */
export async function evaluateImages(
  model: Model,
  source: ImageSource,
  given: EvaluateImagesOptions = {},
): Promise<Evaluation> {
  const settings = options("evaluateImages", given, imagesSchema);
  checkClassifier(model, "evaluateImages");
  const preprocessing = preprocessingFor(model, settings.preprocessing, "evaluateImages");
  const views = pick(settings, "crops", "scales", "filter"), { rotate } = settings;
  checkViews(preprocessing, views);
  const named = withClassesOf(model, source);
  const threads = pick(settings, "rotate", "threads");
  await using pool = new ImagePool(preprocessing, { ...views, ...threads });
  return await evaluateItems(model, named, {
    ...settings,
    prepare: async (item) => (await pool.prepare(await item.read(), item.name)).data,
    views: viewCount(views),
    normalization: preprocessing.normalization,
    // Four a thread keep it at work while one is handed over.
    ahead: 4 * pool.threads,
    about: { ...settings.about, preprocessing, ...views, rotate },
  });
}

/**
 * The top-1 and top-5 error of a network on a data set of images with a class each, such as
 * `cifarFiles(["test_batch.bin"])`. Images go to the network as they are.
 *
 * @throws {TypeError} for a model without an output for each class, or a data set without uint8 images of the model's shape and class labels
 * @throws {RangeError} for names of classes that the model does not have
 */
export async function evaluateDataset(
  model: Model,
  data: Dataset,
  given: EvaluateDatasetOptions = {},
): Promise<Evaluation> {
  const settings = options("evaluateDataset", given, datasetSchema);
  checkClassifier(model, "evaluateDataset");
  if (!(data instanceof Dataset)) {
    throw new TypeError(`evaluateDataset: expected a data set, found ${describeValue(data)}`);
  }
  const { inputs, targets } = data;
  if (inputs[0]?.dtype !== "u8" || targets[0]?.dtype !== "i32" || targets[0].shape.length > 0) {
    throw new TypeError(
      `evaluateDataset: expected uint8 images with an int32 label each, found ${
        formatFields(data)
      }`,
    );
  }
  if (!sameShape(inputs[0].shape, model.inputShape)) {
    throw new TypeError(
      `evaluateDataset: expected images ${formatShape(model.inputShape)}, as the model takes, ` +
        `found ${formatShape(inputs[0].shape)}`,
    );
  }
  const { name, preprocessing } = settings, numberOf = labelsFor(model, data, name);
  const images = async function* (): AsyncGenerator<Item & { pixels: Uint8Array<ArrayBuffer> }> {
    for (let i = 0; i < data.length; i++) {
      const { inputs: [pixels], targets: [label] } = await data.load([i]);
      yield {
        name: String(i),
        label: numberOf(label![0]!),
        pixels: swapped(pixels as Uint8Array<ArrayBuffer>),
      };
    }
  };
  const swapped = (pixels: Uint8Array<ArrayBuffer>) => {
    if (preprocessing?.channels !== "bgr") return pixels;
    return pixels.map((_, i) => pixels[i + 2 - 2 * (i % 3)]!);
  };
  const classes = model.classes ?? data.classes;
  return await evaluateItems(model, { name, length: data.length, classes, images }, {
    ...settings,
    prepare: ({ pixels }) => Promise.resolve(pixels),
    views: 1,
    normalization: preprocessing?.normalization ?? model.normalization ?? data.normalization,
    ahead: 1,
  });
}
