/**
 * Where labelled images come from. A source names its images in a fixed order and reads each when
 * it is asked for, so that any number of them takes little memory.
 *
 * @module
 */
import { join, relative } from "node:path";
import { describeValue } from "../core/errors.ts";
import { text } from "../core/option_kinds.ts";
import { imageFileEndings } from "../vision/formats.ts";
import { FileIndex } from "./file_index.ts";
import { leftOut, list, listBelow } from "./image_files.ts";
import {
  classesInWords,
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
  /** Its class, from 0; NaN where only its name is known. */
  readonly label: number;
  /** How its class was written, where the model may know it by that: as a name, or as "007". */
  readonly className?: string;
  /** Its file's content. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** An image that could not be read. */
export interface CorruptImage {
  /** The image's name. */
  readonly image: string;
  /** Why it could not be read. */
  readonly reason: string;
}

/** Images and their labels, in a fixed order. */
export interface ImageSource {
  /** What errors and reports call it. */
  readonly name: string;
  /** The number of images; undefined where it is known only at the end. */
  readonly length: number | undefined;
  /** Names of the classes, where they are known. */
  readonly classes: readonly string[] | undefined;
  /** The synsets of the classes, where a list of synsets numbers them. */
  readonly ids?: readonly string[];
  /**
   * Where the numbers of the classes come from: the order of their names, the list of synsets, or they
   * were written where labels are, and names only go with them. By default they are the model's.
   */
  readonly numbering?: "names" | "synsets" | "given";
  /**
   * Something worth saying about it, such as files that are left out. Of a source without `length`, all
   * is known only when its images have been read.
   */
  readonly notes?: readonly string[];
  /** Names the images, from the first one on. */
  images(): AsyncIterable<ImageEntry> | Iterable<ImageEntry>;
}

/** Refuses what is no source of images, such as a path or a list of files. */
export function checkSource(source: unknown, where: string): void {
  if (typeof (source as ImageSource | undefined | null)?.images === "function") return;
  throw new TypeError(
    `${where}: expected a source of images, as openImages() gives it, found ${
      describeValue(source)
    }`,
  );
}

/** Reads a list of synsets from a file. */
export async function readSynsets(path: string): Promise<Synsets> {
  text().read(path, "readSynsets: path");
  return parseSynsets(await readText(path, "synsets"), path);
}

async function readText(path: string, what: string): Promise<string> {
  try {
    return textOf(await Deno.readFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.IsADirectory) {
      throw new TypeError(`${path}: expected a file with ${what}, found a folder`);
    }
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`there is no file ${path} with ${what}`);
  }
}

/** The text of bytes: UTF-8, UTF-16 as Windows writes it, or what an older Windows has. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes, mark = `${first} ${second}`;
  if (mark === "255 254" || (first !== 0 && second === 0)) {
    return new TextDecoder("utf-16le").decode(bytes);
  }
  if (mark === "254 255" || (first === 0 && second !== 0)) {
    return new TextDecoder("utf-16be").decode(bytes);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function noImages(folder: string, hint = ""): RangeError {
  return new RangeError(
    `${folder}: expected images (${imageFileEndings.join(", ")})${hint}, found none`,
  );
}

const fileEntry = (path: string, name: string, label: number, className: string): ImageEntry => ({
  name,
  label,
  className,
  read: () => Deno.readFile(path),
});

/**
 * Images in one folder for each class, as torchvision's `ImageFolder` has it. Folders that are named
 * by synset, or by the words of a list of synsets, get the class that the list gives; folders that are
 * numbers, that class; other
 * folders are numbered by their sorted names; {@linkcode evaluateImages} gives those with names of the
 * model's classes the numbers of these. Links to folders and images are followed. A folder without
 * images is no class; notes say which these are, and which files are left out.
 *
 * @throws {RangeError} for a folder without images, or a synset that is not in the list
 * @throws {TypeError} for a path that is no folder
 */
export async function classFolders(folder: string, synsets?: Synsets): Promise<ImageSource> {
  text().read(folder, "classFolders: folder");
  const { folders, images } = await list(folder);
  if (folders.length === 0) {
    if (images.length === 0) throw noImages(folder, " in a folder for each class");
    throw new RangeError(
      `${folder}: expected a folder for each class, found ${images.length} images and no folders; ` +
        "say what they show by a label file (--labels FILE)",
    );
  }
  const classes: string[] = [], empty: string[] = [], files: string[][] = [], others: string[] = [];
  const root = await Deno.realPath(folder);
  for (const name of folders) {
    const below = await listBelow(join(folder, name), [root]);
    others.push(...below.others);
    if (below.images.length === 0) empty.push(name);
    else files[classes.push(name) - 1] = [...below.images];
  }
  if (classes.length === 0) throw noImages(folder, " in the folders of the classes");
  const { labels, ...numbered } = numberFolders(classes, folder, synsets);
  const entries = files.flatMap((paths, i) =>
    paths.map((path) => fileEntry(path, relative(folder, path), labels[i]!, classes[i]!))
  );
  const notes = [
    ...images.length > 0
      ? [`${images.length} images beside the folders of the classes are left out`]
      : [],
    ...leftOut(others),
    ...empty.length > 0
      ? [`folders without images, which are no classes: ${empty.join(", ")}`]
      : [],
  ];
  return {
    name: folder,
    length: entries.length,
    ...numbered,
    images: () => entries,
    ...notes.length > 0 && { notes },
  };
}

