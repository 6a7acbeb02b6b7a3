import type { RunView } from "./run_view.ts";

/** The names of the columns. */
const columns = ["run", "metric", "step", "epoch", "seconds", "value"];

/**
 * All points of all curves of some runs, a line for each.
 *
 * Source: RFC 4180.
 */
export function csvOf(runs: ReadonlyMap<string, RunView>): string {
  const lines = [columns.join(",")];
  for (const [id, { metrics }] of runs) {
    for (const [metric, ...numbers] of metrics.rows()) {
      lines.push([cell(id), cell(metric), ...numbers.map((value) => value ?? "")].join(","));
    }
  }
  return lines.map((line) => `${line}\r\n`).join("");
}

/** A text as a cell. Spreadsheets take what begins with some signs for something to compute. */
function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
