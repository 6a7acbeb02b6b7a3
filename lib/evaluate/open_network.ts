import { describeValue, wrongType } from "../core/errors.ts";
import { type CacheOptions, cacheSchema } from "../core/cache.ts";
import { cifar10Classes } from "../../data/cifar.ts";
import { imageNetClasses } from "../../data/imagenet_classes.ts";
import { integer } from "../core/option_kinds.ts";
import { options, pick, type Schema } from "../core/options.ts";
import { loadModel } from "../train/load_model.ts";
import type { Model } from "../train/model.ts";
import { newClassesOption, newHead } from "../train/replace_head.ts";
import { loadWeights, type LoadWeightsOptions, loadWeightsSchema } from "../weights/load.ts";
import { matchWeights } from "../weights/match.ts";
import type { WeightReport } from "../weights/report.ts";
import type { WeightFile } from "../weights/weight_file.ts";
import { openWeights } from "../weights/open.ts";
import type { Preprocessing, SquarePreprocessing } from "../core/preprocessing.ts";
import type { CaffeForm, ZooEntry } from "../zoo/entry.ts";
import { networkNamed, publishedWeights } from "../zoo/zoo.ts";

/** A network that is ready to be used, and what it does to images. */
export interface OpenNetwork {
  /** The network, with its weights, and names of its classes where they are known. */
  readonly model: Model;
  /** How images become its inputs. */
  readonly preprocessing: Preprocessing;
  /** Which weights come from the file, and which are new (`kept`); it prints. */
  readonly report: WeightReport;
}

/** Settings of {@linkcode openNetwork}: those of loadWeights that a network needs. */
export interface OpenNetworkOptions
  extends CacheOptions, Pick<LoadWeightsOptions, "map" | "ignore" | "part"> {
  /**
   * Other classes than those that it was trained for: their number, or their names in the order of the
   * labels. The head, which is the last dense layer or convolution, is replaced by a new one, and so
   * are those of auxiliary classifiers; all else is loaded: see {@linkcode replaceHead}.
   */
  readonly classes?: number | readonly string[];
  /** Seeds the first weights of a new head; 0 by default. */
  readonly seed?: number;
}

const schema = {
  ...cacheSchema,
  ...pick(loadWeightsSchema, "map", "ignore", "part"),
  classes: newClassesOption,
  seed: integer(),
} satisfies Schema<OpenNetworkOptions>;

/** The names that stand for published weights. */
const published = ["imagenet", "cifar10"] as const;
type PublishedName = typeof published[number];

/** Images for a model of which nothing is known: as they are, from 0 to 1. */
const plain: SquarePreprocessing = {
  channels: "rgb",
  normalization: { mean: [0], standardDeviation: [1] },
};

/**
 * A network of the zoo with weights, and with the preprocessing that they want: a file or URL (Caffe's
 * names are known by themselves), or "imagenet" or "cifar10" for weights that are published, which are
 * downloaded once.
 *
 * A model that this library saved brings its own architecture, classes and preprocessing; `name` may
 * then be undefined. With `map`, `ignore` or `part` its file is taken as one of weights, for the network of
 * that name. The model knows the preprocessing too, and a later `save` keeps it.
 *
 * For other `classes`, it is a network to be fine-tuned:
 *
 * ```ts ignore
 * import { imageFolder, openNetwork } from "@striate/striate";
 * const { model, preprocessing, report } = await openNetwork("resnet18", "imagenet", {
 *   classes: ["ants", "bees"],
 * });
 * console.log(String(report)); // …: 120 of 122 weights matched; fc.kernel and fc.bias are new
 * const { train, test } = await imageFolder("photos", { preprocessing, augment: "crop-flip" });
 * await model.freeze({ upTo: "layer3" }).fit(train, { epochs: 10, validation: test });
 * ```
 *
 * As it was trained:
 *
 * ```ts ignore
 * import { evaluateImages, openImages, openNetwork } from "@striate/striate";
 * const { model } = await openNetwork("resnet50", "imagenet");
 * const images = await openImages("val", { synsets: "synset_words.txt" });
 * console.log((await evaluateImages(model, images)).top5Error);
 * ```
 *
 * @throws {RangeError} for a name that is not in the zoo, or is not that of a saved model, fewer than
 * two classes, or a class that comes twice
 * @throws {TypeError} for weights of another network (a {@linkcode WeightMismatchError}), or new classes for one whose output is not that
 * of a dense layer or a convolution
 * @throws {SyntaxError} for a damaged file; and whatever a download throws
 */
