import { dirname, join } from "node:path";
import type { Synsets } from "../evaluate/labels.ts";
import { imageFolder, type ImageSource, labelledImages, readSynsets } from "../evaluate/source.ts";
import { shardPattern, shardsOf, webDataset } from "../evaluate/webdataset.ts";
import { UsageError } from "./options.ts";

/** Where images and labels are, as options say. */
export interface ImageOptions {
  readonly images?: string;
  readonly labels?: string;
  readonly synsets?: string;
}

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

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

/** The images that options name: a folder for each class, a folder and a label file, or shards. */
export async function sourceOf(options: ImageOptions): Promise<ImageSource> {
  const { images, labels } = options;
  if (images === undefined) {
    throw new UsageError("expected --images DIR or --data FILE; see --help");
  }
  const isUrl = /^https?:\/\//i.test(images);
  const folders = isUrl ? [] : [images, ...labels === undefined ? [] : [dirname(labels)]];
  const synsets = await findSynsets(
    options.synsets,
    folders.map((path) => path.replace(/\/+$/, "")),
  );
  if (isUrl || shardPattern.test(images) || await hasShards(images)) {
    if (labels !== undefined) throw new UsageError("--labels: shards have their labels in them");
    return webDataset(await shardsOf(images), synsets);
  }
  return labels === undefined
    ? await imageFolder(images, synsets)
    : await labelledImages(images, labels, synsets);
}

async function hasShards(folder: string): Promise<boolean> {
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (!isDirectory && shardPattern.test(name)) return true;
    }
  } catch {
    // What is wrong with it is said by the reader of folders.
  }
  return false;
}
