import { checkParts } from "../core/errors.ts";
import { options, type Schema } from "../core/options.ts";
import type { Batch, Field } from "../train/batch.ts";
import { Dataset } from "../train/dataset.ts";
import { Draw } from "../train/draw.ts";
import {
  type Augment,
  type AugmentedReader,
  augmentedReader,
  type AugmentOptions,
  augmentSchema,
} from "./image_augmentation.ts";
import { type ClassedImages, classedImages, type LabelledImage } from "./image_classes.ts";
import { type KeptImageOptions, keptImageSchema } from "./image_options.ts";
import { checkSource, type CorruptImage, type ImageSource } from "./image_source.ts";
import { KeptImages } from "./kept_images.ts";

/**
 * Images in files as a data set: they are decoded on threads ahead of their use, and those that fit
 * `memory` stay there. {@linkcode imageFolder} and {@linkcode imageDataset} make it.
 */
export class ImageDataset extends Dataset {
  /** One image, uint8 [height, width, channels]. */
  readonly inputs: readonly [Field];
  /** Its class. */
  readonly targets: readonly [Field] = [{ shape: [], dtype: "i32" }];
  /** The names of the classes, by label. */
  declare readonly classes: readonly string[];
  /** What is to be said of the files, such as which are left out. */
  readonly notes: readonly string[];
  readonly #images: ClassedImages;
  readonly #corrupt = new Map<number, string>();
  readonly #read: KeptImages;
  readonly #augment: Augment | undefined;

  /** Images that a reader reads, of which `memory` bytes are kept, and that may be changed at random. */
  constructor(images: ClassedImages, how: AugmentedReader, memory: number) {
    const makers = "imageFolder() and imageDataset() make one";
    checkParts("ImageDataset", images, ["images", "classes"], makers);
    checkParts("ImageDataset: reader", how, ["reader"], makers);
    const { reader, augment } = how;
    const { classes, notes } = images, { shape, preprocessing: { normalization } } = reader;
    super({ classes, normalization });
    this.inputs = [{ shape, dtype: "u8" }];
    this.notes = notes;
    this.#images = images;
    this.#read = new KeptImages(images.images, reader, memory);
    this.#augment = augment;
  }

  /** The number of images, those with them that cannot be read. */
  get length(): number {
    return this.#images.images.length;
  }

  /** The images as they are in files, by index, with their labels. */
  get files(): readonly LabelledImage[] {
    return this.#images.images;
  }

  /** The names of the images, by index: paths below the folder that was read. */
  get names(): readonly string[] {
    return this.#images.images.map(({ image }) => image.name);
  }

  /** The images that could not be read so far; each is left out of its batches. */
  get corruptImages(): readonly CorruptImage[] {
    const { images } = this.#images;
    return Array.from(this.#corrupt, ([index, reason]) => ({
      image: images[index]!.image.name,
      reason,
    }));
  }

  /** Reads an image in time; also one in memory, so that what reads at once never seems to work. */
  override async read(
    index: number,
    batch: Batch,
    row: number,
    draw: Draw = new Draw(0, 0, index),
  ): Promise<void | Error> {
    const image = await this.#read.read(index), { image: { name }, label } = this.files[index]!;
    if (image instanceof Error) {
      this.#corrupt.set(index, image.message);
      return image;
    }
    const pixels = await this.#augment?.(name, image, draw) ?? image.data;
    (batch.inputs[0] as Uint8Array).set(pixels, row * pixels.length);
    batch.targets[0]![row] = label;
  }

  /** The label of each image; none is decoded for it. */
  override get labels(): readonly number[] {
    return this.#images.images.map(({ label }) => label);
  }
}

/** How labelled images become a data set. */
export interface ImageDatasetOptions extends KeptImageOptions, AugmentOptions {}

const datasetSchema = {
  ...keptImageSchema,
  ...augmentSchema,
} satisfies Schema<ImageDatasetOptions>;

/**
 * Labelled images as a data set for `fit`, `evaluate` and `predict`. Classes are those that there are
 * images of, in the order of their numbers. Images that cannot be read are left out of their batches,
 * counted in `corruptImages`, and told to `onCorrupt`; with `strict`, the first ends the work.
 *
 * ```ts ignore
 * import { imageDataset, openImages } from "@striate/striate";
 * const images = await openImages("photos", { labels: "labels.csv" });
 * const [train, test] = imageDataset(images, { size: 64 }).split(0.8, 1);
 * ```
 *
 * @throws {TypeError} for shards, which are read by {@linkcode imageStream}, and for both of `size` and
 * `preprocessing`
 * @throws {RangeError} for an option out of range
 */
export function imageDataset(source: ImageSource, given: ImageDatasetOptions = {}): ImageDataset {
  checkSource(source, "imageDataset");
  const settings = options("imageDataset", given, datasetSchema);
  const reader = augmentedReader("imageDataset", settings);
  return new ImageDataset(classedImages(source, "imageDataset"), reader, settings.memory);
}
