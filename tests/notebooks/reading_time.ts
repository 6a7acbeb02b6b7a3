/**
 * How long a notebook takes to read, by its text and code. `deno run -A tests/notebooks/reading_time.ts`
 * prints it for each.
 *
 * @module
 */
import { basename } from "node:path";
import { notebooks } from "../../lib/cli/jupyter.ts";
import { joined, listNotebooks, readNotebook } from "../../lib/cli/notebook_file.ts";
import type { Notebook } from "../../lib/cli/notebook_format.ts";

const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== "").length;
const linesOf = (code: string) => code.split("\n").filter((line) => line.trim() !== "").length;
const questionsOf = (code: string) => code.match(/\bcheck\("/g)?.length ?? 0;

/**
 * Minutes for who reads 150 words or 30 lines of code in one, and thinks for one about each question;
 * to the nearest five. Solutions of exercises do not count.
 */
export function minutesToRead({ cells }: Notebook): number {
  const minutes = cells.reduce((sum, { cell_type, source }) => {
    const text = joined(source);
    return sum +
      (cell_type === "code"
        ? linesOf(text) / 30 + questionsOf(text)
        : wordsOf(text.replace(/<details>[^]*?<\/details>/g, "")) / 150);
  }, 0);
  return 5 * Math.max(1, Math.round(minutes / 5));
}

if (import.meta.main) {
  for (const path of await listNotebooks(notebooks)) {
    console.log(`${basename(path)}: ${minutesToRead(await readNotebook(path))} minutes`);
  }
}
