/**
 * Files that say what the images show.
 *
 * @module
 */
import { describeValue } from "../core/errors.ts";
import { ClassNames } from "../core/class_names.ts";
import { unknownName } from "../core/suggest.ts";
import { imageFilePattern } from "../vision/formats.ts";
import { type Row, rowsOf } from "./delimited.ts";

/** The classes of a network by synset: a WordNet id such as n01440764. */
export interface Synsets {
  /** The ids in the order of the file. */
  readonly ids: readonly string[];
  /** The class of each id: its place in the sorted list. */
  readonly classOf: ReadonlyMap<string, number>;
  /** The name of each class. */
  readonly names: readonly string[];
}

const synset = /^n\d{8}$/;

/** A line of a file. */
interface Line {
  readonly text: string;
  /** The file and the line's number, for errors. */
  readonly where: string;
}

/** The lines of a file, without those that are empty. */
function linesOf(content: string, name: string): Line[] {
  return content.split(/\r\n?|\n/)
    .map((line, i) => ({ text: line.trim(), where: `${name}, line ${i + 1}` }))
    .filter(({ text }) => text !== "");
}

/**
 * Reads a list of synsets, one a line, with or without names after it: `n01440764 tench, Tinca
 * tinca`. Whatever its order, a network's classes are numbered by the sorted ids, as in Caffe,
 * torchvision and timm; the order of the file matters only for ground-truth files that count
 * by it (ILSVRC's devkit does).
 *
 * @throws {SyntaxError} for a line that does not begin with an id, or an id that comes twice
 */
export function parseSynsets(text: string, name: string): Synsets {
  const rows = linesOf(text, name).map(({ text: line, where }) => {
    const [, id = "", words = ""] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
    if (!synset.test(id)) {
      throw new SyntaxError(
        `${where}: expected a synset such as n01440764, found ${JSON.stringify(line.slice(0, 40))}`,
      );
    }
    return { id, words: words.split(",")[0]!.trim() || id };
  });
  if (rows.length === 0) throw new SyntaxError(`${name}: expected synsets, found an empty file`);
  const sorted = rows.toSorted((a, b) => a.id < b.id ? -1 : 1);
  sorted.forEach(({ id }, i) => {
    if (id !== sorted[i + 1]?.id) return;
    throw new SyntaxError(`${name}: expected each synset once, found ${id} twice`);
  });
  return {
    ids: rows.map(({ id }) => id),
    classOf: new Map(sorted.map(({ id }, i) => [id, i])),
    names: sorted.map(({ words }) => words),
  };
}

/** The class of a synset. */
export function classOfSynset(id: string, synsets: Synsets | undefined, where: string): number {
  if (synsets === undefined) {
    throw new RangeError(
      `${where}: found the synset ${id}, but no list of synsets to number it by; give one (--synsets FILE)`,
    );
  }
  const found = synsets.classOf.get(id);
  if (found !== undefined) return found;
  const known = synsets.ids.length > 20
    ? `the list has ${synsets.ids.length} others`
    : unknownName("synset", id, synsets.ids);
  throw new RangeError(`${where}: unknown synset ${id}; ${known}`);
}

/**
 * The classes that texts name in a list of synsets, by words; undefined where some are not in it, or
 * may be several.
 */
export function classesInWords(
  texts: readonly string[],
  synsets: Synsets | undefined,
): readonly number[] | undefined {
  if (synsets === undefined) return undefined;
  const names = new ClassNames(synsets.names), found = texts.map((text) => names.matches(text));
  return found.every(({ length }) => length === 1) ? found.flat() : undefined;
}

/** A row of a table of labels. */
export interface LabelledFile {
  readonly file: string;
  /** The number of the class, or its name. */
  readonly label: number | string;
  /** The name of the class, where that stands beside its number. */
  readonly name?: string;
}

/**
 * What a label file says: one label for each image, in the order of their names, or one for each named
 * file. Labels are numbers, or all are names of classes. Where it has `numbered` them, not named synsets,
 * the numbers of a table are classes; those of a list count the synsets in the order of their list.
 */
export type Labels =
  | {
    readonly kind: "list";
    readonly labels: readonly (number | string)[];
    readonly numbered: boolean;
  }
  | { readonly kind: "table"; readonly rows: readonly LabelledFile[]; readonly numbered: boolean };

