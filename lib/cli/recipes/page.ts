/**
 * The results of a recipe as a page of Markdown.
 *
 * @module
 */
import type { Finding } from "./recipe.ts";
import type { Results } from "./results.ts";

/** Rows of cells as a table, with its columns aligned. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(3, ...rows.map((row) => row[i]!.length)));
  const lines = rows.map((row) =>
    `| ${
      row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join(
        " | ",
      )
    } |`
  );
  const rule = widths.map((width, i) => i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`);
  return [lines[0], `| ${rule.join(" | ")} |`, ...lines.slice(1)].join("\n");
}

/** The table of a recipe's arms that have been trained. */
export function formatTable(results: Results): string {
  const { arms, columns } = results.recipe;
  const done = arms.filter(({ name }) => results.seeds(name).length > 0);
  return markdownTable([
    ["arm", ...columns, "seeds"],
    ...done.map(({ name }) => [
      name,
      ...columns.map((column) => results.cell(name, column)),
      String(results.seeds(name).length),
    ]),
  ]);
}

const verdicts = new Map([[true, "holds"], [false, "does not hold"], [undefined, "undecided"]]);

/** A line on what was found. */
export const formatFinding = ({ claim, found, holds }: Finding): string =>
  `- ${claim}: ${found} (${verdicts.get(holds)})`;

/** The page that a recipe writes. */
export function formatPage(results: Results, conditions: readonly string[]): string {
  const { recipe } = results;
  return [
    `# ${recipe.name}: ${recipe.title}`,
    `Source: ${recipe.source}.`,
    formatTable(results),
    results.findings.map(formatFinding).join("\n"),
    conditions.map((line) => `- ${line}`).join("\n"),
  ].join("\n\n") + "\n";
}
