/** The notebooks of the course: what they have, that they run, and what they compute. */
import { assert, assertEquals } from "@std/assert";
import { basename } from "node:path";
import { executeNotebook } from "../../lib/cli/execute_notebook.ts";
import { formatCells } from "../../lib/cli/format_cells.ts";
import { notebooks } from "../../lib/cli/jupyter.ts";
import {
  formatNotebook,
  listNotebooks,
  readNotebook,
  tidyNotebook,
} from "../../lib/cli/notebook_file.ts";
import { needs } from "../setup/needs.ts";
import { checkCells } from "./cells.ts";
import { figureProblems, figuresOf } from "./figures.ts";
import { outputProblems, structureProblems } from "./structure.ts";

const paths = await listNotebooks(notebooks);
/** The notebook's number, by which its figures are found. */
const numberOf = (path: string) => /^\d\d/.exec(basename(path))?.[0] ?? "";

Deno.test("README lists the notebooks of the course, each number once, in order", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const listed = [...readme.matchAll(/^\| \[(\d+) [^\]]+\]\(notebooks\/(\S+)\)/gm)];
  assertEquals(listed.map(([, , file]) => file), paths.map((path) => basename(path)));
  assertEquals(listed.map(([, number]) => number!.padStart(2, "0")), paths.map(numberOf));
  assertEquals(new Set(paths.map(numberOf)).size, paths.length);
});

Deno.test({
  name: "the cells of the notebooks, and the solutions of the exercises, have no type error",
  fn: async () => assertEquals(await checkCells(paths), ""),
});

for (const path of paths) {
  const name = basename(path);
  Deno.test(`${name} has what a notebook of the course has, as the runner writes it`, async () => {
    const text = await Deno.readTextFile(path), notebook = await readNotebook(path);
    assertEquals(structureProblems(notebook, text), []);
    const rewritten = formatNotebook(tidyNotebook(await formatCells(notebook)));
    assert(rewritten === text, "expected the file as deno task notebooks writes it");
    assert((await figuresOf(numberOf(path))).length > 0, "expected figures to check");
  });

  Deno.test({
    name: `${name} runs in the Deno kernel and computes its figures`,
    ignore: !needs.jupyter.met,
    async fn() {
      const { notebook, seconds, failure } = await executeNotebook(path, { timeout: 240 });
      // How long it took says something about a quiet machine alone.
      console.log(`${name}: ${seconds.toFixed(0)} s`);
      assertEquals(failure, undefined);
      assertEquals(outputProblems(await readNotebook(path), notebook), []);
      assertEquals(figureProblems(await figuresOf(numberOf(path)), notebook), []);
    },
  });
}
