import { assertEquals } from "@std/assert";
import { opTable } from "../../lib/graph/table.ts";

const folder = new URL("../../lib/compile/", import.meta.url);
const kinds = new Set<string>([...opTable.values()].map((op) => op.kind));

/** What a source says of a single op: its name as a string, or an import from its module. */
function mentions(source: string): string[] {
  const strings = [...source.matchAll(/["'`]([\w./-]+)["'`]/g)].map(([, text]) => text!);
  return strings.filter((text) =>
    (opTable.has(text) && !kinds.has(text)) || text.includes("graph/ops/")
  );
}

Deno.test("the compiler names no op: it asks their rows", async () => {
  let files = 0;
  for await (const { name } of Deno.readDir(folder)) {
    files++;
    assertEquals(mentions(await Deno.readTextFile(new URL(name, folder))), [], name);
  }
  assertEquals(files > 5, true);
  const example =
    `import { add } from "../graph/ops/elementwise.ts"; if (name === "iota") f("leaf")`;
  assertEquals(mentions(example), ["../graph/ops/elementwise.ts", "iota"]);
});
