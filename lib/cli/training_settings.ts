import { integer, number, oneOf, positiveInteger, text } from "../core/option_kinds.ts";
import { pick, type Values } from "../core/options.ts";
import { nearestName } from "../core/suggest.ts";
import type { StepConfig } from "../augment/steps.ts";
import { type DataName, dataSets } from "./data_sets.ts";
import { networkOption } from "./network_option.ts";
import { option, path, toggle, UsageError } from "./command.ts";
import {
  firstRates,
  hasMomentum,
  optimizerNames,
  type OptimizerSettings,
  scheduleNames,
} from "./training_optimizer.ts";
import { type UsualName, usualOf } from "./usual_settings.ts";

const dataNames = Object.keys(dataSets) as DataName[];

/** The options that decide what a training run yields. */
export const runSchema = {
  model: networkOption("one of those below (lenet5; of a folder cifar-resnet20)"),
  data: option(
    `a folder, shards, or ${dataNames.join(", ")} (digits)`,
    text(),
    "DIR|NAME",
  ),
  val: option(
    "a folder to validate by, or a share (0.2; of a data set by name 0.1)",
    text(),
    "DIR|SHARE",
  ),
  labels: path("what images in one folder show; else there is a folder for each class"),
  "val-labels": path("the same for the folder of --val"),
  test: option(
    "images that choose nothing, for the last figure: a folder, or a share",
    text(),
    "DIR|SHARE",
  ),
  "test-labels": path("the same for the folder of --test"),
  classes: option("auto, or the names by label, as shards need them (auto)", text(), "A,B,..."),
  "image-size": option("the side that images of a folder are brought to", positiveInteger()),
  augment: option(
    "crop-flip, cifar, alexnet, imagenet, a file of steps, or none",
    text(),
    "NAME|FILE.json",
  ),
  weights: path("to begin with: a file, URL, folder of a run, imagenet or cifar10"),
  freeze: option("keeps the layers up to one, or to a block, as they are", text(), "LAYER"),
  "head-epochs": option(
    "epochs of the new head alone, with --weights (below)",
    integer({ least: 0 }),
  ),
  epochs: option(
    "times that all images are seen (below; 3 of drawn data)",
    integer({ least: 0 }),
  ),
  "batch-size": option(
    "images of a batch (below)",
    positiveInteger(),
  ),
  accumulate: option("batches of a step, where memory holds no larger ones (1)", positiveInteger()),
  optimizer: option("the rule of the steps (sgd)", oneOf(optimizerNames)),
  "learning-rate": option(
    "first rate (below; adagrad 0.01, adadelta 1, lion 0.0001, others 0.001)",
    number({ above: 0 }),
  ),
  "trunk-rate": option(
    "share of the rate before the head, with --weights (sgd 0.1, others 0.01)",
    number({ above: 0, most: 1 }),
  ),
  momentum: option(
    "share of the last step that goes on, for sgd and rmsprop (0.9 for sgd)",
    number({ least: 0, below: 1 }),
  ),
  "weight-decay": option(
    "pull of the weights to zero (below for sgd, else 0)",
    number({ least: 0 }),
  ),
  "clip-norm": option("longest gradient of all weights together", number({ above: 0 })),
  schedule: option("how the learning rate changes (below)", oneOf(scheduleNames)),
  ema: toggle("measures and keeps the moving average of the weights"),
  mixup: option(
    "mixes each image with another, by shares of this alpha",
    number({ above: 0 }),
    "ALPHA",
  ),
  "label-smoothing": option(
    "share of a target that is spread over all classes (0)",
    number({ least: 0, below: 1 }),
  ),
  "class-weights": option(
    "what classes count in the loss: balanced, or numbers by name",
    text(),
    "balanced|A=2,...",
  ),
  balanced: toggle("draws all classes equally often, for data in which some are rare"),
  seed: option("the same seed gives the same weights (0)", integer({ least: 0 })),
};

/** Options as they were given, without defaults. */
export type Given = Values<typeof runSchema>;

/** Options with their defaults: what a run depends on, and what its checkpoint keeps. */
export interface Settings extends OptimizerSettings {
  /** What is usual for such a run, where nothing else was said. */
  readonly usual: UsualName;
  /** Undefined for a model that was saved here. */
  readonly model?: string;
  readonly data: string;
  readonly val?: string;
  readonly labels?: string;
  readonly valLabels?: string;
  readonly test?: string;
  readonly testLabels?: string;
  readonly classes?: string;
  readonly imageSize?: number;
  readonly augment?: string;
  /** The steps that `augment` stood for when the run began. */
  readonly augmentation?: readonly StepConfig[];
  readonly weights?: string;
  readonly freeze?: string;
  readonly headEpochs: number;
  /** The share of the learning rate that the layers before the head learn with. */
  readonly trunkRate?: number;
  readonly batchSize: number;
  readonly accumulate?: number;
  readonly ema?: boolean;
  readonly mixup?: number;
  readonly labelSmoothing: number;
  readonly classWeights?: string;
  readonly balanced?: boolean;
  readonly seed: number;
}