export async function openNetwork(
  name: string | undefined,
  weights: string,
  given: OpenNetworkOptions = {},
): Promise<OpenNetwork> {
  const { map, ignore, part, classes, seed, ...cache } = options("openNetwork", given, schema);
  if (seed !== undefined && classes === undefined) {
    throw new TypeError("openNetwork: seed: it is that of a new head; give classes too");
  }
  if (typeof weights !== "string") {
    const expected = 'a path, a URL, "imagenet" or "cifar10"';
    throw wrongType("openNetwork: weights", expected, describeValue(weights));
  }
  const entry = name === undefined ? undefined : networkNamed(name, "openNetwork: ");
  const renew = (model: Model) =>
    classes === undefined
      ? { model, replaced: [] }
      : newHead(model, classes, seed ?? 0, "openNetwork: classes");
  if (published.includes(weights as PublishedName)) {
    if (entry === undefined) {
      throw new RangeError(
        `openNetwork: ${weights}: published weights are of a network; name it, as "squeezenet1.1"`,
      );
    }
    const { preprocessing } = entry, { model, replaced } = renew(build(entry));
    const known = publishedWeights(entry.name, weights as PublishedName);
    const report = await loadWeights(model, known, {
      ...cache,
      ...pick(given, "map", "ignore", "part"),
      keep: replaced,
    });
    return { model, preprocessing, report };
  }
  using file = await openWeights(weights, pick(cache, "signal"));
  const asModel = [map, ignore, part].every((option) => option === undefined);
  if (file.metadata.format === "striate-model" && asModel) {
    const saved = await loadModel(weights), preprocessing = preprocessingOf(saved, entry, weights);
    const { model, replaced } = renew(saved);
    // A checkpoint has more than weights.
    const { report } = matchWeights(model, file, { keep: replaced, ignore: [/(?:)/] });
    return { model, preprocessing, report };
  }
  if (entry === undefined) {
    throw new RangeError(
      asModel
        ? `${weights}: expected a model that was saved here, found weights alone; say of which network ` +
          "they are (--model NAME)"
        : `${weights}: map, ignore and part are for the weights of a network; name it`,
    );
  }
  const caffe = caffeFormOf(file, entry);
  const { model, replaced } = renew(build(entry, caffe)), names = map ?? caffe?.names;
  const left = [ignore, entry.weights?.ignore].filter((pattern) => pattern !== undefined);
  const report = await loadWeights(model, file, {
    ...names && { map: names },
    ...part !== undefined && { part },
    ...left.length > 0 && { ignore: either(left) },
    keep: replaced,
  });
  return { model, preprocessing: (caffe ?? entry).preprocessing, report };
}

/** What fits any of some patterns. */
const either = (patterns: readonly RegExp[]) =>
  new RegExp(
    patterns.map(({ source }) => `(?:${source})`).join("|"),
    patterns.some(({ flags }) => flags.includes("i")) ? "i" : "",
  );

/** The network in its own form or Caffe's, for images of the size that its weights were made for. */
function build(entry: ZooEntry, form: Pick<ZooEntry, "build" | "preprocessing"> = entry): Model {
  const { preprocessing } = form, { crop } = preprocessing;
  const model = form.build(crop === undefined ? {} : { inputShape: [crop, crop, 3] });
  model.preprocessing = preprocessing;
  if (entry.name.startsWith("cifar-")) model.classes = cifar10Classes;
  // In the zoo, what tells a thousand classes apart was trained on ImageNet.
  else if (model.outputShape[0] === imageNetClasses.length) model.classes = imageNetClasses;
  return model;
}

/**
 * A model that was saved: one that was trained from first weights here knows neither the order of
 * colours nor the part of an image that it is shown.
 */
function preprocessingOf(
  model: Model,
  entry: ZooEntry | undefined,
  where: string,
): Preprocessing {
  if (entry !== undefined) checkSaved(model, entry, where);
  const [height, width, depth] = model.inputShape as [number, number, number];
  const { channels, normalization, resize, crop }: SquarePreprocessing = entry?.preprocessing ??
    plain;
  const preprocessing: Preprocessing = {
    ...resize && crop && height === width ? { resize: Math.round(height * resize / crop) } : {},
    crop: height === width ? height : [height, width],
    channels: depth === 1 ? "gray" : channels === "gray" ? "rgb" : channels,
    normalization: normalization.mean.length === depth ? normalization : plain.normalization,
    ...model.preprocessing,
  };
  model.preprocessing = preprocessing;
  return preprocessing;
}

/** Refuses a saved model that is not the network of that name. */
function checkSaved(model: Model, entry: ZooEntry, where: string): void {
  const { inputShape, outputShape: [classes], parameters } = model;
  let built: Model | undefined;
  try {
    built = entry.build({ inputShape, classes: classes! });
  } catch { /* It does not take such images: the saved model is another. */ }
  if (built?.parameters === parameters) return;
  throw new RangeError(
    `${where}: expected ${entry.name}, found a model with ${parameters} parameters instead of ${
      (built ?? entry).parameters
    }; leave the name out (--model) to use the model that was saved`,
  );
}

/**
 * Caffe's form of a network, if a file has all of its layers under Caffe's names. Where layers have the
 * same names here, those of their weights tell: `weight` there, `kernel` in a file from here.
 */
export function caffeFormOf(file: WeightFile, { caffe }: ZooEntry): CaffeForm | undefined {
  // A prefix such as "module." may stand before all of them.
  const found = [...file.tensors.keys()].map((name) => `.${name}`);
  const isCaffe = [...caffe?.names ?? []].every(([here, there]) => {
    const part = `.${there}.${here === there ? "weight" : ""}`;
    return found.some((name) => name.includes(part));
  });
  return isCaffe ? caffe : undefined;
}
