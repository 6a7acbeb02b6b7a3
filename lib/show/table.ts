import { describeValue, wrongType } from "../core/errors.ts";
import { custom, listOf, object, positiveInteger, text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { escapeMarkup } from "../plotly_svg/mod.ts";
import { jupyterDisplay, type MimeBundle } from "./bundle.ts";
import { formatColumn, heatColor } from "./cells.ts";
import { emit } from "./jupyter.ts";
import { Picture } from "./picture.ts";
import { extent } from "./plot/numbers.ts";

/** On which side of its column a cell stands. */
export type Align = "left" | "center" | "right";

/** A row of a table: cells by the column's name, or in order. */
export type TableRow = Readonly<Record<string, unknown>> | readonly unknown[];

/** How a table looks. Where a column has no name, its number (from 0) stands for it. */
export interface TableOptions {
  /** The columns in order; those of the first rows by default. For rows that are lists, the headings. */
  readonly columns?: readonly string[];
  /** What stands above the table. */
  readonly title?: string;
  /** The side of a column's cells; by default numbers stand right and all else left. */
  readonly align?: Readonly<Record<string, Align>>;
  /** A column's texts: digits after the point, or a function of the cell. */
  readonly format?: Readonly<Record<string, number | ((cell: unknown) => string)>>;
  /** Colours for the sizes of numbers: all on one scale, or the named columns, each on its own. */
  readonly heat?: boolean | readonly string[];
  /** Rows that are shown at most, from both ends; 100 by default. */
  readonly limit?: number;
}

const schema = {
  columns: listOf(text()),
  title: text(),
  align: object("sides by column"),
  format: object("formats by column"),
  heat: custom(
    "true, false or a list of columns",
    (value): value is boolean | readonly string[] =>
      typeof value === "boolean" || Array.isArray(value),
  ),
  limit: positiveInteger(100),
} satisfies Schema<TableOptions>;

/** A cell as it is shown. */
interface Cell {
  readonly text: string;
  readonly html: string;
  readonly color?: string;
}

/**
 * A table that a notebook shows as one; elsewhere a text in columns.
 *
 * ```ts
 * import { table } from "@striate/striate";
 * const rows = [{ network: "LeNet-5", error: 0.95 }, { network: "LeNet-4", error: 1.1 }];
 * const errors = table(rows, { title: "MNIST, test error", format: { error: (x) => `${x} %` } });
 * await errors.show();
 * console.log(String(table([[1, 2], [3, 4]]))); // 1  2
 * ```
 */
export class Table {
  readonly #title: string | undefined;
  readonly #headings: readonly string[] | undefined;
  readonly #align: readonly Align[];
  readonly #cells: readonly (readonly Cell[])[];

  /**
   * A table of rows; see {@linkcode table}.
   *
   * @throws {TypeError} if rows are no records or lists.
   * @throws {RangeError} if an option is unknown.
   */
  constructor(rows: readonly TableRow[], given: TableOptions = {}) {
    const { columns: wanted, limit, heat, format, title, align } = options("table", given, schema);
    const { names, headings, values } = readRows(rows, wanted);
    const shown = cut(values, limit);
    const columns = names.map((_, i) => shown.map((row) => row === undefined ? dots : row[i]));
    const whole = heat === true ? rangeOf(values.flat()) : undefined;
    const byColumn = Array.isArray(heat) ? heat as readonly string[] : [];
    const cells = columns.map((column, i) => {
      const name = names[i]!;
      const range = byColumn.includes(name) ? rangeOf(values.map((row) => row[i])) : whole;
      const texts = textsOf(column, format?.[name]);
      return column.map((value, j): Cell => ({
        text: texts[j]!,
        html: value instanceof Picture ? value.html() : escapeMarkup(texts[j]!),
        ...range !== undefined && typeof value === "number" && Number.isFinite(value)
          ? { color: heatColor(value, ...range) }
          : {},
      }));
    });
    this.#title = title;
    this.#headings = headings;
    this.#align = names.map((name, i) => align?.[name] ?? sideOf(values.map((row) => row[i])));
    this.#cells = shown.map((_, j) => cells.map((column) => column[j]!));
  }

  /** The table as HTML. Colours are a mere extra: viewers that trust nobody leave them out. */
  html(): string {
    const cell = (tag: string, html: string, i: number, color?: string) => {
      const paint = color === undefined ? "" : `;background:${color};color:#000`;
      const side = this.#align[i]!;
      return `<${tag} align="${side}" style="text-align:${side}${paint}">${html}</${tag}>`;
    };
    const row = (cells: readonly string[]) => `<tr>${cells.join("")}</tr>`;
    const caption = this.#title === undefined
      ? ""
      : `<caption>${escapeMarkup(this.#title)}</caption>`;
    const head = this.#headings === undefined
      ? ""
      : `<thead>${row(this.#headings.map((text, i) => cell("th", escapeMarkup(text), i)))}</thead>`;
    const body = this.#cells.map((cells) =>
      row(cells.map(({ html, color }, i) => cell("td", html, i, color)))
    );
    return `<table>${caption}${head}<tbody>${body.join("")}</tbody></table>`;
  }

  /** Shows the table in a notebook; elsewhere prints it as a text. */
  async show(): Promise<void> {
    await emit(this);
  }

  /** The table as a text in columns. */
  toString(): string {
    const lines = this.#cells.map((cells) => cells.map(({ text }) => text));
    const all = this.#headings === undefined ? lines : [this.#headings, ...lines];
    const widths = this.#align.map((_, i) => Math.max(0, ...all.map((line) => line[i]!.length)));
    const texts = all.map((line) =>
      line.map((text, i) => pad(text, widths[i]!, this.#align[i]!)).join("  ").trimEnd()
    );
    if (this.#headings !== undefined) {
      texts.splice(1, 0, "-".repeat(widths.reduce((sum, width) => sum + width + 2, -2)));
    }
    return [...this.#title === undefined ? [] : [this.#title], ...texts].join("\n");
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** How a notebook shows it. */
  [jupyterDisplay](): MimeBundle {
    return { "text/html": this.html(), "text/plain": this.toString() };
  }
}

/** A table of rows, each a record or a list of cells. */
export function table(rows: readonly TableRow[], given: TableOptions = {}): Table {
  return new Table(rows, given);
}

const dots = "…";

function readRows(rows: readonly TableRow[], columns: readonly string[] | undefined) {
  if (!Array.isArray(rows)) throw wrongType("table", "a list of rows", describeValue(rows));
  rows.forEach((row, i) => {
    if (typeof row === "object" && row !== null && Array.isArray(row) === Array.isArray(rows[0])) {
      return;
    }
    throw wrongType(
      `table: rows[${i}]`,
      Array.isArray(rows[0]) ? "a list as rows[0] is" : "a record of cells",
      Array.isArray(row) ? "a list" : String(row),
    );
  });
  if (Array.isArray(rows[0])) {
    const lists = rows as readonly (readonly unknown[])[];
    const count = columns?.length ?? lists.reduce((most, row) => Math.max(most, row.length), 0);
    const wrong = columns === undefined ? -1 : lists.findIndex((row) => row.length > count);
    if (wrong >= 0) {
      throw wrongType(
        `table: rows[${wrong}]`,
        `${count} cells as there are columns`,
        lists[wrong]!.length,
      );
    }
    const names = columns ?? Array.from({ length: count }, (_, i) => String(i));
    return { names, headings: columns, values: lists.map((row) => names.map((_, i) => row[i])) };
  }
  const records = rows as readonly Readonly<Record<string, unknown>>[];
  const names = columns ?? [...new Set(records.flatMap(Object.keys))];
  const values = records.map((record) => names.map((name) => record[name]));
  return { names, headings: names.length > 0 ? names : undefined, values };
}

/** At most `limit` rows, those of the middle left out: undefined stands for them. */
function cut<T>(rows: readonly T[], limit: number): (T | undefined)[] {
  if (rows.length <= limit) return [...rows];
  const half = Math.max(1, Math.floor(limit / 2));
  return [...rows.slice(0, half), undefined, ...rows.slice(-half)];
}

const rangeOf = (values: readonly unknown[]) =>
  extent(values.filter((value) => typeof value === "number"));

function textsOf(
  column: readonly unknown[],
  format?: number | ((cell: unknown) => string),
): string[] {
  const given = typeof format === "number" ? (x: unknown) => (x as number).toFixed(format) : format;
  const numbers = column.filter((cell) => typeof cell === "number");
  const formatted = formatColumn(numbers).values();
  return column.map((cell) => {
    const own = typeof cell === "number" ? formatted.next().value! : undefined;
    if (cell === undefined || cell === null) return "";
    if (cell === dots) return dots;
    if (typeof format === "number" && own === undefined) return textOf(cell);
    return given?.(cell) ?? own ?? textOf(cell);
  });
}

/** A cell that is no number, on one line. */
function textOf(cell: unknown): string {
  if (typeof cell === "string") return cell;
  if (typeof cell === "object") return Deno.inspect(cell, { compact: true, breakLength: Infinity });
  return String(cell);
}

/** Numbers stand right, so that their points are below one another. */
function sideOf(cells: readonly unknown[]): Align {
  const filled = cells.filter((cell) => cell !== undefined && cell !== null);
  const isNumber = (cell: unknown) => typeof cell === "number" || typeof cell === "bigint";
  return filled.length > 0 && filled.every(isNumber) ? "right" : "left";
}

function pad(text: string, width: number, side: Align): string {
  if (side === "left") return text.padEnd(width);
  if (side === "right") return text.padStart(width);
  return text.padStart(Math.floor((width + text.length) / 2)).padEnd(width);
}
