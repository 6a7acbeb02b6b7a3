/**
 * The format of notebooks' files, and the check that what is read is of that format.
 *
 * Source of the format: https://nbformat.readthedocs.io/en/latest/format_description.html
 *
 * @module
 */
import { describeValue } from "../core/errors.ts";

/** A text, or its lines, each with its end. */
export type Lines = string | readonly string[];

/** What a cell gave: a text on a stream, a display, a result or an error. */
export interface Output {
  readonly output_type: "stream" | "display_data" | "execute_result" | "error";
  /** The stream, of a text. */
  readonly name?: string;
  readonly text?: Lines;
  /** By MIME type, of a display or a result. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly execution_count?: number | null;
  /** Of an error. */
  readonly ename?: string;
  readonly evalue?: string;
  readonly traceback?: readonly string[];
}

/** A cell of text or code. */
export interface Cell {
  readonly cell_type: "markdown" | "code" | "raw";
  readonly id?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly source: Lines;
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
  readonly attachments?: Readonly<Record<string, unknown>>;
}

/** A notebook. */
export interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nbformat: number;
  readonly nbformat_minor: number;
}

/** Fails, where a value is not what is expected; `where` names it. */
type Check = (value: unknown, where: string) => void;

/** A check by a test. */
const check = (expected: string, test: (value: unknown) => boolean): Check => (value, where) => {
  if (test(value)) return;
  throw new SyntaxError(`${where}: expected ${expected}, found ${describeValue(value)}`);
};

const isText = (value: unknown) => typeof value === "string";
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

const text = check("a text", isText);
const texts = check("a list of texts", isTexts);
const lines = check("a text or a list of texts", (value) => isText(value) || isTexts(value));
const list = check("a list", Array.isArray);
const dictionary = check(
  "an object",
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);
const oneOf = (...values: readonly unknown[]) =>
  check(
    values.map((value) => JSON.stringify(value)).join(" or "),
    (value) => values.includes(value),
  );

/** Fails unless an object's fields are as they should be; those after a ? may be missing. */
function fields(checks: Readonly<Record<string, Check>>): Check {
  return (value, where) => {
    dictionary(value, where);
    const object = value as Readonly<Record<string, unknown>>;
    for (const [name, check] of Object.entries(checks)) {
      const key = name.replace(/\?$/, ""),
        found = Object.hasOwn(object, key) ? object[key] : undefined;
      if (found !== undefined || key === name) check(found, `${where}: ${key}`);
    }
  };
}

/** Fails unless each value of a list is as it should be. */
const listOf = (name: string, check: Check): Check => (value, where) => {
  list(value, where);
  const place = where.replace(/: \w+$/, "");
  (value as readonly unknown[]).forEach((item, i) => check(item, `${place}: ${name} ${i + 1}`));
};

/** What else an output of a type has. */
const outputs: Readonly<Record<string, Check>> = {
  stream: fields({ "name?": text, "text": lines }),
  display_data: fields({ "data": dictionary, "metadata?": dictionary }),
  execute_result: fields({ "data": dictionary, "metadata?": dictionary }),
  error: fields({ "ename?": text, "evalue?": text, "traceback?": texts }),
};
const outputType = fields({ output_type: oneOf(...Object.keys(outputs)) });

const output: Check = (value, where) => {
  outputType(value, where);
  outputs[(value as { output_type: string }).output_type]!(value, where);
};

const cell = fields({
  "cell_type": oneOf("markdown", "code", "raw"),
  "id?": text,
  "source": lines,
  "metadata?": dictionary,
  "outputs?": listOf("output", output),
  "attachments?": dictionary,
});

/** Lists and objects within one another: no output has nearly so many. */
const mostDepth = 200;

const isDeeper = (value: unknown, depth: number): boolean =>
  typeof value === "object" && value !== null &&
  (depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1)));

const cells = listOf("cell", cell);

/**
 * The notebook that a parsed file is.
 *
 * @throws {SyntaxError} where it is none of version 4, with the cell that is wrong
 */
export function checkNotebook(found: unknown, path: string): Notebook {
  const notebook = found as Notebook | null;
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells)) {
    throw new SyntaxError(`${path}: expected a notebook with "nbformat": 4 and cells`);
  }
  cells(notebook.cells, `${path}: cells`);
  if (!isDeeper(notebook.cells, mostDepth)) return notebook;
  throw new SyntaxError(`${path}: expected at most ${mostDepth} lists in one another, found more`);
}