/** Whether a name is that of a data set here, and no folder's. */
export const isDataName = (name: string): name is DataName => Object.hasOwn(dataSets, name);

function usualFor({ model, weights }: Given, data: string): UsualName {
  if (weights !== undefined) return "fine-tuning";
  if (!isDataName(data)) return "images";
  return data === "cifar10" && model?.startsWith("cifar-") ? "residual-cifar" : "plain";
}

/** Options that may name what is in files. */
const pathOptions = [
  "data",
  "val",
  "labels",
  "val-labels",
  "test",
  "test-labels",
  "weights",
] as const;

/**
 * Options with whole paths for what is there, so that a run goes on from wherever it is resumed; other
 * texts, such as names and addresses, stay as they are.
 */
export function withWholePaths<G extends Given>(given: G): G {
  const whole = pathOptions.flatMap((name) => {
    const value = given[name];
    // A share for tests, and what is published, come before files of such names.
    const isName = value === undefined || isDataName(value) || value === "imagenet" ||
      Number.isFinite(Number(value));
    return isName ? [] : [[name, wholePath(value)]];
  });
  return { ...given, ...Object.fromEntries(whole) };
}

function wholePath(path: string): string {
  if (/^([/\\]|[a-z]:)/i.test(path)) return path;
  try {
    // A pattern of shards is where its folder is.
    const [, around] = /^((?:[^{]*[/\\])?)[^/\\{]*\{/.exec(path) ?? [];
    Deno.statSync(around === undefined ? path : around || ".");
  } catch {
    return path;
  }
  let folder = Deno.cwd(), rest = path;
  for (let step; (step = /^(\.\.?)(?:[/\\]+|$)/.exec(rest)) !== null;) {
    if (step[1] === "..") folder = folder.replace(/[/\\]+[^/\\]+$/, "");
    rest = rest.slice(step[0].length);
  }
  return rest === "" ? folder || "/" : `${folder}/${rest}`;
}

/** The share of the images of a data set here that is kept to measure each epoch by. */
const keptForValidation = "0.1";

/** The settings of a new run. */
export function settingsOf(given: Given): Settings {
  const { data = "digits", optimizer = "sgd" } = given, usual = usualFor(given, data);
  checkData(data);
  checkTogether(given, data);
  const { title: _, learningRate, weightDecay, augment, imageSize, ...others } = usualOf(usual);
  const plain = optimizer === "sgd", tunes = usual === "fine-tuning" && given.epochs !== 0;
  const settings = {
    headEpochs: 0,
    labelSmoothing: 0,
    ...others,
    ...imageSize !== undefined && given.model === undefined && { imageSize },
    // Digits are not to be mirrored.
    ...augment && given.epochs !== 0 && (usual !== "fine-tuning" || !isDataName(data)) &&
      { augment },
    ...isDataName(data) && dataSets[data].epochs && usual === "plain" &&
      { epochs: dataSets[data].epochs },
    ...Object.fromEntries(Object.entries(given).map(([name, value]) => [camelCase(name), value])),
    usual,
    data,
    ...isDataName(data) && { val: given.val ?? keptForValidation },
    optimizer,
    learningRate: given["learning-rate"] ?? (plain ? learningRate : firstRates[optimizer] ?? 0.001),
    ...tunes && { trunkRate: given["trunk-rate"] ?? (plain ? 0.1 : 0.01) },
    momentum: given.momentum ?? (plain ? 0.9 : 0),
    weightDecay: given["weight-decay"] ?? (plain ? weightDecay : 0),
    seed: given.seed ?? 0,
  };
  if (settings.epochs === 0 && settings.headEpochs === 0) {
    throw new UsageError("--epochs: expected at least 1; 0 is for a run of the head alone");
  }
  return settings;
}

const camelCase = (name: string) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());

/** Checks that the data are something, before it is known what. */
function checkData(data: string): void {
  if (isDataName(data) || /[/\\{]|^https?:|\.tar$/.test(data)) return;
  try {
    Deno.statSync(data);
  } catch {
    const near = nearestName(data, dataNames), guess = near ? `; did you mean "${near}"?` : "";
    throw new UsageError(
      `--data: expected a folder of images or one of ${dataNames.join(", ")}, found ` +
        `${JSON.stringify(data)}, and there is no such folder${guess}`,
    );
  }
}

const ofFolders = [
  "labels",
  "val-labels",
  "test",
  "test-labels",
  "image-size",
  "classes",
] as const;
const ofWeights = ["freeze", "head-epochs", "trunk-rate"] as const;
const ofAll = ["augment", "mixup", "accumulate", "ema", "freeze", "trunk-rate"] as const;

/** Checks that no option is given which would be ignored. */
function checkTogether(given: Given, data: string): void {
  const { optimizer = "sgd", weights } = given;
  const refuse = (name: keyof Given, why: string) => {
    throw new UsageError(`--${name}: ${why}`);
  };
  if (given.momentum !== undefined && !hasMomentum(optimizer)) {
    refuse("momentum", `${optimizer} has none; it is for sgd and rmsprop`);
  }
  if (given.balanced && given["class-weights"] === "balanced") {
    refuse("balanced", "does what --class-weights balanced does in another way; leave one out");
  }
  if (isDataName(data)) {
    const name = ofFolders.find((name) => given[name] !== undefined);
    if (name) refuse(name, `is for a folder of images; ${data} has all of that itself`);
    if (given.val !== undefined && shareOf(given.val) === undefined) {
      refuse("val", `a folder is for images of your own; of ${data} a share is kept, as 0.1`);
    }
  }
  if (weights === undefined) {
    const name = ofWeights.find((name) => given[name] !== undefined);
    if (name) refuse(name, "is for weights that were trained before; give --weights");
  }
  if (given.epochs === 0) {
    const name = ofAll.find((name) => given[name] !== undefined);
    if (name) refuse(name, "is for epochs after those of the head; leave out --epochs 0");
  }
  for (const part of ["val", "test"] as const) {
    const place = given[part],
      hasFolder = place !== undefined && shareOf(place, part) === undefined;
    if (given[`${part}-labels`] !== undefined && !hasFolder) {
      refuse(`${part}-labels`, `is for the images of a folder; give --${part} DIR`);
    }
  }
  checkApart({ ...given, data });
}

/** Checks that no images are learnt by that choose something, or choose something and test. */
function checkApart({ data, val, test }: Given): void {
  const parts = { val: { data }, test: { data, val } } as const;
  for (const [part, others] of Object.entries(parts)) {
    const place = part === "val" ? val : test;
    if (place === undefined || shareOf(place, part) !== undefined) continue;
    const same = Object.entries(others).find(([, other]) => isSamePlace(other, place));
    if (same === undefined) continue;
    const wanted = part === "val" ? "are not learnt" : "choose nothing";
    throw new UsageError(
      `--${part}: expected images that ${wanted}, found those of --${same[0]}: ${place}`,
    );
  }
}

const withoutEnd = (path: string) => path.replace(/[/\\]+$/, "");
const isSamePlace = (place: string | undefined, other: string) =>
  place !== undefined && withoutEnd(place) === withoutEnd(other);

/**
 * The share of images that `--val` or `--test` keeps; undefined where it is a folder.
 *
 * @throws {UsageError} for a number that is no share
 */
export function shareOf(place: string, option = "val"): number | undefined {
  const share = Number(place), isEmpty = place.trim() === "";
  if (Number.isNaN(share)) return undefined;
  if (share > 0 && share < 1) return share;
  throw new UsageError(
    `--${option}: expected a folder, or a share of the images above 0 and below 1, found ${
      isEmpty ? "nothing" : place
    }`,
  );
}

/** The layer that `--freeze` names; "up-to-LAYER" is LAYER too. */
export const frozenLayer = (freeze: string): string => freeze.replace(/^up-to-/, "");

/** What a run of before did not know. */
const before = { usual: "plain", headEpochs: 0, labelSmoothing: 0 } as const;

/** The settings that a checkpoint keeps; of the options given, only the epochs may differ. */
export function resumedSettings(run: string, given: Given, where: string): Settings {
  const saved: Settings = { ...before, ...JSON.parse(run) };
  for (const [option, value] of Object.entries(given)) {
    const found = saved[camelCase(option) as keyof Settings];
    if (option === "epochs" || found === value) continue;
    throw new UsageError(
      `--${option}: the run in ${where} has ${found ?? "none"}, and goes on with it; leave the ` +
        "option out",
    );
  }
  return { ...saved, ...pick(given, "epochs") };
}

/** The settings of the first phase of a run, in which a new head learns alone. */
export const headSettings = ({ accumulate: _, ema: __, ...settings }: Settings): Settings => ({
  ...settings,
  epochs: settings.headEpochs,
});
