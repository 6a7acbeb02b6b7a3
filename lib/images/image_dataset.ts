import type { Pipeline } from "../augment/pipeline.ts";
import { options } from "../core/options.ts";
import type { Batch, Field } from "../train/batch.ts";
import { Dataset, makeDataset } from "../train/dataset.ts";
import type { Draw } from "../train/draw.ts";
import { type ClassedImages, classedImages, type LabelledImage } from "./image_classes.ts";
import { type KeptImageOptions, keptImageSchema } from "./image_options.ts";
import { ImageReader } from "./image_reader.ts";
import type { CorruptImage, ImageSource } from "./image_source.ts";

const augmentThread = new URL("../augment/thread.ts", import.meta.url);

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
  readonly #read: Dataset;

  /** Images that a reader reads, of which `memory` bytes are kept, and a pipeline changes at random. */
  constructor(images: ClassedImages, reader: ImageReader, memory: number, augment?: Pipeline) {
    const { classes, notes } = images, { shape, preprocessing: { normalization } } = reader;
    super({ classes, normalization });
    this.inputs = [{ shape, dtype: "u8" }];
    this.notes = notes;
    this.#images = images;
    const schema = { inputs: this.inputs, targets: this.targets };
    const kept = makeDataset(images.images.length, schema, async (index, batch, row) => {
      const { image, label } = images.images[index]!, pixels = await reader.read(image);
      if (pixels instanceof Error) {
        this.#corrupt.set(index, pixels.message);
        return pixels;
      }
      (batch.inputs[0] as Uint8Array).set(pixels, row * pixels.length);
      batch.targets[0]![row] = label;
    }).cache(memory);
    this.#read = augment === undefined ? kept : kept.parallelMap(augmentThread, {
      settings: { steps: augment.steps, image: this.inputs[0] },
      threads: reader.threads,
    });
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
    draw?: Draw,
  ): Promise<void | Error> {
    return await this.#read.read(index, batch, row, draw);
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
