/**
 * Where images to evaluate come from. A source names its images in a fixed order and reads each when
 * it is asked for, so that any number of them takes little memory.
 *
 * @module
 */
import { basename, join, relative } from "node:path";
import { imageFilePattern } from "../vision/decode.ts";
import {
  classOfSynset,
  type LabelledFile,
  type Labels,
  parseLabels,
  parseSynsets,
  type Synsets,
} from "./labels.ts";

/** An encoded image and what it shows. */
export interface ImageEntry {
  /** A name that is unique in its source. */
  readonly name: string;
  /** Its class, from 0. */
  readonly label: number;
  /** Its file's content. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Images and their labels, in a fixed order. */
export interface ImageSource {
  /** What errors and reports call it. */
  readonly name: string;
  /** The number of images; undefined where it is known only at the end. */
  readonly length: number | undefined;
  /** Names of the classes, where they are known. */
  readonly classes: readonly string[] | undefined;
  /**
   * Where the numbers of the classes come from: the order of their names, the list of synsets, or they
   * were given, and names only go with them.
   */
  readonly numbering?: "names" | "synsets" | "given";
  /** Something worth saying about it, such as files that are left out. */
  readonly notes?: readonly string[];
  /** Names the images, from the first one on. */
  images(): AsyncIterable<ImageEntry> | Iterable<ImageEntry>;
}

/** Reads a list of synsets from a file. */
export async function readSynsets(path: string): Promise<Synsets> {
  return parseSynsets(await readText(path, "synsets"), path);
}

async function readText(path: string, what: string): Promise<string> {
  try {
    const bytes = await Deno.readFile(path), isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
    return new TextDecoder(isUtf16 ? "utf-16le" : "utf-8").decode(bytes);
  } catch (error) {
    if (error instanceof Deno.errors.IsADirectory) {
      throw new TypeError(`${path}: expected a file with ${what}, found a folder`);
    }
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`there is no file ${path} with ${what}`);
  }
}

/** Whether a path, or what a link there leads to, is a folder; a link may lead nowhere. */
const isFolder = (path: string): Promise<boolean> =>
  Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);

/** The names in a folder, sorted: those of folders, and those of images. Links are followed. */
async function list(folder: string): Promise<{ folders: string[]; images: string[] }> {
  const folders: string[] = [], images: string[] = [];
  try {
    for await (const { name, isDirectory, isFile, isSymlink } of Deno.readDir(folder)) {
      if (name.startsWith(".")) continue;
      if (isDirectory) folders.push(name);
      else if (imageFilePattern.test(name) && (isFile || isSymlink)) images.push(name);
      else if (isSymlink && await isFolder(join(folder, name))) folders.push(name);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) {
      throw new TypeError(
        `${folder}: expected a folder of images or shards (.tar, .tar.gz), found another file`,
      );
    }
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`there is no folder ${folder}`);
  }
  return { folders: folders.sort(), images: images.sort() };
}

function noImages(folder: string, hint = ""): RangeError {
  return new RangeError(
    `${folder}: expected images (.jpg, .jpeg, .png or .webp)${hint}, found none`,
  );
}

const fileEntry = (path: string, name: string, label: number): ImageEntry => ({
  name,
  label,
  read: () => Deno.readFile(path),
});

/**
 * Images in one folder for each class, as torchvision's `ImageFolder` has it. Folders that are named
 * by synset get the class that the list of synsets gives; folders that are numbers, that class; other
 * folders are numbered by their sorted names; {@linkcode evaluateImages} gives those with names of the
 * model's classes the numbers of these. Links to folders and images are followed.
 *
 * @throws {RangeError} for a folder without images, or a synset that is not in the list
 * @throws {TypeError} for a path that is no folder
 */
export async function imageFolder(folder: string, synsets?: Synsets): Promise<ImageSource> {
  const { folders, images } = await list(folder);
  if (folders.length === 0) {
    if (images.length === 0) throw noImages(folder, " in a folder for each class");
    throw new RangeError(
      `${folder}: expected a folder for each class, found ${images.length} images and no folders; ` +
        "say what they show by a label file (--labels FILE)",
    );
  }
  const entries: ImageEntry[] = [], root = await Deno.realPath(folder);
  const bySynset = folders.every((name) => /^n\d{8}$/.test(name)) && synsets !== undefined;
  const byNumber = folders.every((name) => /^\d+$/.test(name));
  for (const [i, name] of folders.entries()) {
    const label = bySynset
      ? classOfSynset(name, synsets, `${folder}/${name}`)
      : byNumber
      ? Number(name)
      : i;
    for (const file of await filesBelow(join(folder, name), [root])) {
      entries.push(fileEntry(file, relative(folder, file), label));
    }
  }
  if (entries.length === 0) throw noImages(folder, " in the folders of the classes");
  return {
    name: folder,
    length: entries.length,
    classes: bySynset ? synsets.names : byNumber ? undefined : folders,
    numbering: bySynset ? "synsets" : byNumber ? "given" : "names",
    images: () => entries,
    ...images.length > 0 && {
      notes: [`${images.length} images beside the folders of the classes are left out`],
    },
  };
}

