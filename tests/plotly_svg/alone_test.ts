import { assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);
const room = new URL("lib/plotly_svg/", root).href;

/** Every import of a folder's files: who imports, and what. */
async function importsOf(folder: URL): Promise<{ from: string; to: string }[]> {
  const lists = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const here = new URL(isDirectory ? `${name}/` : name, folder);
    if (isDirectory) lists.push(...await importsOf(here));
    if (!name.endsWith(".ts")) continue;
    const code = await Deno.readTextFile(here);
    for (const [, to] of code.matchAll(/^(?:import|export|\}).* from "([^"]+)";$/gm)) {
      lists.push({ from: here.href, to: to!.startsWith(".") ? new URL(to!, here).href : to! });
    }
  }
  return lists;
}

Deno.test("the renderer imports nothing from the rest, which imports its mod.ts alone", async () => {
  const all = await importsOf(new URL("lib/", root));
  const outward = all.filter(({ from, to }) => from.startsWith(room) && !to.startsWith(room));
  assertEquals([...new Set(outward.map(({ to }) => to))], ["node:zlib"]);
  const inward = all.filter(({ from, to }) => !from.startsWith(room) && to.startsWith(room));
  assertEquals([...new Set(inward.map(({ to }) => to))], [`${room}mod.ts`]);
});
