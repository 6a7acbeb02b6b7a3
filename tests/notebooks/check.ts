/**
 * `deno run -A tests/notebooks/check.ts [NAMES]`: the type errors of notebooks, and what they lack,
 * without running them.
 */
import { notebooks } from "../../lib/cli/jupyter.ts";
import { findNotebook, listNotebooks, readNotebook } from "../../lib/cli/notebook_file.ts";
import { checkCells } from "./cells.ts";
import { structureProblems } from "./structure.ts";

const paths = Deno.args.length === 0
  ? await listNotebooks(notebooks)
  : await Promise.all(Deno.args.map((name) => findNotebook(name, notebooks)));
let problems = 0;
for (const path of paths) {
  const text = await Deno.readTextFile(path);
  for (const problem of structureProblems(await readNotebook(path), text)) {
    problems++;
    console.log(`${path}: ${problem}`);
  }
}
const errors = await checkCells(paths);
if (errors !== "") console.log(errors);
Deno.exit(problems > 0 || errors !== "" ? 1 : 0);
