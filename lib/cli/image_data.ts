/**
 * Images of the user's own as the data of a run: folders, label tables, shards.
 *
 * @module
 */
import { type Pipeline, pipeline } from "../augment/pipeline.ts";
import type { ImageOptions } from "../images/image_options.ts";
import { imageFolder, type ImageFolderOptions } from "../images/image_folder.ts";
import { imageStream } from "../images/image_stream.ts";
import { openImages } from "../images/open_images.ts";
import { isUrl, shardPattern, shardsIn } from "../images/webdataset.ts";
import type { Preprocessing } from "../core/preprocessing.ts";
import type { Dataset } from "../train/dataset.ts";
import type { DataStream } from "../train/stream.ts";
import { UsageError } from "./command.ts";
import { type Settings, shareOf } from "./training_settings.ts";

/** Images in parts, as they are read with a preprocessing. */
export interface ImageParts {
  /** As training sees them. */
  readonly train: Dataset | DataStream;
  /** Without augmentation. */
  readonly plain: Dataset | DataStream;
  /** What each epoch is measured by: `test`, where there are no others. */
  readonly validation: Dataset | DataStream;
  readonly test: Dataset | DataStream;
  readonly classes: readonly string[];
  readonly notes: readonly string[];
}

/** The place of the images, and their classes; nothing is decoded yet. */
export interface TrainingImages {
  /** The classes, by label. */
  readonly classes: readonly string[];
  /** Reads them for a network. */
  read(
    preprocessing: Preprocessing,
    augmentation: Settings["augmentation"],
    onCorrupt: ImageOptions["onCorrupt"],
  ): Promise<ImageParts>;
}

/** Images of a stream that are mixed at a time. */
const mixedAtOnce = 1024;

/**
 * The images that the settings name.
 *
 * @throws {Error} for what is wrong with folders and lists, in terms of the options
 */
export async function trainingImages(settings: Settings): Promise<TrainingImages> {
  const { data } = settings;
  const hasShards = isUrl(data) || shardPattern.test(data) ||
    await shardsIn(data).then(({ length }) => length > 0, () => false);
  return hasShards ? shardImages(settings) : await folderImages(settings);
}

/** The names that `--classes` lists; undefined for those of the data. */
function namesIn({ classes = "auto" }: Settings): readonly string[] | undefined {
  if (classes === "auto") return undefined;
  const names = classes.split(",").map((name) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (names.length > 1 && !names.includes("") && twice === undefined) return names;
  throw new UsageError(
    `--classes: expected auto, or at least 2 different names with commas between, found ${
      JSON.stringify(classes)
    }`,
  );
}

async function folderImages(settings: Settings): Promise<TrainingImages> {
  const { data, labels, seed } = settings;
  const places = { ...labels && { labels }, ...heldOut(settings), seed };
  const names = namesIn(settings);
  const { classes } = await inOptions(settings, () => imageFolder(data, { ...places, size: 1 }));
  if (names !== undefined) checkNames(names, classes, data);
  return {
    classes: names ?? classes,
    read: (preprocessing, augmentation, onCorrupt) =>
      inOptions(settings, async () => {
        const how = { ...places, preprocessing, ...onCorrupt && { onCorrupt } };
        const plain = await imageFolder(data, { ...how, memory: 0 });
        const { train, validation, test, classes, notes } = await imageFolder(data, {
          ...how,
          ...augmentation && { augment: pipeline(augmentation) },
        });
        return { train, plain: plain.train, validation, test, classes, notes };
      }),
  };
}

/** What share of `--val` is kept where `--test` is given without it. */
const usualValidation = 0.1;

/** The images that are not learnt, by the options of `imageFolder`: with `--val` alone both validate and test. */
function heldOut({ val, valLabels, test, testLabels }: Settings): Partial<ImageFolderOptions> {
  if (test === undefined) {
    const share = val === undefined ? undefined : shareOf(val);
    return {
      ...valLabels && { testLabels: valLabels },
      ...share !== undefined && { split: share },
      ...val !== undefined && share === undefined && { test: val },
    };
  }
  const share = shareOf(test, "test");
  if (val === undefined && share !== undefined && share + usualValidation >= 1) {
    throw new UsageError(
      `--test: expected a share below ${
        1 - usualValidation
      }, as ${usualValidation} of the images ` +
        `is kept to validate by where --val does not say otherwise, found ${test}`,
    );
  }
  return {
    validation: val === undefined ? usualValidation : shareOf(val) ?? val,
    ...valLabels && { validationLabels: valLabels },
    ...share === undefined ? { test } : { split: share },
    ...testLabels && { testLabels },
  };
}

function checkNames(names: readonly string[], found: readonly string[], data: string): void {
  const wrong = [
    ...names.filter((name) => !found.includes(name)),
    ...found.filter((name) => !names.includes(name)),
  ];
  if (wrong.length === 0) return;
  throw new UsageError(
    `--classes: expected those of ${data}, ${found.join(", ")}, found ${names.join(", ")}`,
  );
}

/** Shards, which are read as they come: their classes have to be known before. */
function shardImages(settings: Settings): TrainingImages {
  const { data, val, test, seed } = settings, classes = namesIn(settings);
  if (classes === undefined) {
    throw new UsageError(
      `--data: ${data}: the classes of shards are known only when they have been read; name them by ` +
        "--classes A,B,...",
    );
  }
  if (val === undefined || shareOf(val) !== undefined) {
    throw new UsageError(
      `--data: ${data}: shards are not split; give other shards to test by: --val ${
        val === undefined ? "DIR" : "DIR in place of a share"
      }`,
    );
  }
  if (test !== undefined && shareOf(test, "test") !== undefined) {
    throw new UsageError(`--data: ${data}: shards are not split; give others: --test DIR`);
  }
  const only = (["labels", "valLabels", "testLabels"] as const)
    .find((name) => settings[name] !== undefined);
  if (only !== undefined) throw new UsageError("--labels: shards have their labels in them");
  return {
    classes,
    async read(preprocessing, augmentation, onCorrupt) {
      const stream = async (place: string, augment?: Pipeline) =>
        imageStream(await openImages(place), {
          preprocessing,
          classes,
          ...augment && { augment },
          ...onCorrupt && { onCorrupt },
        });
      const mixed = (stream: DataStream) => stream.shuffle(mixedAtOnce, seed);
      const plain = mixed(await stream(data)), validation = await stream(val);
      return {
        train: augmentation ? mixed(await stream(data, pipeline(augmentation))) : plain,
        plain,
        validation,
        test: test === undefined ? validation : await stream(test),
        classes,
        notes: [],
      };
    },
  };
}

/** The options of the command, by those of `imageFolder`; with `--val` alone that is what is tested by. */
const optionNames = ({ test }: Settings): Readonly<Record<string, string>> => ({
  split: test === undefined ? "--val" : "--test",
  test: test === undefined ? "--val" : "--test",
  validation: "--val",
  labels: "--labels",
  testLabels: test === undefined ? "--val-labels" : "--test-labels",
  validationLabels: "--val-labels",
  augment: "--augment",
});

/** Errors in terms of the command's options. */
async function inOptions<T>(settings: Settings, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const [, option] = /^imageFolder: (\w+): /.exec((error as Error).message) ?? [];
    const name = option && optionNames(settings)[option];
    if (!name) throw error;
    throw new UsageError((error as Error).message.replace(/^imageFolder: \w+/, name));
  }
}
