import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import * as striate from "../../mod.ts";
import { writeDocs } from "../../lib/cli/docs.ts";
import { optionTables } from "../../lib/cli/documentation/option_tables.ts";
import { moduleOf, topicsOf } from "../../lib/cli/documentation/topics.ts";
import { inFolder } from "../folders.ts";

const module = await Deno.readTextFile(new URL("../../mod.ts", import.meta.url));

Deno.test("all of mod.ts stands below a heading", () => {
  const topics = topicsOf(module);
  const body = module.slice(module.indexOf("// Tensors: "));
  const exports = (text: string) => text.match(/^export /gm)!.length;
  assertEquals(topics.reduce((sum, { source }) => sum + exports(source), 0), exports(module));
  assertEquals(exports(body), exports(module));
  assertMatch(moduleOf(topics[0]!, new URL("file:///striate/")), /from "file:\/\/\/striate\/lib\//);
});

Deno.test("options of a function are a table, with those that they take over", () => {
  const property = (name: string, doc: string) => ({ name, optional: true, jsDoc: { doc } });
  const given = { left: { tsType: { value: { typeName: "FadeOptions" } } } };
  const tables = optionTables([
    { name: "fade", declarations: [{ kind: "function", def: { params: [given] } }] },
    {
      name: "FadeOptions",
      declarations: [{
        kind: "interface",
        def: {
          properties: [property("steps", "How many; 8 by default, <see> `fade`.\n\nMore.")],
          extends: [{ value: { typeName: "Base" } }],
        },
      }],
    },
    {
      name: "Base",
      declarations: [{ kind: "interface", def: { properties: [property("seed", "A seed.")] } }],
    },
    { name: "none", declarations: [{ kind: "function", def: { params: [] } }] },
  ]);
  assertEquals([...tables.keys()], ["fade"]);
  const table = tables.get("fade")!;
  assertStringIncludes(table, "How many; 8 by default, &lt;see&gt; <code>fade</code>.");
  assertStringIncludes(table, "<code>seed</code>");
  assert(!table.includes("More."));
});

Deno.test("deno task docs makes a page of each export, to be imported as a user would", () =>
  inFolder(async (parent) => {
    const folder = `${parent}/none/yet`;
    const count = await writeDocs(folder);
    assert(count > Object.keys(striate).length);
    const index = await Deno.readTextFile(`${folder}/index.html`);
    for (const name of Object.keys(striate)) {
      assertStringIncludes(index, `/~/${name}.html">${name}`);
    }
    const page = await Deno.readTextFile(`${folder}/training.ts/~/adam.html`);
    assertStringIncludes(page, "&quot;@striate/striate&quot;");
    assertStringIncludes(page, "0.9 by default");
    for (const [, target] of index.matchAll(/href="([^"]+)"/g)) {
      assert((await Deno.stat(`${folder}/${target}`)).isFile, target);
    }
  }));