/** Images in a folder and the folders in it, sorted; `above` are the folders that it lies in. */
async function filesBelow(folder: string, above: readonly string[]): Promise<string[]> {
  const real = await Deno.realPath(folder);
  if (above.includes(real)) return []; // A link to a folder around it has no end.
  const { folders, images } = await list(folder);
  const below: string[] = [];
  for (const name of folders) below.push(...await filesBelow(join(folder, name), [...above, real]));
  return [...images.map((name) => join(folder, name)), ...below];
}

/**
 * Images in one folder, with a label file, which is one of these:
 *
 * - a ground-truth list, as in ILSVRC's validation layout: a line for each image by sorted name, with
 *   a synset or a number from 1 into the list of synsets;
 * - a table with a header, split by tabs, semicolons or commas, with the columns `file` and `class`
 *   (from 0) or `synset`, in any order; cells may be quoted (RFC 4180);
 * - lines of a file and a class from 0, as Caffe's `val.txt`.
 *
 * @throws {RangeError} for a folder without images, a ground-truth file of another length, an
 * unknown synset
 * @throws {SyntaxError} for a malformed label file
 * @throws {Deno.errors.NotFound} for an image in the table that is not in the folder
 * @throws {TypeError} for a folder that is none
 */
export async function labelledImages(
  folder: string,
  labelFile: string,
  synsets?: Synsets,
): Promise<ImageSource> {
  const { images } = await list(folder);
  const labels = parseLabels(await readText(labelFile, "labels"), labelFile, synsets);
  if (images.length === 0) throw noImages(folder);
  const [rows, notes] = labels.kind === "list"
    ? rowsInOrder(images, folder, labels, labelFile, synsets)
    : rowsByName(images, folder, labels, labelFile);
  return {
    name: folder,
    classes: synsets?.names,
    numbering: labels.kind === "table" && labels.numbered ? "given" : "synsets",
    length: rows.length,
    images: () => rows.map(({ file, label }) => fileEntry(join(folder, file), file, label)),
    ...notes.length > 0 && { notes },
  };
}

/** The images with the labels of a ground-truth list, and what is to be said of it. */
function rowsInOrder(
  images: readonly string[],
  folder: string,
  { labels, numbered }: Labels & { kind: "list" },
  labelFile: string,
  synsets: Synsets | undefined,
): [rows: readonly LabelledFile[], notes: string[]] {
  if (labels.length !== images.length) {
    throw new RangeError(
      `${labelFile}: expected a label for each of the ${images.length} images in ${folder}, found ${labels.length} labels`,
    );
  }
  const isSorted = synsets?.ids.every((id, i, ids) => i === 0 || ids[i - 1]! < id);
  const note =
    `${labelFile}: its numbers count the synsets as they are listed, by name; ILSVRC's ` +
    "devkit has them in another order: if these are its numbers, give its list (--synsets FILE)";
  const rows = images.map((file, i) => ({ file, label: labels[i]! }));
  return [rows, numbered && isSorted ? [note] : []];
}

/** The images that a table names, and what is to be said of it. */
function rowsByName(
  images: readonly string[],
  folder: string,
  { rows }: Labels & { kind: "table" },
  labelFile: string,
): [rows: readonly LabelledFile[], notes: string[]] {
  const inFolder = new Set(images), seen = new Set<string>();
  for (const { file } of rows) {
    if (seen.has(file)) {
      throw new RangeError(`${labelFile}: expected each file once, found ${file} twice`);
    }
    seen.add(file);
    if (!inFolder.has(file)) {
      throw new Deno.errors.NotFound(
        `${labelFile}: ${file} is not an image in ${folder} (which has ${images.length}); a table ` +
          `names files of the folder, as ${basename(images[0]!)}`,
      );
    }
  }
  const left = images.length - seen.size;
  const note = `${left} images of ${folder} are not in ${labelFile} and are left out`;
  return [rows, left > 0 ? [note] : []];
}
