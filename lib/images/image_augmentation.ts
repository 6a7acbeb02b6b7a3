/**
 * Images changed at random for training, on threads, and the size at which they are read for that.
 *
 * @module
 */
import { Pipeline, pipeline as presetPipeline } from "../augment/pipeline.ts";
import { type PresetName, presets } from "../augment/presets.ts";
import type { ImageShape } from "../augment/step.ts";
import type augmentOnThread from "../augment/thread.ts";
import { describeValue } from "../core/errors.ts";
import { checkedBy, oneOf, positiveInteger } from "../core/option_kinds.ts";
import { pick, type Schema } from "../core/options.ts";
import { formatShape, sameShape } from "../core/shape.ts";
import type { Draw } from "../train/draw.ts";
import type { SchemaTransform } from "../train/transform.ts";
import type { ByteImage } from "../vision/image.ts";
import type { ImageOptions } from "./image_options.ts";
import { ImageReader } from "./image_reader.ts";

/** How images are changed for training. */
export interface AugmentOptions {
  /**
   * Changes the images at random, anew in every epoch, on the threads: a preset by name, such as
   * "crop-flip", or a pipeline of `augmentation`. What it makes is of the size of the examples. Of
   * `imageFolder`, those of `test` stay as they are.
   */
  readonly augment?: "crop-flip" | "cifar" | "alexnet" | "imagenet" | SchemaTransform;
  /**
   * The shorter side, in pixels, of the images that `augment` is given, which have their proportions
   * then; false for images as large as in their files. They stay in memory at that size. By default what
   * the pipeline wants: where it cuts random crops out of images, or resizes them, 256 pixels for crops
   * of 224, and as much for other sizes; where it pads, images of the size of the examples.
   */
  readonly resize?: number | false;
}

const presetName = oneOf(Object.keys(presets) as PresetName[]);

/** The options of augmentation. */
export const augmentSchema = {
  augment: checkedBy<PresetName | SchemaTransform>((value, where) => {
    if (value instanceof Pipeline) return value;
    if (typeof value === "string") return presetName.read(value, where);
    const expected = "the name of a preset, or a pipeline as augmentation.pipeline([…]) makes it";
    throw new TypeError(`${where}: expected ${expected}, found ${describeValue(value)}`);
  }),
  resize: checkedBy<number | false>((value, where) =>
    value === false ? value : positiveInteger().read(value, where)
  ),
} satisfies Schema<AugmentOptions>;

/** Changes an image, by its name in errors, to the bytes of an example. */
export type Augment = (
  name: string,
  image: ByteImage,
  draw: Draw,
) => Promise<Uint8Array<ArrayBuffer>>;

/** A reader, and what changes the images that it reads to examples. */
export interface AugmentedReader {
  readonly reader: ImageReader;
  readonly augment?: Augment | undefined;
}

/**
 * A reader for `where` of what the augmentation is given, if there is one.
 *
 * @throws {RangeError} for an augmentation that does not fit the size of the examples
 */
export function augmentedReader(
  where: string,
  settings: ImageOptions & AugmentOptions,
): AugmentedReader {
  const { augment: given, resize } = settings, reader = new ImageReader(where, settings);
  if (given === undefined) {
    if (resize === undefined) return { reader };
    throw new TypeError(
      `${where}: resize: it is the size of images that augment is given; give size alone, or a ` +
        "preprocessing { resize, crop, … }",
    );
  }
  const { shape, preprocessing, threads } = reader, [height, width, channels] = shape;
  const pipeline = given instanceof Pipeline ? given : presetPipeline(
    presetName.read(given, `${where}: augment`),
    height === width ? { size: height } : {},
  );
  const side = resize ?? pipeline.wants;
  if (side === "final") checkShapes(where, pipeline, [shape], shape);
  else {
    // Upright and wide images too.
    const least = side || Math.max(height, width), sizes = [[1, 1], [1, 2], [2, 1]] as const;
    const shapes = sizes.map(([h, w]) => [h * least, w * least, channels] as const);
    checkShapes(where, pipeline, shapes, shape);
  }
  const stored = side === "final"
    ? pick(preprocessing, "resize", "crop")
    : side === false
    ? {}
    : { resize: side };
  return {
    reader: new ImageReader(where, settings, stored),
    augment: onThreads({ steps: pipeline.steps, channels: preprocessing.channels }, threads),
  };
}

/** Checks that what a pipeline makes of images of some shapes has the shape of examples. */
function checkShapes(
  where: string,
  pipeline: Pipeline,
  given: readonly ImageShape[],
  shape: ImageShape,
): void {
  for (const before of given) {
    const after = pipeline.shapeOf(before);
    if (sameShape(after, shape)) continue;
    const [images, expected, found] = [before, shape, after].map((one) => formatShape(one));
    throw new RangeError(
      `${where}: augment: expected examples of ${expected} to be made of images of ${images}, ` +
        `found ${found}`,
    );
  }
}

const { href: module } = new URL("../augment/thread.ts", import.meta.url);

function onThreads(settings: Parameters<typeof augmentOnThread>[0], threads: number): Augment {
  return async (name, { data, height, width }, { epoch, index, random }) => {
    // It is rare that training has threads of its own.
    const { mapOnThread } = await import("../train/map_threads.ts");
    const example = { inputs: [data, Int32Array.of(height, width)], targets: [] };
    const asked = { module, settings, example, index, epoch };
    try {
      const { inputs: [pixels] } = await mapOnThread(asked, random, threads);
      return pixels as Uint8Array<ArrayBuffer>;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new RangeError(`${name}: ${error.message}`, { cause: error });
    }
  };
}
