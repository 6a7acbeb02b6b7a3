import type { Pipeline } from "../augment/pipeline.ts";
import type augmentOnThread from "../augment/thread.ts";
import { options } from "../core/options.ts";
import type { Batch, Field } from "../train/batch.ts";
import { Dataset } from "../train/dataset.ts";
import { Draw } from "../train/draw.ts";
import type { ByteImage } from "../vision/image.ts";
import { type ClassedImages, classedImages, type LabelledImage } from "./image_classes.ts";
import { type KeptImageOptions, keptImageSchema } from "./image_options.ts";
import { ImageReader } from "./image_reader.ts";
import type { CorruptImage, ImageSource } from "./image_source.ts";
import { KeptImages } from "./kept_images.ts";

const { href: module } = new URL("../augment/thread.ts", import.meta.url);

/** Changes an image at random, on threads. */
type Augment = (image: ByteImage, index: number, draw: Draw) => Promise<Uint8Array>;

function augmentBy(settings: Parameters<typeof augmentOnThread>[0], threads: number): Augment {
  return async ({ data, height, width }, index, { epoch, random }) => {
    // It is rare that training has threads of its own.
    const { mapOnThread } = await import("../train/map_threads.ts");
    const example = { inputs: [data, Int32Array.of(height, width)], targets: [] };
    const asked = { module, settings, example, index, epoch };
    const { inputs: [pixels] } = await mapOnThread(asked, random, threads);
    return pixels as Uint8Array;
  };
}

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

  /** Images that a reader reads, of which `memory` bytes are kept, and a pipeline changes at random. */
  constructor(images: ClassedImages, reader: ImageReader, memory: number, pipeline?: Pipeline) {
    const { classes, notes } = images, { shape, preprocessing, threads } = reader;
    const { normalization, channels } = preprocessing;
    super({ classes, normalization });
    this.inputs = [{ shape, dtype: "u8" }];
    this.notes = notes;
    this.#images = images;
    this.#read = new KeptImages(images.images, reader, memory);
    this.#augment = pipeline && augmentBy({ steps: pipeline.steps, channels }, threads);
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
    const pixels = this.#augment === undefined
      ? image.data
      : await this.#augment(image, index, draw).catch((error) => {
        if (!(error instanceof RangeError)) throw error;
        throw new RangeError(`${name}: ${error.message}`, { cause: error });
      });
    (batch.inputs[0] as Uint8Array).set(pixels, row * pixels.length);
    batch.targets[0]![row] = label;
  }

  /** The label of each image; none is decoded for it. */
  override get labels(): readonly number[] {
    return this.#images.images.map(({ label }) => label);
  }
}

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
 * @throws {TypeError} for shards, which are read by {@linkcode imageStream}, and for neither or both of
 * `size` and `preprocessing`
 * @throws {RangeError} for an option out of range
 */
export function imageDataset(source: ImageSource, given: KeptImageOptions): ImageDataset {
  const settings = options("imageDataset", given, keptImageSchema);
  const reader = new ImageReader("imageDataset", settings);
  return new ImageDataset(classedImages(source, "imageDataset"), reader, settings.memory);
}
