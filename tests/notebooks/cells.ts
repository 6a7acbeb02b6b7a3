/** Type-checks the cells of notebooks, which the kernel and `deno check` do not. */
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { project } from "../../lib/cli/jupyter.ts";
import { joined, plain, readNotebook } from "../../lib/cli/notebook_file.ts";
import type { Cell } from "../../lib/cli/notebook_format.ts";
import { runQuietly } from "../setup/process.ts";

/** A notebook's code as one module, and which cell each of its lines is from. */
interface Extracted {
  readonly source: string;
  /** For each line of the source, the cell and the line in it, counted from 1. */
  readonly origins: readonly { readonly cell: string; readonly line: number }[];
}

/** Imports of files beside the notebook, as URLs: the module lies elsewhere. */
function resolved(source: string, notebook: string): string {
  const base = pathToFileURL(notebook);
  return source.replace(
    /(\bfrom\s*|\bimport\s*\(?\s*)(["'])(\.\.?\/[^"'\n]*)\2/g,
    (_, before, __, path) => `${before}${JSON.stringify(new URL(path, base).href)}`,
  );
}

/** What stands for an import within a block, where none may be. */
function local(names: string, path: string): string {
  const all = names.split(",").map((name) => name.trim()).filter((name) => name !== "");
  const types = all.filter((name) => name.startsWith("type ")).map((name) => name.slice(5));
  const values = all.filter((name) => !name.startsWith("type "));
  return [
    ...types.map((name) => `type ${name} = import(${path}).${name};`),
    `const { ${values.join(", ").replaceAll(" as ", ": ")} } = await import(${path});`,
  ].join(" ");
}

/** The solutions in a text, each a block with names of its own; other lines are empty. */
function solutions(text: string): string {
  let isFolded = false, isCode = false;
  return text.split("\n").map((line) => {
    if (/<details>/.test(line)) isFolded = true;
    if (/<\/details>/.test(line)) isFolded = false;
    const fence = /^\s*```(\w*)/.exec(line);
    if (fence && isCode) {
      isCode = false;
      return "}";
    }
    if (fence && isFolded && /^(ts|typescript)$/.test(fence[1]!)) {
      isCode = true;
      return "{";
    }
    if (!isCode) return "";
    return line.replace(
      /^\s*import \{(.*)\} from ("[^"]*");?$/,
      (_, names, path) => local(names, path),
    );
  }).join("\n");
}

/** The code of a notebook's cells, and of the solutions in its texts, as one module. */
export function extract(cells: readonly Cell[], path: string): Extracted {
  const lines = ["export {};"], origins = [{ cell: "", line: 0 }];
  let codes = 0;
  for (const { cell_type, id, source } of cells) {
    const text = joined(source), isCode = cell_type === "code";
    const name = isCode ? `code cell ${++codes} (${id})` : `the text ${id}`;
    const code = resolved(isCode ? text : solutions(text), path);
    if (code.trim() === "") continue;
    // A statement each: a cell that starts with ( or [ does not go on with the last one.
    for (const [i, line] of `${code}\n;`.split("\n").entries()) {
      lines.push(line);
      origins.push({ cell: name, line: i + 1 });
    }
  }
  return { source: lines.join("\n") + "\n", origins };
}

/**
 * Type-checks notebooks, each as one module, with the options of deno.json: what `deno check` says,
 * with the cells and their lines. Empty if there is nothing wrong. A name that two cells declare is
 * an error as well, although the kernel takes it.
 */
export async function checkCells(paths: readonly string[]): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "striate-cells-" });
  try {
    const modules = new Map<string, { readonly path: string } & Extracted>();
    for (const [i, path] of paths.entries()) {
      const extracted = extract((await readNotebook(path)).cells, path);
      const file = `${folder}/${i}-${basename(path, ".ipynb")}.ts`;
      await Deno.writeTextFile(file, extracted.source);
      modules.set(pathToFileURL(file).href, { path, ...extracted });
    }
    const { ok, output } = await runQuietly([
      Deno.execPath(),
      "check",
      "--quiet",
      `--config=${project}/deno.json`,
      ...[...modules.keys()],
    ], { env: { NO_COLOR: "1" } });
    if (ok) return "";
    return plain(output).replace(/(file:\/\/\S+?):(\d+):(\d+)/g, (whole, url, line, column) => {
      const module = modules.get(url), origin = module?.origins[Number(line) - 1];
      return module && origin
        ? `${basename(module.path)}, ${origin.cell}, line ${origin.line}:${column}`
        : whole;
    }).trim();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
