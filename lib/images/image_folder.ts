/**
 * Folders of images as training data.
 *
 * @module
 */
import { basename, join } from "node:path";
import { custom, elsewhere, integer, number, text } from "../core/option_kinds.ts";
import { options, pick, type Schema } from "../core/options.ts";
import { Random } from "../core/random.ts";
import type { Parts } from "../../data/parts.ts";
import { augmentedReader, type AugmentOptions, augmentSchema } from "./image_augmentation.ts";
import { type ClassedImages, classedImages, countsOf } from "./image_classes.ts";
import { ImageDataset } from "./image_dataset.ts";
import { list } from "./image_files.ts";
import { type KeptImageOptions, keptImageSchema } from "./image_options.ts";
import { ImageReader } from "./image_reader.ts";
import { isUrl, shardPattern } from "./webdataset.ts";
import { openImages, type OpenImagesOptions } from "./open_images.ts";

/** Which images are for training, and how they become examples. */
export interface ImageFolderOptions extends KeptImageOptions, AugmentOptions {
  /**
   * The share of the images of each class that is kept for `test`, where there is no folder of them;
   * 0.2 by default. At least one image of each class is in each part.
   */
  readonly split?: number;
  /**
   * A share of the images of each class, or a folder of images, to validate by while training: so that
   * `test` is of images by which nothing is chosen. Without, `validation` is `test`, but where there are
   * folders for all three.
   */
  readonly validation?: number | string;
  /** The seed by which images are drawn for `test` and `validation`; 0 by default. */
  readonly seed?: number;
  /** A label file for images in one folder; see {@linkcode labelledImages}. */
  readonly labels?: string;
  /** A list of synsets; see {@linkcode openImages}. */
  readonly synsets?: string;
  /** A folder of the images for `test`; by default `test` (or `val`, `validation` …) beside `train`. */
  readonly test?: string;
  /** A label file for the folder `test`. */
  readonly testLabels?: string;
  /** A label file for the folder `validation`. */
  readonly validationLabels?: string;
}

const folderSchema = {
  ...keptImageSchema,
  ...augmentSchema,
  split: number({ above: 0, below: 1 }),
  validation: custom(
    "a folder, or a share above 0 and below 1",
    (value): value is number | string =>
      typeof value === "number" ? value > 0 && value < 1 : typeof value === "string",
  ),
  seed: integer({}, 0),
  labels: text(),
  synsets: text(),
  test: text(),
  testLabels: text(),
  validationLabels: text(),
  ...{ balanced: elsewhere("train on await train.sample({ balanced: true })") },
} satisfies Schema<ImageFolderOptions>;

/** Images in a part for training, and one or two for measuring. */
export interface ImageParts extends Parts {
  /** The images to train on. */
  readonly train: ImageDataset;
  /** Those to validate by while training, of the same classes; `test` itself where there are no others. */
  readonly validation: ImageDataset;
  /** Those to test by at the end. */
  readonly test: ImageDataset;
  /** The names of the classes, by label. */
  readonly classes: readonly string[];
  /** What is to be said of the files, such as which are left out. */
  readonly notes: readonly string[];
}

/** Usual names of the folders of parts. */
const trainName = /^train(ing)?$/i;
const validationName = /^val(id(ation)?)?$|^dev$/i, testName = /^test(ing)?$/i;

/**
 * Photographs of your own as training data: a folder for each class, in a folder of folders.
 *
 * - `photos/ants/1.jpg`, `photos/bees/2.png`: each class is split, by default into 80 % for `train` and
 *   20 % for `test`, drawn by `seed`.
 * - `photos/train/ants/1.jpg`, `photos/val/ants/2.jpg`, `photos/test/ants/3.jpg`: the parts are as they
 *   are. `valid`, `validation` and `dev` are other names of `val`. Where there is only one of `val` and
 *   `test`, it is both `validation` and `test`.
 * - a folder of images with a label file (`labels`), as {@linkcode labelledImages} reads it.
 *
 * Images may have any size, be grey or have transparency. They are decoded, resized and augmented on
 * threads, ahead of their use, and the first gigabyte of each part stays in memory as bytes, so that
 * later epochs do not decode them again. All is decided by the seeds: the bits are the same for any number of threads,
 * and in a run that is resumed.
 *
 * What is chosen by images, such as the best epoch by early stopping, is no test on the same images. For
 * a figure of images that chose nothing, give `validation: 0.1`, or have all three folders.
 *
 * An image that cannot be read is left out of its batch, counted in `train.corruptImages`, and told to
 * `onCorrupt`; with `strict` it ends training by its error.
 *
 * ```ts ignore
 * import { imageFolder, sequential } from "@striate/striate";
 * const { train, test, classes } = await imageFolder("photos", { size: 64, augment: "crop-flip" });
 * console.log(classes, await train.classCounts());
 * const net = sequential([64, 64, 3])
 *   .conv2d(16, 3).relu().maxPool2d(2).conv2d(32, 3).relu().maxPool2d(2)
 *   .flatten().dense(classes.length);
 * await net.fit(train, { validation: test, epochs: 10, classWeights: "balanced" });
 * ```
 *
 * Any folder of folders will do:
 *
 * ```ts
 * import { encodePng, imageFolder } from "@striate/striate";
 * const folder = await Deno.makeTempDir();
 * for (const [name, color] of Object.entries({ red: [255, 0, 0], blue: [0, 0, 255] })) {
 *   await Deno.mkdir(`${folder}/${name}`);
 *   const image = encodePng(Array(12 * 9).fill(color).flat(), 12, 9, 3);
 *   for (let i = 0; i < 5; i++) await Deno.writeFile(`${folder}/${name}/${i}.png`, image);
 * }
 * const { train, test, classes } = await imageFolder(folder, { size: 8 });
 * console.log(classes, train.length, test.length); // [ "blue", "red" ] 8 2
 * for await (const { x } of train.tensors({ batchSize: 8 })) console.log(x.shape); // [8, 8, 8, 3]
 * ```
 *
 * @throws {RangeError} for fewer than two classes, a class without images, one with fewer than the parts
 * it is to be split into, classes that differ between the parts, or an option out of range
 * @throws {TypeError} for a path that is no folder, shards (see {@linkcode imageStream}), or both of
 * `size` and `preprocessing`
 */
