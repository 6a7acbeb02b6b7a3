import { ClassNames } from "../core/class_names.ts";
import { listOf, text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { Draw } from "../train/draw.ts";
import { DataStream } from "../train/stream.ts";
import { augmentedReader, type AugmentOptions, augmentSchema } from "./image_augmentation.ts";
import { type ImageOptions, imageSchema } from "./image_options.ts";
import { checkSource, type ImageEntry, type ImageSource } from "./image_source.ts";
import { prefetch } from "./prefetch.ts";

/** How a stream of images becomes examples. */
export interface ImageStreamOptions extends ImageOptions, AugmentOptions {
  /**
   * The names of the classes, by label, where the source does not know them: images whose class is
   * written as a name get their label by it.
   */
  readonly classes?: readonly string[];
}

const streamSchema = {
  ...imageSchema,
  ...augmentSchema,
  classes: listOf(text()),
} satisfies Schema<ImageStreamOptions>;

/** Random numbers that no `map` of a stream draws. */
const lane = 2 ** 20;

/**
 * Labelled images as a stream, in the order of the source: for shards, which may not fit in memory or
 * on the disk. They are decoded and augmented on threads ahead of their use. `shuffle` mixes them in a buffer. Images that cannot be
 * read are left out, and told to `onCorrupt`; with `strict`, the first ends the work.
 *
 * ```ts ignore
 * import { imageStream, shardsOf, webDataset } from "@striate/striate";
 * const shards = webDataset(await shardsOf("train-{0000..0099}.tar"));
 * const train = imageStream(shards, { size: 64, classes: ["ant", "bee"] }).shuffle(1000, 1);
 * ```
 *
 * @throws {TypeError} for both of `size` and `preprocessing`
 * @throws {RangeError} for an option out of range; while it is read, for a class that is not among
 * `classes`
 */
export function imageStream(source: ImageSource, given: ImageStreamOptions = {}): DataStream {
  checkSource(source, "imageStream");
  const settings = options("imageStream", given, streamSchema);
  const { reader, augment } = augmentedReader("imageStream", settings);
  const { classes = source.classes } = settings, names = classes && new ClassNames(classes);
  const labelOf = ({ name, label, className }: ImageEntry): number => {
    const isNumber = Number.isSafeInteger(label);
    const found = isNumber ? label : className && names?.find(className, source.name);
    if (typeof found === "number" && found < (classes?.length ?? Infinity)) return found;
    throw new RangeError(
      `${source.name}: ${name}: expected a class ${
        classes === undefined ? "from 0, or names of them in classes" : `of ${classes.join(", ")}`
      }, found ${isNumber ? label : className}`,
    );
  };
  const schema = {
    inputs: [{ shape: reader.shape, dtype: "u8" }],
    targets: [{ shape: [], dtype: "i32" }],
    ...classes && { classes },
    normalization: reader.preprocessing.normalization,
  } as const;
  return new DataStream(schema, async function* (epoch, seed) {
    let index = 0;
    const prepare = async (image: ImageEntry) => {
      const draw = new Draw(seed, epoch, index++, lane), decoded = await reader.prepare(image);
      return await augment?.(image.name, decoded, draw) ?? decoded.data;
    };
    const { ahead, strict } = reader;
    for await (const prepared of prefetch(source.images(), prepare, ahead, strict)) {
      const { item } = prepared, label = labelOf(item);
      if ("error" in prepared) reader.leaveOut(item, prepared.error);
      else yield { inputs: [prepared.pixels], targets: [Int32Array.of(label)] };
    }
  });
}
