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
import { setDevice } from "../tensor/runtime.ts";
import type { Model } from "../train/model.ts";
import { UsageError } from "./command.ts";
import { noteDecoder } from "./decoder_note.ts";
import { networkOf } from "./network_option.ts";
import { formatDownload, screen } from "./screen.ts";

/** Names of a model's classes: its own, for synsets their words, or those of a list of as many. */
function namesOf(
  { classes }: Model,
  synsets: Synsets | undefined,
): readonly string[] | undefined {
  if (synsets === undefined) return classes;
  // Of ImageNet's classes a list may say more than the first word.
  if (classes === undefined || areImageNetClasses(classes)) return synsets.names;
  return classes.map((name) => synsets.names[synsets.classOf.get(name) ?? -1] ?? name);
}

/** The images at some paths: a folder stands for those in it. */
async function imagesAt(paths: readonly string[]): Promise<readonly string[]> {
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
async function synsetsFor(
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

/** What a command on images is given of its options. */
type Given = Parameters<typeof networkOf>[0] & {
  readonly device?: Parameters<typeof setDevice>[0];
  readonly synsets?: string;
};

/**
 * The images at some paths, and the network for them, ready on its device. What passes by while it
 * is fetched goes to stderr: only what is seen goes to stdout.
 *
 * @throws {UsageError} without images
 */
export async function openedFor(given: Given, paths: readonly string[]) {
  if (paths.length === 0) throw new UsageError("expected images; see --help");
  const images = await imagesAt(paths);
  if (given.device !== undefined) await setDevice(given.device);
  const { passing } = screen(Deno.stderr);
  const { model, preprocessing } = await networkOf(given, {
    onProgress: (progress) => passing(formatDownload(progress)),
  });
  passing("");
  noteDecoder((line) => console.error(line));
  const names = namesOf(model, await synsetsFor(model, given.synsets, images));
  return { images, model, preprocessing, names };
}