export async function imageFolder(
  folder: string,
  given: ImageFolderOptions = {},
): Promise<ImageParts> {
  const settings = options("imageFolder", given, folderSchema);
  text().read(folder, "imageFolder: folder");
  const reader = new ImageReader("imageFolder", settings);
  const augmented = augmentedReader("imageFolder", settings);
  const places = await placesOf(folder, settings), { testLabels, validationLabels } = settings;
  const all = await read(places.train, pick(settings, "synsets", "labels"));
  checkClasses(all);
  const readPart = async (place: string, labels: string | undefined) => {
    const part = await read(place, {
      ...pick(settings, "synsets"),
      ...labels !== undefined && { labels },
    });
    checkSameClasses(all, part);
    return part;
  };
  const ofOwn = {
    test: places.test === undefined ? undefined : await readPart(places.test, testLabels),
    validation: places.validation === undefined
      ? undefined
      : await readPart(places.validation, validationLabels),
  };
  const { train, validation, test } = partsOf(all, ofOwn, settings);
  const parts = [train, ...validation ? [validation] : [], test];
  const notes = [...new Set(parts.flatMap(({ notes }) => notes))];
  const tests = new ImageDataset(test, { reader }, settings.memory);
  return {
    train: new ImageDataset(train, augmented, settings.memory),
    validation: validation ? new ImageDataset(validation, { reader }, settings.memory) : tests,
    test: tests,
    classes: train.classes,
    notes,
  };
}

/** Images of the parts that have places of their own. */
interface GivenParts {
  readonly test: ClassedImages | undefined;
  readonly validation: ClassedImages | undefined;
}

/** All parts: what has no place of its own is drawn from the images to learn. */
function partsOf(
  all: ClassedImages,
  given: GivenParts,
  { split: testShare, validation: share, seed }:
    & Pick<
      ImageFolderOptions,
      "split" | "validation"
    >
    & { readonly seed: number },
): { train: ClassedImages; validation?: ClassedImages; test: ClassedImages } {
  const drawn = testShare ?? 0.2;
  if (given.test === undefined && typeof share === "number" && share + drawn >= 1) {
    throw new RangeError(
      `imageFolder: validation: expected a share that leaves images to learn, found ${share} beside ` +
        `${drawn} for test`,
    );
  }
  const [rest, test] = given.test === undefined
    ? split(all, drawn, seed, typeof share === "number" ? 3 : 2)
    : [all, given.test];
  const [train, validation = given.validation] = typeof share === "number"
    ? split(rest, given.test === undefined ? share / (1 - drawn) : share, seed)
    : [rest];
  if (given.test === undefined && given.validation === undefined) {
    return { train, ...validation && { validation }, test };
  }
  // Images of several places are told apart by their paths.
  const part = (images: ClassedImages) => inPlace(images, all.classes);
  return {
    train: part(train),
    ...validation && { validation: part(validation) },
    test: part(test),
  };
}

