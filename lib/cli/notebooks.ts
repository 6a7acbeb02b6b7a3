/**
 * `deno task notebooks`: executes notebooks in the real Deno kernel and keeps what their cells gave.
 *
 * @module
 */
import { positiveInteger } from "../core/option_kinds.ts";
import { makeFolder, writeFileAtomic } from "../core/files.ts";
import { executeNotebook } from "./execute_notebook.ts";
import { notebooks } from "./jupyter.ts";
import { formatCells } from "./format_cells.ts";
import { findNotebook, formatNotebook, listNotebooks, tidyNotebook } from "./notebook_file.ts";
import type { Notebook } from "./notebook_format.ts";
import { command, formatOptions, option, path, runCommand, toggle, UsageError } from "./command.ts";

const options = {
  check: toggle("only says whether every cell runs; no file is written"),
  out: path("writes the executed notebooks into DIR and leaves their files as they are", "DIR"),
  timeout: option("seconds that a cell may take (240)", positiveInteger()),
};

const help =
  `Executes notebooks in the Deno kernel, without a browser, and writes their outputs into them.

  deno task notebooks [NAMES] [options]

NAMES are paths, names in notebooks/, or their numbers; without any, all of notebooks/ is executed.
A notebook with a cell that fails stays as it is, and the exit code is 1. What is written has its
cells formatted, and the same bytes for the same outputs.

${formatOptions(options)}

Examples
  deno task notebooks
  deno task notebooks 03
  deno task notebooks 03 04 --check

Environment
  STRIATE_PYTHON  the Python that has nbclient
  STRIATE_CACHE, STRIATE_MIRROR, STRIATE_TIMEOUT, STRIATE_DEVICE, STRIATE_ADAPTER, STRIATE_INSTRUCTIONS
                  as for deno task train`;

/** The notebooks that are named, or all. */
async function chosen(names: readonly string[]): Promise<string[]> {
  if (names.length > 0) {
    return await Promise.all(names.map((name) => findNotebook(name, notebooks)));
  }
  const all = await listNotebooks(notebooks);
  if (all.length === 0) throw new UsageError(`there are no notebooks in ${notebooks}`);
  return all;
}

function countOutputs({ cells }: Notebook): number {
  return cells.reduce((sum, { outputs = [] }) => sum + outputs.length, 0);
}

/** The command; returns the exit code. */
export const main = command(options, help, async (given, names) => {
  if (given.check && given.out !== undefined) {
    throw new UsageError("--check writes nothing, and so goes without --out");
  }
  const paths = await chosen(names);
  const { timeout = 240 } = given;
  let failed = 0;
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const { notebook, seconds, failure } = await executeNotebook(path, { timeout });
    const outputs = countOutputs(notebook);
    const sizes = `${seconds.toFixed(1)} s, ${outputs} ${outputs === 1 ? "output" : "outputs"}`;
    if (failure !== undefined) {
      failed++;
      console.log(`FAILED ${name} (${sizes})\n${failure.replace(/^/gm, "  ")}`);
      continue;
    }
    console.log(`ok     ${name} (${sizes})`);
    if (given.check) continue;
    if (given.out !== undefined) await makeFolder(given.out);
    const target = given.out === undefined ? path : `${given.out}/${name}`;
    const text = formatNotebook(tidyNotebook(await formatCells(notebook)));
    await writeFileAtomic(target, text);
  }
  if (failed > 0) console.error(`error: ${failed} of ${paths.length} notebooks failed`);
  return failed === 0 ? 0 : 1;
});

if (import.meta.main) await runCommand(main);
