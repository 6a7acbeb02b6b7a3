/**
 * The images that a command is given, and the names of the classes that are seen in them.
 *
 * @module
 */
import { dirname } from "node:path";
import { areImageNetClasses } from "../../data/imagenet_classes.ts";
import { listBelow } from "../images/image_files.ts";
import type { Synsets } from "../images/labels.ts";
import { findSynsets } from "../images/open_images.ts";
import type { Model } from "../train/model.ts";
import { UsageError } from "./command.ts";

/** Names of a model's classes: its own, for synsets their words, or those of a list of as many. */
export function namesOf(
  { classes }: Model,
  synsets: Synsets | undefined,
): readonly string[] | undefined {
  if (synsets === undefined) return classes;
  // Of ImageNet's classes a list may say more than the first word.
  if (classes === undefined || areImageNetClasses(classes)) return synsets.names;
  return classes.map((name) => synsets.names[synsets.classOf.get(name) ?? -1] ?? name);
}

/** The images at some paths: a folder stands for those in it. */
export async function imagesAt(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const isFolder = await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
    const { images } = isFolder ? await listBelow(path) : { images: [path] };
    if (images.length === 0) {
      throw new UsageError(`${path}: expected images in the folder, found none`);
    }
    found.push(...images);
  }
  return found;
}

/** The list of synsets that fits a model: the one given, or one beside the images. */
export async function synsetsFor(
  model: Model,
  given: string | undefined,
  images: readonly string[],
) {
  const synsets = await findSynsets(given, images.map((path) => dirname(path)));
  const [classes] = model.outputShape, found = synsets?.names.length;
  if (found === classes) return synsets;
  if (given === undefined) return undefined;
  throw new RangeError(
    `${given}: expected ${classes} synsets, as the model has classes, found ${found}`,
  );
}
