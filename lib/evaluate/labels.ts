/**
 * Files that say what the images show.
 *
 * @module
 */
import { unknownName } from "../core/suggest.ts";

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
  return content.replace(/^\ufeff/, "").split(/\r?\n/)
    .map((line, i) => ({ text: line.trimEnd(), where: `${name}, line ${i + 1}` }))
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

/** A row of a table of labels. */
export interface LabelledFile {
  readonly file: string;
  readonly label: number;
}

/**
 * What a label file says: one label for each image, in the order of their names, or one for each named
 * file. Where it has `numbered` them, not named synsets, the numbers of a table are classes; those of a
 * list count the synsets in the order of their list.
 */
export type Labels =
  | { readonly kind: "list"; readonly labels: readonly number[]; readonly numbered: boolean }
  | { readonly kind: "table"; readonly rows: readonly LabelledFile[]; readonly numbered: boolean };

/**
 * Reads a label file of any kind that {@linkcode labelledImages} takes.
 *
 * @throws {SyntaxError} for a file that is none of these
 * @throws {RangeError} for a synset that is not in the list, or a number beyond it
 */
export function parseLabels(text: string, name: string, synsets?: Synsets): Labels {
  const lines = linesOf(text, name), [first] = lines;
  if (first === undefined) throw new SyntaxError(`${name}: expected labels, found an empty file`);
  const separator = ["\t", ";"].find((one) => first.text.includes(one)) ?? ",";
  const header = cellsOf(first.text, separator).map((cell) => cell.toLowerCase());
  if (header.includes("file")) return parseTable(lines, header, separator, name, synsets);
  if (/^\S.*\s\d+$/.test(first.text)) return parsePairs(lines);
  const labels = lines.map((line) => listedClass(line, synsets));
  return { kind: "list", labels, numbered: !synset.test(first.text.trim()) };
}

/** The cells of a row; those in quotes may have the separator in them, and quotes that are doubled. */
function cellsOf(row: string, separator: string): string[] {
  const pattern = `${separator}(?: *"((?:[^"]|"")*)" *(?=${separator}|$)|([^${separator}]*))`;
  const cells = `${separator}${row}`.matchAll(new RegExp(pattern, "g"));
  return Array.from(cells, ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!.trim());
}

function classNumber(text: string, where: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new SyntaxError(
    `${where}: expected a class, a number from 0, found ${JSON.stringify(text)}`,
  );
}

function parseTable(
  lines: readonly Line[],
  header: readonly string[],
  separator: string,
  name: string,
  synsets: Synsets | undefined,
): Labels {
  const [file, label, id] = ["file", "class", "synset"].map((column) => header.indexOf(column));
  if (label! < 0 && id! < 0) {
    throw new SyntaxError(
      `${name}: expected a column "class" or "synset", found ${header.join(", ")}`,
    );
  }
  const numbered = id! < 0 || (label! >= 0 && synsets === undefined);
  const rows = lines.slice(1).map(({ text, where }) => {
    const cells = cellsOf(text, separator);
    if (cells.length !== header.length || !cells[file!]) {
      throw new SyntaxError(
        `${where}: expected ${header.length} columns (${header.join(", ")}), found ` +
          `${cells.length}: ${JSON.stringify(text.slice(0, 60))}`,
      );
    }
    const bySynset = numbered ? undefined : classOfSynset(cells[id!]!, synsets, where);
    const byNumber = label! < 0 ? bySynset! : classNumber(cells[label!]!, where);
    if (bySynset !== undefined && bySynset !== byNumber) {
      throw new RangeError(
        `${where}: class ${byNumber} and synset ${cells[id!]} disagree: in the list of synsets ` +
          `that is class ${bySynset}`,
      );
    }
    return { file: cells[file!]!, label: byNumber };
  });
  if (rows.length === 0) {
    throw new SyntaxError(`${name}: expected rows after the header, found none`);
  }
  return { kind: "table", rows, numbered };
}

function parsePairs(lines: readonly Line[]): Labels {
  const rows = lines.map(({ text, where }) => {
    const [, file, label] = /^(\S.*)\s(\d+)$/.exec(text) ?? [];
    if (file === undefined) {
      throw new SyntaxError(`${where}: expected a file and a class, found ${JSON.stringify(text)}`);
    }
    return { file: file.trim(), label: Number(label) };
  });
  return { kind: "table", rows, numbered: true };
}

/** The class that a line of a ground-truth list says: a synset, or its place in the list of synsets. */
function listedClass({ text, where }: Line, synsets: Synsets | undefined): number {
  const cell = text.trim();
  if (synset.test(cell)) return classOfSynset(cell, synsets, where);
  if (!/^\d+$/.test(cell)) {
    throw new SyntaxError(
      `${where}: expected a synset or a number, found ${JSON.stringify(cell.slice(0, 40))}; ` +
        'a table needs a header with "file" and "class" or "synset"',
    );
  }
  if (synsets === undefined) {
    throw new RangeError(
      `${where}: found the number ${cell}, which counts lines of a list of synsets; give that list (--synsets FILE)`,
    );
  }
  const id = synsets.ids[Number(cell) - 1];
  if (id === undefined) {
    throw new RangeError(
      `${where}: expected a number from 1 to ${synsets.ids.length}, found ${cell}`,
    );
  }
  return synsets.classOf.get(id)!;
}