/**
 * Reads a label file of any kind that {@linkcode labelledImages} takes.
 *
 * @throws {SyntaxError} for a file that is none of these
 * @throws {RangeError} for a synset that is not in the list, or a number beyond it
 */
export function parseLabels(content: string, name: string, synsets?: Synsets): Labels {
  const text = content.replace(/^\ufeff/, "");
  // A first line of Excel's, "sep=;", says what splits the cells.
  const [said, given] = /^\s*"?sep=([^\r\n])"? *(?:\r\n?|\n|$)/i.exec(text) ?? [];
  const body = said === undefined ? text : "\n" + text.slice(said.length);
  const lines = linesOf(body, name), [first] = lines;
  if (first === undefined) throw new SyntaxError(`${name}: expected labels, found an empty file`);
  const unquoted = first.text.replace(/"[^"]*"/g, "");
  const separator = given ?? separators.find((one) => unquoted.includes(one)) ?? ",";
  const rows = [...rowsOf(body, separator, name)], [top] = rows;
  if (top === undefined) throw new SyntaxError(`${name}: expected labels, found empty cells alone`);
  if (pairOf(top, separator)) return parsePairs(rows, separator, synsets);
  const header = top.cells.map((cell) =>
    cell.normalize("NFKC").toLowerCase().replace(/[\s_-]/g, "")
  );
  const [left = "", right = "", ...more] = first.text.toLowerCase().split(/ +/);
  if (fileColumns.includes(left) && classColumns.includes(right) && more.length === 0) {
    return parsePairs(rows.slice(1), separator, synsets);
  }
  const file = columnOf(header, fileColumns);
  if (file >= 0) return parseTable(rows, header, file, name, synsets);
  const labels = lines.map((line) => listedClass(line, synsets));
  return { kind: "list", labels, numbered: !synset.test(first.text) };
}

/** What may split the cells of a table, the likeliest first; else it is commas. */
const separators = ["\t", ";", "|"];

/** Names of columns, without case, spaces and hyphens, the best first. */
const fileColumns = [
  ...["file", "filename", "filepath", "path", "image", "imagename", "imagefile", "imagepath"],
  ...["filenames", "filepaths", "fname", "imageid", "img", "imgname", "imgpath", "id"],
];
const classColumns = [
  ...["class", "label", "classid", "labelid", "classindex", "target", "category", "classname"],
  ...["labelname", "categoryid", "categoryname", "species", "breed", "labels", "classes"],
];
/** Those of names that may stand beside numbers. */
const nameColumns = ["classname", "labelname", "categoryname", "labels", "classes"];
const synsetColumns = ["synset", "wnid", "synsetid", "predictionstring"];

/** The place of the first of some names in a header; -1 where it has none. */
function columnOf(header: readonly string[], names: readonly string[]): number {
  const found = names.find((name) => header.includes(name));
  return found === undefined ? -1 : header.indexOf(found);
}