/** Where the images of the parts are; without a place for `test`, all are to be split. */
async function placesOf(
  folder: string,
  { test, testLabels, validation, validationLabels, labels, split }: Pick<
    ImageFolderOptions,
    "test" | "testLabels" | "validation" | "validationLabels" | "labels" | "split"
  >,
): Promise<{ train: string; validation?: string; test?: string }> {
  const refuse = (option: string, why: string, advice = "leave it out") => {
    throw new TypeError(`imageFolder: ${option}: ${why}; ${advice}`);
  };
  if (test === undefined && testLabels !== undefined) {
    refuse("testLabels", "there is no folder test");
  }
  if (typeof validation !== "string" && validationLabels !== undefined) {
    refuse("validationLabels", "there is no folder validation");
  }
  if (isUrl(folder) || shardPattern.test(folder)) {
    throw new TypeError(
      `imageFolder: ${folder}: expected a folder; shards are read by imageStream()`,
    );
  }
  if (test !== undefined && split !== undefined) {
    refuse("split", `${test} has the images for test`);
  }
  const isGiven = test !== undefined || typeof validation === "string";
  const { folders } = await list(folder),
    given = {
      ...test !== undefined && { test },
      ...typeof validation === "string" && { validation },
    };
  const [ofTraining, ofValidation, ofTest] = [trainName, validationName, testName]
    .map((name) => folders.find((one) => name.test(one)));
  const whole = { train: folder, ...given };
  // They may be classes: trains, and tests of some kind.
  if (labels !== undefined || ofTraining === undefined) return whole;
  const train = join(folder, ofTraining);
  if ((await list(train)).folders.length === 0) return whole;
  const last = ofTest ?? ofValidation;
  if (last === undefined) return folders.length === 1 ? { train, ...given } : whole;
  if (isGiven) {
    refuse(
      test === undefined ? "validation" : "test",
      `${folder} has folders for its parts, ${ofTraining} and ${last}`,
      `leave it out, or give the folder ${train} in place of ${folder}`,
    );
  }
  if (split !== undefined) {
    refuse("split", `${folder} has folders for its parts, ${ofTraining} and ${last}`);
  }
  if (ofTest === undefined || ofValidation === undefined) {
    return { train, test: join(folder, last) };
  }
  if (validation !== undefined) {
    refuse(
      "validation",
      `${folder} has folders for all parts: ${ofTraining}, ${ofValidation}, ${ofTest}`,
    );
  }
  return { train, validation: join(folder, ofValidation), test: join(folder, ofTest) };
}

/** The images of a place; each folder in it is to be a class with images. */
async function read(
  place: string,
  lists: OpenImagesOptions,
): Promise<ClassedImages> {
  const found = classedImages(await openImages(place, lists), "imageFolder");
  if (lists.labels !== undefined) return found;
  const full = new Set(found.images.map(({ image }) => image.className));
  const empty = (await list(place)).folders.filter((name) => !full.has(name));
  if (empty.length === 0) return found;
  throw new RangeError(
    `${place}: expected images in the folder of each class, found none in ${empty.join(", ")}; ` +
      "remove what is no class",
  );
}

function checkClasses({ name, classes, images }: ClassedImages): void {
  if (classes.length > 1) return;
  throw new RangeError(
    `${name}: expected at least 2 classes, found ${classes.length}: ${classes[0]}, of ` +
      `${images.length} images; each class has a folder of its own`,
  );
}

/**
 * Two parts, in each of which a class has its share, and one image at least: of `parts` in all, of which
 * the first is still to be split where there are 3.
 */
function split(
  all: ClassedImages,
  share: number,
  seed: number,
  parts = 2,
): [ClassedImages, ClassedImages] {
  const isTest = all.images.map(() => false), { name, images, classes } = all;
  countsOf(all).forEach((count, label) => {
    const own = [...images.keys()].filter((i) => images[i]!.label === label);
    if (count < parts) {
      throw new RangeError(
        `${name}: expected at least ${parts} images of each class, one for each part, found ${count} of ` +
          `${classes[label]}: ${own.map((i) => images[i]!.image.name).join(", ")}`,
      );
    }
    const tests = Math.min(count + 1 - parts, Math.max(1, Math.round(share * count)));
    const order = new Random(seed, label).permutation(count);
    for (const place of order.subarray(0, tests)) isTest[own[place]!] = true;
  });
  const part = (test: boolean) => ({ ...all, images: images.filter((_, i) => isTest[i] === test) });
  return [part(false), part(true)];
}

/** Images of a place, under names that begin with it, with labels as training has them. */
function inPlace({ images, ...all }: ClassedImages, classes: readonly string[]): ClassedImages {
  return {
    ...all,
    classes,
    images: images.map(({ image, label }) => ({
      image: {
        ...image,
        name: join(basename(all.name), image.name),
        read: () => image.read(),
      },
      label: classes.indexOf(all.classes[label]!),
    })),
  };
}

function checkSameClasses(train: ClassedImages, test: ClassedImages): void {
  const few = (names: readonly string[]) =>
    names.slice(0, 5).join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
  const differences = [[test, train], [train, test]].flatMap(([one, other]) => {
    const alone = one!.classes.filter((name) => !other!.classes.includes(name));
    return alone.length > 0 ? [`${few(alone)} in ${basename(one!.name)} alone`] : [];
  });
  if (differences.length === 0) return;
  throw new RangeError(
    `${test.name}: expected the classes of ${train.name}, found ${differences.join(" and ")}`,
  );
}
