import { dirname, join } from "node:path";
import { describeValue } from "../core/errors.ts";
import { text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import type { Synsets } from "./labels.ts";
import { classFolders, type ImageSource, labelledImages, readSynsets } from "./image_source.ts";
import { isUrl, shardPattern, shardsIn, shardsOf, webDataset } from "./webdataset.ts";

/** Where the labels of images come from. */
export interface OpenImagesOptions {
  /** A label file for images in one folder; see {@linkcode labelledImages}. */
  readonly labels?: string;
  /**
   * A list of synsets; by default a `synset_words.txt`, `synsets.txt` or `LOC_synset_mapping.txt` in or
   * beside the folders of the images and the label file.
   */
  readonly synsets?: string;
}

const schema = { labels: text(), synsets: text() } satisfies Schema<OpenImagesOptions>;

/** Names under which a list of synsets is often found beside images. */
const usual = ["synset_words.txt", "synsets.txt", "LOC_synset_mapping.txt"];

/** The list of synsets: the one given, or one with a usual name in or beside one of the folders. */
export async function findSynsets(
  given: string | undefined,
  folders: readonly string[],
): Promise<Synsets | undefined> {
  if (given !== undefined) return await readSynsets(given);
  for (const folder of folders.flatMap((folder) => [folder, dirname(folder)])) {
    for (const path of usual.map((name) => join(folder, name))) {
      if (await isFile(path)) return await readSynsets(path);
    }
  }
}

const isFile = (path: string): Promise<boolean> =>
  Deno.stat(path).then(({ isFile }) => isFile, () => false);

/**
 * Labelled images from one of the usual places: a folder for each class, one folder with a label file
 * (`labels`), or WebDataset shards (a folder, a path, a URL, or several by braces).
 *
 * ```ts ignore
 * import { openImages } from "@striate/striate";
 * const images = await openImages("val", { labels: "ILSVRC2012_validation_ground_truth.txt" });
 * ```
 *
 * @throws {TypeError} for a place that is no text, labels beside shards, which have their own; and whatever `classFolders`,
 * `labelledImages` and `shardsOf` throw
 */
export async function openImages(
  place: string,
  given: OpenImagesOptions = {},
): Promise<ImageSource> {
  const { labels, synsets: list } = options("openImages", given, schema);
  if (typeof place !== "string") {
    throw new TypeError(
      `openImages: expected a folder, a path or a URL of shards, found ${describeValue(place)}`,
    );
  }
  const folders = isUrl(place) ? [] : [place, ...labels === undefined ? [] : [dirname(labels)]];
  const synsets = await findSynsets(list, folders.map((path) => path.replace(/\/+$/, "")));
  if (isUrl(place) || shardPattern.test(place) || await hasShards(place)) {
    if (labels === undefined) return webDataset(await shardsOf(place), synsets);
    throw new TypeError(
      `${place}: shards have their labels in them; leave out ${labels} (--labels)`,
    );
  }
  return labels === undefined
    ? await classFolders(place, synsets)
    : await labelledImages(place, labels, synsets);
}

/** Whether there are shards in a folder; what else is wrong with it, the reader of folders says. */
const hasShards = (folder: string): Promise<boolean> =>
  shardsIn(folder).then(({ length }) => length > 0, () => false);
