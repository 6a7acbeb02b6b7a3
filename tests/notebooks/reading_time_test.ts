/** How long the notebooks take. */
import { assert, assertEquals } from "@std/assert";
import { basename } from "node:path";
import { notebooks } from "../../lib/cli/jupyter.ts";
import { joined, listNotebooks, readNotebook } from "../../lib/cli/notebook_file.ts";
import { minutesToRead } from "./reading_time.ts";
import { code, markdown, notebook } from "./small.ts";

Deno.test("text, code and questions count, solutions do not", () => {
  const words = (count: number) => Array(count).fill("word").join(" ");
  assertEquals(minutesToRead(notebook(markdown(words(1500)))), 10);
  assertEquals(minutesToRead(notebook(code("f();\n\n".repeat(300)))), 10);
  assertEquals(minutesToRead(notebook(...Array(5).fill('await check("01.1", 1);'))), 5);
  const solution = `<details><summary>Solution</summary>\n${words(1500)}\n</details>`;
  assertEquals(minutesToRead(notebook(markdown(`${words(750)}\n${solution}`))), 5);
});

Deno.test("README and the map of notebook 0 say how long each takes, to five minutes", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const paths = await listNotebooks(notebooks), [first, ...others] = paths;
  const map = (await readNotebook(first!)).cells.map(({ source }) => joined(source)).join("\n");
  const check = async (text: string, path: string) => {
    const row = text.split("\n").find((line) =>
      line.startsWith("|") && line.includes(`${basename(path)})`) && /\| +\d+ +\|$/.test(line)
    );
    const said = Number(row?.match(/(\d+) +\|$/)?.[1]),
      found = minutesToRead(await readNotebook(path));
    assert(Math.abs(said - found) <= 5, `${basename(path)}: expected about ${found}, found ${row}`);
  };
  for (const path of paths) await check(readme, path);
  for (const path of others) await check(map, path);
});
