/**
 * The figures that the notebooks compute, and how they are checked.
 *
 * The rows of notebook 03 stand in `figures/03.ts`, and so on:
 *
 * ```ts ignore
 * import type { Figure } from "../figures.ts";
 *
 * export const figures: readonly Figure[] = [
 *   { figure: "AlexNet conv1: parameters", pattern: /34,944 parameters/ },
 *   { figure: "3x3 convolutions: one 7x7 field", pattern: /three .* (\d+)x\1/, value: 7 },
 *   { figure: "softmax sums to 1", pattern: /sum = (\S+)/, value: 1, tolerance: 1e-6 },
 *   { figure: "LeNet-5 on digits: top-1", cell: "test", pattern: /top1: ([\d.]+)/, range: [0.9, 1] },
 * ];
 * ```
 *
 * A row holds if its pattern is found in what the cells print: the texts on their streams and the
 * text/plain of their displays and results. It is looked for in a fresh run of the notebook, never
 * in the committed file. With `value` or `range` the pattern's first group is read as a number;
 * commas in it do not count (34,944 is 34944).
 *
 * @module
 */
import { joined } from "../../lib/cli/notebook_file.ts";
import type { Cell, Lines, Notebook } from "../../lib/cli/notebook_format.ts";

/** A figure that a notebook computes. */
export interface Figure {
  /** What it is, in the words of the paper or of the notebook. */
  readonly figure: string;
  /** How it stands in an output. */
  readonly pattern: RegExp;
  /** The id or a tag of the cell that prints it; by default any. */
  readonly cell?: string;
  /** What the pattern's first group is as a number. */
  readonly value?: number;
  /** By how much it may differ from `value`; nothing by default. */
  readonly tolerance?: number;
  /** Between which numbers it is, both included. */
  readonly range?: readonly [number, number];
}

/** What a cell prints: its streams, and the texts of its displays. */
export function textOf({ outputs = [] }: Cell): string {
  return outputs.map(({ text, data }) =>
    joined(text ?? data?.["text/plain"] as Lines | undefined) + "\n"
  ).join("");
}

function isNamed({ id, metadata }: Cell, name: string): boolean {
  return id === name || (Array.isArray(metadata.tags) && metadata.tags.includes(name));
}

function problem(row: Figure, { cells }: Notebook): string | undefined {
  const { pattern, cell: name, value, tolerance = 0, range } = row;
  const chosen = name === undefined ? cells : cells.filter((cell) => isNamed(cell, name));
  if (chosen.length === 0) return `there is no cell ${JSON.stringify(name)}`;
  const found = pattern.exec(chosen.map(textOf).join(""));
  if (found === null) return `expected ${pattern} in the outputs`;
  const [low, high] = value === undefined ? range ?? [] : [value - tolerance, value + tolerance];
  if (low === undefined || high === undefined) return undefined;
  const number = Number(found[1]?.replaceAll(",", "").replace("−", "-") || NaN);
  if (number >= low && number <= high) return undefined;
  const wanted = value === undefined ? `${low} to ${high}` : `${value} ± ${tolerance}`;
  return `expected ${wanted}, found ${JSON.stringify(found[1] ?? null)} in ${found[0]}`;
}

/** Which of the figures a notebook's outputs do not show. */
export function figureProblems(figures: readonly Figure[], notebook: Notebook): string[] {
  return figures.flatMap((row) => {
    const found = problem(row, notebook);
    return found === undefined ? [] : [`${row.figure}: ${found}`];
  });
}

/** The rows of a notebook by its number. */
export async function figuresOf(number: string): Promise<readonly Figure[]> {
  const url = new URL(`figures/${number}.ts`, import.meta.url);
  if (!await Deno.stat(url).then((found) => found.isFile, () => false)) return [];
  const { figures }: { figures: readonly Figure[] } = await import(url.href);
  return figures;
}
