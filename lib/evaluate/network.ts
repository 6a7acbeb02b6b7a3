import { cifar10Classes } from "../../data/cifar.ts";
import type { Model } from "../train/model.ts";
import { loadModel } from "../train/model.ts";
import { loadWeights, type LoadWeightsOptions } from "../weights/load.ts";
import { openWeights } from "../weights/open.ts";
import { publishedWeights } from "../weights/published.ts";
import type { Preprocessing } from "../zoo/published.ts";
import { type ZooEntry, zooEntry } from "../zoo/zoo.ts";
import { UsageError } from "./options.ts";

/** A network that is ready to be used, and what it does to images. */
export interface OpenNetwork {
  readonly model: Model;
  readonly preprocessing: Preprocessing;
  /** Names of its classes, where they are known. */
  readonly classes: readonly string[] | undefined;
}

/** The names that stand for published weights. */
const published = ["imagenet", "cifar10"] as const;
type PublishedName = typeof published[number];

/**
 * Builds a network of the zoo and loads weights: a file, a URL, or "imagenet" or "cifar10" for those
 * that are published. Caffe's names and preprocessing are used where the file has Caffe's names. A
 * model that this library saved brings its own architecture.
 */
export async function openNetwork(
  name: string | undefined,
  weights: string | undefined,
): Promise<OpenNetwork> {
  if (name === undefined || weights === undefined) {
    throw new UsageError(
      `expected --${name === undefined ? "model NAME" : "weights FILE"}; see --help`,
    );
  }
  const entry = entryOf(name);
  if (published.includes(weights as PublishedName)) {
    const model = build(entry, entry.preprocessing);
    await loadWeights(model, publishedWeights(name, weights as PublishedName));
    return { model, preprocessing: entry.preprocessing, classes: classesOf(model, entry) };
  }
  const file = await inspect(weights, entry);
  if (file.isModel) {
    const model = await loadModel(weights);
    const { normalization = entry.preprocessing.normalization } = model;
    const preprocessing = { ...entry.preprocessing, normalization, crop: model.inputShape[0]! };
    return { model, preprocessing, classes: classesOf(model, entry) };
  }
  const { map, preprocessing } = file;
  const model = build(entry, preprocessing), ignore = auxiliaryOf(name);
  await loadWeights(model, weights, { ...map && { map }, ...ignore && { ignore } });
  return { model, preprocessing, classes: classesOf(model, entry) };
}

function entryOf(name: string): ZooEntry {
  try {
    return zooEntry(name);
  } catch (error) {
    throw new UsageError(`--model: ${(error as Error).message}`);
  }
}

function build(entry: ZooEntry, { crop }: Preprocessing): Model {
  return entry.build(crop === undefined ? {} : { inputShape: [crop, crop, 3] });
}

/** What a file of weights says of itself by its names. */
async function inspect(weights: string, { caffe, preprocessing }: ZooEntry): Promise<{
  readonly isModel: boolean;
  readonly map?: NonNullable<LoadWeightsOptions["map"]>;
  readonly preprocessing: Preprocessing;
}> {
  using file = await openWeights(weights);
  const isModel = file.metadata.format === "striate-model";
  const layers = new Set([...file.tensors.keys()].map((name) => name.replace(/\.[^.]*$/, "")));
  if (caffe !== undefined && [...caffe.names.values()].every((layer) => layers.has(layer))) {
    return { isModel, map: caffe.names, preprocessing: caffe.preprocessing };
  }
  return { isModel, preprocessing };
}

/** The tensors of auxiliary heads in the published weights of a network. */
function auxiliaryOf(name: string): RegExp | undefined {
  try {
    return publishedWeights(name).ignore;
  } catch {
    return undefined; // None are published.
  }
}

function classesOf(model: Model, entry: ZooEntry): readonly string[] | undefined {
  const isCifar = entry.name.startsWith("cifar-") && model.outputShape[0] === 10;
  return model.classes ?? (isCifar ? cifar10Classes : undefined);
}
