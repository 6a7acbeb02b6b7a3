/** The words of notebook 00: each stands in the notebook that is said to explain it. */
import { assert, assertEquals } from "@std/assert";
import { notebooks } from "../../lib/cli/jupyter.ts";
import { joined, listNotebooks, readNotebook } from "../../lib/cli/notebook_file.ts";

/** The texts of the notebooks, by number. */
const texts = new Map<number, string>();
for (const path of await listNotebooks(notebooks)) {
  const { cells } = await readNotebook(path);
  const text = cells.filter(({ cell_type }) => cell_type === "markdown")
    .map(({ source }) => joined(source)).join("\n");
  texts.set(Number(/(\d\d)-[^/]*$/.exec(path)?.[1]), text);
}

Deno.test("the words of notebook 00 stand in the notebooks that explain them, in order", () => {
  const [, list = ""] = /^## Words$([\s\S]*?)^\*\*/m.exec(texts.get(0)!) ?? [];
  const rows = [...list.matchAll(/^\| ([a-zA-Z0-9, -]+?) +\| (.+?) +\| (\d+) +\|$/gm)];
  assert(rows.length > 30, `${rows.length} words`);
  const words = rows.map(([, word]) => word!);
  assertEquals(words, words.toSorted((a, b) => a.localeCompare(b)));
  const missing = rows.flatMap(([, word, , number]) =>
    word!.split(", ").filter((one) => {
      // Line ends and the marks of emphasis stand between words, and a hyphen may.
      const pattern = one.replaceAll(/[ -]/g, "[\\s*_-]+");
      return !new RegExp(pattern, "i").test(texts.get(Number(number))!);
    }).map((one) => `${one}: not in ${number}`)
  );
  assertEquals(missing, []);
});