/** The classes of folders by their names. */
function numberFolders(
  names: readonly string[],
  folder: string,
  synsets: Synsets | undefined,
): Pick<ImageSource, "classes" | "ids" | "numbering"> & { readonly labels: readonly number[] } {
  if (synsets !== undefined && names.every((name) => /^n\d{8}$/.test(name))) {
    const labels = names.map((name) => classOfSynset(name, synsets, `${folder}/${name}`));
    return { labels, ...namesOf(synsets), numbering: "synsets" };
  }
  if (!names.every((name) => /^\d+$/.test(name))) {
    const labels = classesInWords(names, synsets);
    if (labels) return { labels, ...namesOf(synsets!), numbering: "synsets" };
    return { labels: [...names.keys()], classes: names, numbering: "names" };
  }
  const labels = names.map(Number), second = labels.findIndex((one, i) => labels.indexOf(one) < i);
  if (second < 0) return { labels, classes: undefined, numbering: "given" };
  const first = labels.indexOf(labels[second]!);
  throw new RangeError(
    `${folder}: expected a folder for each class, found ${names[first]} and ${
      names[second]
    }, which ` +
      "are the same number",
  );
}

/** Names and ids of the classes that a list of synsets has. */
const namesOf = ({ names, ids }: Synsets) => ({ classes: names, ids: ids.toSorted() });

/**
 * Images in one folder, with a label file, which is one of these:
 *
 * - a ground-truth list, as in ILSVRC's validation layout: a line for each image by sorted name, with
 *   a synset or a number from 1 into the list of synsets;
 * - a table with a header, split by tabs, semicolons, bars or commas, with the columns `file` and
 *   `class` (from 0, or its name) or `synset`, in any order; cells may be quoted (RFC 4180). Other
 *   usual names of the columns are known, Kaggle's `ImageId,PredictionString` among them;
 * - lines of a file and a class from 0, a name or a synset, as Caffe's `val.txt`.
 *
 * A table may name files in folders below, by paths in the folder or through it, and leave out
 * endings. What it says twice in the same way counts once. Classes that it names are numbered as
 * {@linkcode classFolders} does; of names beside numbers (`class_name`), see {@linkcode evaluateImages}. Its text may be UTF-8 or UTF-16.
 *
 * @throws {RangeError} for a folder without images, a ground-truth file of another length, an
 * unknown synset, a file with two classes or a name that several files have
 * @throws {SyntaxError} for a malformed label file
 * @throws {Deno.errors.NotFound} for an image in the table that is not in the folder
 * @throws {TypeError} for a folder that is none
 */
export async function labelledImages(
  folder: string,
  labelFile: string,
  synsets?: Synsets,
): Promise<ImageSource> {
  text().read(folder, "labelledImages: folder");
  text().read(labelFile, "labelledImages: labelFile");
  const { images } = await list(folder);
  const labels = parseLabels(await readText(labelFile, "labels"), labelFile, synsets);
  const [rows, notes] = labels.kind === "list"
    ? rowsInOrder(images, folder, labels, labelFile, synsets)
    : rowsByName(await listBelow(folder).then((all) => all.images), folder, labels, labelFile);
  const names = [...new Set(rows.map(({ label }) => label))].filter((label) =>
    typeof label === "string"
  ).sort();
  const inList = classesInWords(names, synsets);
  const numbers = new Map(names.map((name, i) => [name, inList?.[i] ?? i]));
  const isGiven = labels.kind === "table" && labels.numbered;
  const numbering = names.length > 0 && !inList ? "names" : isGiven ? "given" : "synsets";
  const ids = synsets?.ids.toSorted();
  const entries = rows.map(({ file, label, name }) => {
    const number = numbers.get(String(label)) ?? Number(label);
    return fileEntry(
      join(folder, file),
      file,
      number,
      numbering === "synsets" ? ids![number]! : name ?? String(label),
    );
  });
  return {
    name: folder,
    length: entries.length,
    images: () => entries,
    numbering,
    classes: numbering === "names" ? names : synsets?.names,
    ...numbering === "synsets" && { ids: ids! },
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
  if (images.length === 0) {
    throw noImages(folder, " in this very folder, as a list without their names wants them");
  }
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
  paths: readonly string[],
  folder: string,
  { rows }: Labels & { kind: "table" },
  labelFile: string,
): [rows: readonly LabelledFile[], notes: string[]] {
  if (paths.length === 0) throw noImages(folder);
  const files = paths.map((path) => relative(folder, path)), index = new FileIndex(folder, files);
  const found = new Map<string, LabelledFile>();
  for (const row of rows) {
    const { file: name, label } = row, file = index.find(name, labelFile);
    if (file === undefined) {
      throw new Deno.errors.NotFound(
        `${labelFile}: ${name} is not an image in ${folder} (which has ${files.length}); a table ` +
          `names files of the folder, as ${files[0]}`,
      );
    }
    const before = found.get(file)?.label;
    if (before !== undefined && before !== label) {
      throw new RangeError(
        `${labelFile}: expected one class for each file, found ${before} and ${label} for ${file}`,
      );
    }
    found.set(file, { ...row, file });
  }
  const left = files.length - found.size, again = rows.length - found.size;
  const notes = [
    ...left > 0 ? [`${left} images of ${folder} are not in ${labelFile} and are left out`] : [],
    ...again > 0 ? [`${again} rows of ${labelFile} say again what others say, and count once`] : [],
  ];
  return [[...found.values()], notes];
}
