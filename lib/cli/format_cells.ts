/** The code and the texts of a notebook's cells, formatted as the project's files are. */
import { project } from "./jupyter.ts";
import { formatNotebook, joined } from "./notebook_file.ts";
import type { Notebook } from "./notebook_format.ts";

/**
 * A notebook with formatted cells; as it was if one cannot be read. `deno fmt --check` takes every
 * notebook for unformatted, so that deno.json leaves notebooks out, and this formats a copy.
 */
export async function formatCells(notebook: Notebook): Promise<Notebook> {
  const folder = await Deno.makeTempDir({ prefix: "striate-format-" });
  try {
    const file = `${folder}/notebook.ipynb`;
    const cells = notebook.cells.map((cell) => cell.outputs ? { ...cell, outputs: [] } : cell);
    await Deno.writeTextFile(file, formatNotebook({ ...notebook, cells }));
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--quiet", `--config=${project}/deno.json`, file],
      stdout: "null",
      stderr: "null",
    }).output();
    if (!success) return notebook;
    const formatted: Notebook = JSON.parse(await Deno.readTextFile(file));
    return {
      ...notebook,
      cells: notebook.cells.map((cell, i) => ({
        ...cell,
        source: joined(formatted.cells[i]!.source),
      })),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