/** The class in a cell: a number or a name. */
function classIn(text: string, where: string): number | string {
  if (/^\d+(\.0*)?$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  if (text !== "" && Number.isNaN(Number(text))) return text;
  throw new SyntaxError(
    `${where}: expected a class, a number from 0, found ${describeValue(text)}`,
  );
}

/**
 * Labels of one kind: the classes of synsets, if all are synsets and there is a list; numbers, if all
 * are; otherwise names.
 */
function ofOneKind(
  rows: readonly (LabelledFile & { readonly where: string })[],
  synsets: Synsets | undefined,
): Labels {
  const texts = rows.filter(({ label }) => typeof label === "string");
  const isBySynset = synsets !== undefined && rows.every(({ label }) => synset.test(String(label)));
  return {
    kind: "table",
    rows: rows.map(({ file, label, name, where }) => ({
      file,
      ...texts.length === 0 && name && { name },
      label: isBySynset
        ? classOfSynset(String(label), synsets, where)
        : texts.length > 0
        ? String(label)
        : label,
    })),
    numbered: texts.length === 0,
  };
}

function parseTable(
  rows: readonly Row[],
  header: readonly string[],
  file: number,
  name: string,
  synsets: Synsets | undefined,
): Labels {
  const label = columnOf(header, classColumns), id = columnOf(header, synsetColumns);
  const named = columnOf(header, nameColumns);
  if (label < 0 && id < 0) {
    throw new SyntaxError(
      `${name}: expected a column "class" or "synset", found ${header.join(", ").slice(0, 200)}`,
    );
  }
  if (rows.length === 1) {
    throw new SyntaxError(`${name}: expected rows after the header, found none`);
  }
  const labelled = rows.slice(1).map(({ cells, where }) => {
    // Editors and spreadsheets take away empty cells at the end of a row, or add some.
    const needed = Math.max(file, label < 0 || (id >= 0 && synsets) ? id : label) + 1;
    if (cells.length < needed || !cells[file] || cells.slice(header.length).some((cell) => cell)) {
      throw new SyntaxError(
        `${where}: expected ${header.length} columns (${header.join(", ")}), found ` +
          `${cells.length}: ${JSON.stringify(cells.join(", ").slice(0, 60))}`,
      );
    }
    const bySynset = id < 0 ? undefined : synsetIn(cells[id] ?? "", where);
    const byClass = label < 0 ? undefined : classIn(cells[label] ?? "", where);
    if (bySynset !== undefined && typeof byClass === "number" && synsets !== undefined) {
      const expected = classOfSynset(bySynset, synsets, where);
      if (byClass !== expected) {
        throw new RangeError(
          `${where}: class ${byClass} and synset ${bySynset} disagree: in the list of synsets ` +
            `that is class ${expected}`,
        );
      }
    }
    const isBySynset = bySynset !== undefined && (byClass === undefined || synsets !== undefined);
    const name = named === label ? undefined : cells[named];
    return {
      file: cells[file]!,
      label: isBySynset ? bySynset : byClass!,
      where,
      ...name && !isBySynset && /\D/.test(name) && { name },
    };
  });
  return ofOneKind(labelled, synsets);
}

/** The synset of a cell, which Kaggle's tables repeat with a box for each object. */
function synsetIn(cell: string, where: string): string {
  const ids = new Set(cell.split(/\s+/).filter((word) => synset.test(word)));
  const [first] = ids;
  if (ids.size === 1 && cell.startsWith(first!)) return first!;
  throw new SyntaxError(
    `${where}: expected ${ids.size > 1 ? "one synset" : "a synset"} such as n01440764, found ${
      JSON.stringify(cell.slice(0, 60))
    }`,
  );
}

/** A file and its class in a row without a header: two cells, or Caffe's "cats/a.png 0". */
function pairOf(
  { cells }: Row,
  separator: string,
): { readonly file: string; readonly label: string } | undefined {
  const isLabel = (text: string) => /^\d+$/.test(text) || synset.test(text);
  const [file = "", label = "", ...more] = cells, line = cells.join(separator);
  if (file && label && more.length === 0 && (isLabel(label) || imageFilePattern.test(file))) {
    return { file, label };
  }
  const [, start = "", end = ""] = /^(\S.*)\s(\d+|n\d{8})$/.exec(line) ??
    /^(\S+)\s+(\S.*)$/.exec(line) ?? [];
  if (!isLabel(end) && !imageFilePattern.test(start)) return undefined;
  return { file: start.trim(), label: end };
}

function parsePairs(rows: readonly Row[], separator: string, synsets?: Synsets): Labels {
  const labelled = rows.map((row) => {
    const pair = pairOf(row, separator), { cells, where } = row;
    if (pair) return { file: pair.file, label: classIn(pair.label, where), where };
    throw new SyntaxError(
      `${where}: expected a file and a class, found ${describeValue(cells.join(separator))}`,
    );
  });
  return ofOneKind(labelled, synsets);
}

/**
 * The class that a line of a ground-truth list says: a synset, which stays a name where there is no
 * list of them, or its place in that list.
 */
function listedClass({ text, where }: Line, synsets: Synsets | undefined): number | string {
  if (synset.test(text)) return synsets ? classOfSynset(text, synsets, where) : text;
  if (!/^\d+$/.test(text)) {
    throw new SyntaxError(
      `${where}: expected a synset or a number, found ${JSON.stringify(text.slice(0, 40))}; ` +
        'a table needs a header with "file" and "class" or "synset"',
    );
  }
  if (synsets === undefined) {
    throw new RangeError(
      `${where}: found the number ${text}, which counts lines of a list of synsets; give that list (--synsets FILE)`,
    );
  }
  const id = synsets.ids[Number(text) - 1];
  if (id === undefined) {
    throw new RangeError(
      `${where}: expected a number from 1 to ${synsets.ids.length}, found ${text}`,
    );
  }
  return synsets.classOf.get(id)!;
}
