/**
 * Networks that were trained before, for new classes.
 *
 * @module
 */
import type { DownloadProgress } from "../core/download.ts";
import { ClassNames } from "../core/class_names.ts";
import { heightAndWidth, type Preprocessing } from "../core/preprocessing.ts";
import { formatShape, sameShape, type Shape } from "../core/shape.ts";
import { rebuild } from "../nn/rebuild.ts";
import { Model } from "../train/model.ts";
import { openWeights } from "../weights/open.ts";
import { UsageError } from "./command.ts";
import { entryOf, weightsPlace } from "./network_option.ts";
import { openWeightsOf } from "./open_weights.ts";
import { frozenLayer, type Settings } from "./training_settings.ts";

/** The names that stand for published weights. */
const published: ReadonlySet<string> = new Set(["imagenet", "cifar10"]);

/** Who is told of a download. */
interface Events {
  download(progress: DownloadProgress): void;
}

/** A network whose weights were trained before. */
export interface Pretrained {
  readonly net: Model;
  readonly preprocessing: Preprocessing;
  /** What is to be said of the weights. */
  readonly notes: readonly string[];
}

/**
 * The network of `--model` with the weights of `--weights`, for the classes of the data: with a new head,
 * unless it is a model that was saved here with these very classes. What `--freeze` names is frozen.
 *
 * @throws {Error} for weights of another network, or a layer that there is not
 */
export async function pretrained(
  { model: name, weights, imageSize, freeze, seed }: Settings,
  classes: readonly string[],
  events: Events,
): Promise<Pretrained> {
  if (name !== undefined) await entryOf(name);
  const place = await weightsPlace(weights!);
  // What has to be fetched is fetched once.
  const isLocal = !published.has(place) && !/^https?:/.test(place);
  const isKnown = isLocal && await knowsClasses(place, classes);
  const { model, preprocessing, report } = await openWeightsOf(name, place, {
    ...!isKnown && { classes, seed },
    onProgress: events.download,
  });
  const side = imageSize, before = preprocessing.crop;
  const sized = side === undefined
    ? { net: model, preprocessing }
    : { net: await resized(model, side), preprocessing: sizedTo(side, preprocessing) };
  // What was frozen when it was saved learns again.
  sized.net.unfreeze();
  if (freeze !== undefined) frozen(sized.net, freeze);
  const [first] = String(report).split("\n");
  const head = isKnown ? "its classes are those of the data" : "the head is new";
  const size = side !== undefined && before !== side ? [`made for images of ${before} pixels`] : [];
  return { ...sized, notes: [[first, head, ...size].join("; ")] };
}

/** Whether a file is a model that was saved here with the same classes, in whatever order. */
async function knowsClasses(place: string, classes: readonly string[]): Promise<boolean> {
  using file = await openWeights(place);
  const { format, classes: written } = file.metadata;
  if (format !== "striate-model" || written === undefined) return false;
  const known: unknown = JSON.parse(written);
  if (!Array.isArray(known) || known.length !== classes.length) return false;
  const names = new ClassNames(known.map(String));
  return new Set(classes.map((name) => names.find(name, place)).filter((n) => n !== undefined))
    .size === known.length;
}

/** A preprocessing for images of another size, in the same proportion. */
function sizedTo(side: number, { resize, crop, ...others }: Preprocessing): Preprocessing {
  const before = crop === undefined ? undefined : Math.min(...heightAndWidth(crop));
  return {
    ...others,
    ...typeof resize === "number" && before && { resize: Math.round(resize * side / before) },
    crop: side,
  };
}

/**
 * The same network for images of another size, with the same weights.
 *
 * @throws {UsageError} for one that takes its own size alone
 */
async function resized(model: Model, side: number): Promise<Model> {
  const { architecture, inputShape } = model, shape = [side, side, inputShape[2]!];
  if (sameShape(shape, inputShape)) return model;
  const refuse = (why: string) =>
    new UsageError(
      `--image-size: the network takes images of ${formatShape(inputShape)}, not of ` +
        `${formatShape(shape)}: ${why}`,
    );
  const values = architecture.values.map((value) => "input" in value ? { input: shape } : value);
  let made: Model;
  try {
    const { inputs, outputs, names } = rebuild({ ...architecture, values }, "--image-size");
    made = new Model(inputs, outputs, model.seed, names);
  } catch (error) {
    const { cause, message } = error as Error;
    throw refuse(cause instanceof Error ? cause.message : message);
  }
  const before = model.namedWeights;
  for (const [name, weight] of made.namedWeights) {
    const other = before.get(name)!;
    if (!sameShape(other.shape, weight.shape)) {
      throw refuse(
        `${name} would be ${formatShape(weight.shape)} instead of ${formatShape(other.shape)}`,
      );
    }
    weight.assign(await other.read());
  }
  if (model.classes !== undefined) made.classes = model.classes;
  return made;
}

/**
 * Freezes the bottom of a network.
 *
 * @throws {UsageError} for a layer that there is not, or where nothing is left to train
 */
function frozen(net: Model, freeze: string): void {
  const upTo = frozenLayer(freeze);
  try {
    net.freeze({ upTo });
  } catch (error) {
    throw new UsageError(`--freeze: ${(error as Error).message}`);
  }
  if (net.weights.some(({ trainable }) => trainable)) return;
  throw new UsageError(
    `--freeze: up to ${upTo} these are all layers with weights; leave some to be trained`,
  );
}

/**
 * Checks that images of a data set are those that a network takes.
 *
 * @throws {UsageError} for others
 */
export function checkSize(net: Model, shape: Shape, { data, weights }: Settings): void {
  if (sameShape(net.inputShape, shape)) return;
  throw new UsageError(
    `--weights: ${weights} is for images of ${
      formatShape(net.inputShape)
    }, and those of ${data} are ` +
      formatShape(shape),
  );
}
