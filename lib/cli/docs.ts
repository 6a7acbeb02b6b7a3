/**
 * `deno task docs`: the pages of all that `mod.ts` exports, by topic. Deno's own documentation tool
 * makes them; here they get their topics, the names to import from, and tables of options.
 *
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeFileAtomic } from "../core/files.ts";
import { command, formatOptions, path, runCommand } from "./command.ts";
import { landingPage } from "./documentation/landing_page.ts";
import { type DocumentedSymbol, optionTables } from "./documentation/option_tables.ts";
import { moduleOf, type Topic, topicsOf } from "./documentation/topics.ts";
import { standWhereCalled } from "./shell.ts";

const options = { out: path("where the pages go (.striate/docs)", "DIR") };

const help = `Makes the pages of all that mod.ts exports, by topic, and says where they are.

  deno task docs [options]

${formatOptions(options)}`;

/** The folder of the library. */
const library = new URL("../../", import.meta.url);

/** Runs `deno doc`, and yields what it prints. */
async function denoDoc(...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", ...args],
    cwd: library,
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`deno doc failed:\n${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

/** What `deno doc --json` says of each topic's module. */
async function symbolsOf(topics: readonly Topic[], modules: readonly string[]) {
  const { nodes } = JSON.parse(await denoDoc("--json", ...modules)) as {
    readonly nodes: Readonly<Record<string, { readonly symbols: readonly DocumentedSymbol[] }>>;
  };
  return new Map(
    topics.map((topic, i) => [topic, nodes[String(pathToFileURL(modules[i]!))]?.symbols ?? []]),
  );
}

/** Pages of what is exported, in a folder; returns how many there are. */
export async function writeDocs(folder: string): Promise<number> {
  const topics = topicsOf(await Deno.readTextFile(new URL("mod.ts", library)));
  const scratch = await Deno.makeTempDir({ prefix: "striate-docs-" });
  try {
    const modules = topics.map(({ module }) => join(scratch, `${module}.ts`));
    for (const [i, topic] of topics.entries()) {
      await Deno.writeTextFile(modules[i]!, moduleOf(topic, library));
    }
    await Deno.mkdir(folder, { recursive: true }); // deno doc makes the last folder alone
    await denoDoc("--html", "--name=Striate", `--output=${folder}`, ...modules);
    const symbols = await symbolsOf(topics, modules);
    const tables = optionTables([...symbols.values()].flat());
    let count = 0;
    for (const { module, name } of topics) {
      count += await finish(`${folder}/${module}.ts`, name, tables);
    }
    const listed = topics.map((topic) => ({
      ...topic,
      // What is called stands before types and classes, which begin with a capital.
      symbols: symbols.get(topic)!.map(({ name }) => name)
        .sort((a, b) => Number(/^[A-Z]/.test(a)) - Number(/^[A-Z]/.test(b)) || (a < b ? -1 : 1)),
    }));
    await writeFileAtomic(`${folder}/index.html`, landingPage(listed));
    return count + 1;
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/** Finishes the pages of a topic; returns how many there are. */
async function finish(
  folder: string,
  name: string,
  tables: ReadonlyMap<string, string>,
): Promise<number> {
  const module = folder.slice(folder.lastIndexOf("/") + 1);
  const pages = [`${folder}/index.html`];
  for await (const { name } of Deno.readDir(`${folder}/~`)) pages.push(`${folder}/~/${name}`);
  for (const page of pages) {
    const symbol = decodeURIComponent(/~\/(.*)\.html$/.exec(page)?.[1] ?? "");
    const html = (await Deno.readTextFile(page))
      .replaceAll(`&quot;${module}&quot;`, "&quot;@striate/striate&quot;")
      .replaceAll(`"${module}"<`, `"@striate/striate"<`)
      .replaceAll(`>${module}<`, `>${name}<`);
    const table = tables.get(symbol);
    await Deno.writeTextFile(page, table === undefined ? html : withTable(html, table));
  }
  return pages.length;
}

/** A page with a table of options before what its function returns, or else at its end. */
function withTable(html: string, table: string): string {
  const at = html.lastIndexOf("<section", html.indexOf("Return Type</h2>"));
  const end = at < 0 ? html.lastIndexOf("</main>") : at;
  return end < 0 ? html : html.slice(0, end) + table + html.slice(end);
}

/** The command; returns the exit code. */
export const main = command(options, help, async ({ out }) => {
  const folder = out ?? join(import.meta.dirname!, "../../.striate/docs");
  const count = await writeDocs(folder);
  console.log(`${count} pages: ${join(folder, "index.html")}`);
  return 0;
});

if (import.meta.main) {
  standWhereCalled();
  await runCommand(main);
}
