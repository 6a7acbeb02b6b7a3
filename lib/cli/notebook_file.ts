/**
 * Notebooks as files: how they are found, read, and written so that the same notebook always has
 * the same bytes.
 *
 * Source of the format: https://nbformat.readthedocs.io/en/latest/format_description.html
 *
 * @module
 */
import { unknownName } from "../core/suggest.ts";
import { UsageError } from "./command.ts";
import {
  type Cell,
  checkNotebook,
  type Lines,
  type Notebook,
  type Output,
} from "./notebook_format.ts";

/** A text in one piece. */
export function joined(lines: Lines | undefined): string {
  return typeof lines === "string" ? lines : lines?.join("") ?? "";
}

function split(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/**
 * Reads a notebook.
 *
 * @throws {SyntaxError} if the file is no notebook of version 4.
 */
export async function readNotebook(path: string): Promise<Notebook> {
  const text = await Deno.readTextFile(path);
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`${path}: expected a notebook, found ${(error as Error).message}`);
  }
  return checkNotebook(found, path);
}

/** The notebooks of a folder, sorted by name. */
export async function listNotebooks(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  });
  const names = entries.map(({ name }) => name).filter((name) => name.endsWith(".ipynb"));
  return names.sort().map((name) => `${folder}/${name}`);
}

/**
 * The path of a notebook that is named: by its path, or by its name within `folder` or the part of
 * it before a dash (`03`).
 *
 * @throws {UsageError} if there is none.
 */
export async function findNotebook(named: string, folder: string): Promise<string> {
  const isFile = await Deno.stat(named).then((found) => found.isFile, () => false);
  if (isFile) return await Deno.realPath(named);
  const paths = await listNotebooks(folder);
  const nameOf = (path: string) => path.slice(folder.length + 1, -".ipynb".length);
  const wanted = named.replace(/\.ipynb$/, "");
  const path = paths.find((path) => nameOf(path) === wanted) ??
    paths.find((path) => nameOf(path).startsWith(`${wanted}-`));
  if (path !== undefined) return path;
  if (paths.length === 0) {
    throw new UsageError(`there is no notebook ${JSON.stringify(named)}, and none in ${folder}`);
  }
  throw new UsageError(unknownName("notebook", named, paths.map(nameOf)));
}

/** The text that a terminal would show, without colours. */
export function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  const without = text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, "");
  return without === text ? text : plain(without); // what stood around one may be another
}

/** Whether Jupyter writes a MIME type as lines. */
function isText(type: string): boolean {
  return type.startsWith("text/") || /^(application\/javascript|image\/svg\+xml)$/.test(type);
}

function tidyOutput(output: Output, count: number): Output {
  const { output_type, text, data = {}, metadata = {} } = output;
  if (output_type === "stream") {
    return { output_type, name: streamOf(output), text: split(plain(joined(text))) };
  }
  if (output_type === "error") {
    const { ename = "", evalue = "", traceback = [] } = output;
    return { output_type, ename, evalue: plain(evalue), traceback: traceback.map(plain) };
  }
  const tidied = Object.entries(data).map(([type, value]) => {
    if (!isText(type) || !(typeof value === "string" || Array.isArray(value))) return [type, value];
    const text = joined(value);
    return [type, split(type === "text/plain" ? plain(text) : text)];
  });
  return {
    output_type,
    data: Object.fromEntries(tidied),
    metadata,
    ...output_type === "execute_result" ? { execution_count: count } : {},
  };
}

/** The stream that an output was written to. */
const streamOf = ({ name = "stdout" }: Output) => name;

/** Outputs with neighbouring texts of a stream as one. */
function merged(outputs: readonly Output[]): Output[] {
  const result: Output[] = [];
  for (const output of outputs) {
    const last = result.at(-1);
    const isMore = output.output_type === "stream" && last?.output_type === "stream" &&
      streamOf(output) === streamOf(last);
    if (!isMore) result.push(output);
    else result[result.length - 1] = { ...last, text: joined(last.text) + joined(output.text) };
  }
  return result;
}

const kernel = {
  kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
  language_info: {
    codemirror_mode: "typescript",
    file_extension: ".ts",
    mimetype: "text/x.typescript",
    name: "typescript",
    nbconvert_exporter: "script",
    pygments_lexer: "typescript",
  },
};

/**
 * A notebook with `outputs` (a list for each cell; its own if none are given) and nothing that
 * differs from run to run: cells counted from 1, no times, no colours, no ids of displays. Cells
 * keep their id and get one if they have none.
 */
export function tidyNotebook(notebook: Notebook, outputs?: readonly Output[][]): Notebook {
  const taken = new Set<string>();
  const given = new Set(notebook.cells.map(({ id }) => id));
  const idOf = (id: string | undefined) => {
    for (let n = 1; id === undefined || taken.has(id); n++) {
      id = given.has(`cell-${n}`) ? id : `cell-${n}`;
    }
    taken.add(id);
    return id;
  };
  let count = 0;
  const cells = notebook.cells.map((cell, i): Cell => {
    const { execution: _, ...metadata } = cell.metadata ?? {};
    const { cell_type, attachments } = cell;
    const source = split(joined(cell.source));
    const id = idOf(cell.id);
    if (cell_type !== "code") {
      return { cell_type, id, metadata, source, ...attachments && { attachments } };
    }
    const isExecuted = source.join("").trim() !== "";
    const execution_count = isExecuted ? ++count : null;
    const tidied = merged(outputs?.[i] ?? cell.outputs ?? []).map((output) =>
      tidyOutput(output, count)
    );
    return { cell_type, id, metadata, source, execution_count, outputs: tidied };
  });
  return { cells, metadata: kernel, nbformat: 4, nbformat_minor: 5 };
}

const sorted = (_: string, value: unknown) =>
  typeof value !== "object" || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));

/**
 * A notebook as the text of its file, as Jupyter would write it, but for the JSON of charts: that
 * stands on one line, since a line for each number makes the file twice as large.
 */
export function formatNotebook(notebook: Notebook): string {
  const charts: string[] = [];
  // No text of a notebook's can be what stands for a chart.
  const mark = crypto.randomUUID();
  const text = JSON.stringify(notebook, (key, value) => {
    if (!/^application\/.*\+json$/.test(key)) return sorted(key, value);
    return `${mark} ${charts.push(JSON.stringify(value, sorted)) - 1}`;
  }, 1);
  return text.replace(new RegExp(`"${mark} (\\d+)"`, "g"), (_, i) => charts[i]!) + "\n";
}
