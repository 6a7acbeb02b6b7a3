/** What every notebook of the course has, apart from what its cells compute. */
import { joined } from "../../lib/cli/notebook_file.ts";
import type { Cell, Notebook, Output } from "../../lib/cli/notebook_format.ts";

const twoMegabytes = 2_000_000;

/** What an output is: a stream, an error, or the MIME types that it has. */
export function kindsOf(output: Output): string[] {
  const { output_type, name, data = {} } = output;
  return output_type === "stream"
    ? [`stream ${name}`]
    : output_type === "error"
    ? ["error"]
    : Object.keys(data);
}

const outputsOf = (cells: readonly Cell[]) => cells.flatMap(({ outputs = [] }) => outputs);

function* problems({ cells }: Notebook, text: string): Generator<string> {
  const [first] = cells, codes = cells.filter(({ cell_type }) => cell_type === "code");
  const opening = first?.cell_type === "markdown" ? joined(first.source) : "";
  if (!/^# \S/.test(opening)) yield "the first cell: expected a text that starts with a # heading";
  if (!/\byou (will be able to|can)\b/i.test(opening)) {
    yield 'the first cell: expected what "you will be able to" do, or "you can" do';
  }

  const start = joined(codes[0]?.source);
  if (!/from "\.\.\/mod\.ts"/.test(start)) yield 'the first code cell: expected "../mod.ts"';
  if (!/^\s*\/\/.*https:\/\/\S*\bmod\.ts/m.test(start)) {
    yield "the first code cell: expected a comment with the URL of mod.ts";
  }

  const at = cells.findIndex((cell) =>
    cell.cell_type === "markdown" && /^## Exercises$/m.test(joined(cell.source))
  );
  const end = at < 0 ? "" : cells.slice(at).map(({ source }) => joined(source)).join("\n");
  const parts = end.split(/^(?:#+ |\*\*)(?:Exercise )?(?=\d\b)/m).slice(1);
  if (parts.map((part) => part[0]).join() !== "1,2,3") {
    yield '## Exercises: expected "**1.", "**2." and "**3." (or "### Exercise 1" and so on), ' +
      `found ${parts.length} at the end of the notebook`;
  }
  for (const part of parts) {
    const folded = /<details>\s*<summary>[^<]+<\/summary>\s*\S[\s\S]*<\/details>/;
    if (!folded.test(part)) {
      yield `exercise ${
        part[0]
      }: expected a solution within <details><summary>…</summary> … </details>`;
    }
  }

  const kinds = outputsOf(cells).flatMap(kindsOf);
  if (!kinds.includes("image/png")) yield "outputs: expected a static picture (image/png)";
  if (kinds.includes("error")) yield "outputs: expected none that is an error";
  const counts = codes.map(({ execution_count }) => execution_count);
  if (counts.some((count, i) => count !== i + 1)) {
    yield `expected every code cell executed, in order; found the counts ${counts.join()}`;
  }
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > twoMegabytes) yield `expected at most 2 MB, found ${(bytes / 1e6).toFixed(1)} MB`;
  const place = /file:\/\/\/[\w/.-]*|(?<![\w/.:])\/(?:home|root|tmp|work|Users)\/[\w/.-]*/;
  const found = place.exec(JSON.stringify(cells));
  if (found) yield `expected no path of the machine it ran on, found ${found[0]}`;
}

/** What a notebook lacks; `text` is its file. */
export function structureProblems(notebook: Notebook, text: string): string[] {
  return [...problems(notebook, text)];
}

/** What is among the outputs of `expected` and not of `found`, cell by cell. */
export function outputProblems(expected: Notebook, found: Notebook): string[] {
  return expected.cells.flatMap(({ id, outputs = [] }, i) => {
    const kinds = new Set(found.cells[i]?.outputs?.flatMap(kindsOf));
    const missing = new Set(outputs.flatMap(kindsOf).filter((kind) => !kinds.has(kind)));
    return missing.size === 0 ? [] : [
      `cell ${id}: expected an output of ${[...missing].join(", ")}, found ${
        [...kinds].join(", ") || "none"
      }`,
    ];
  });
}
