import { assert, assertEquals } from "@std/assert";
import { inFolder } from "../folders.ts";

const root = new URL("../../", import.meta.url);

/** The files of a folder that end in ".ts". */
async function* modules(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    if (isDirectory) yield* modules(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}

/** The examples of a text that run, as they are copied from a page. */
function examplesIn(text: string, isModule: boolean): string[] {
  const fence = isModule ? /^ *\* ```ts\n([^]*?)^ *\* ```$/gm : /^```ts\n([^]*?)^```$/gm;
  return [...text.matchAll(fence)]
    .map(([, body]) => isModule ? body!.replaceAll(/^ *\* ?/gm, "") : body!);
}

Deno.test("every example runs in an empty folder, from where it is imported as a user would", () =>
  inFolder(async (folder) => {
    const examples = new Map<string, string>();
    const places = [
      "README.md",
      "mod.ts",
      ...await Array.fromAsync(modules("lib")),
      ...await Array.fromAsync(modules("data")),
      ...await Array.fromAsync(modules("kernels")),
    ];
    for (const place of places.sort()) {
      const text = await Deno.readTextFile(new URL(place, root));
      examplesIn(text, place.endsWith(".ts")).forEach((example, i) => {
        // Of the inside, which is not exported.
        const inside = (_: string, path: string) =>
          ` from "${new URL(path, new URL(place, root))}"`;
        const whole = example.replaceAll(/ from "(\.[^"]*)"/g, inside);
        examples.set(`${place.replaceAll(/\W/g, "_")}_${i}.ts`, whole);
      });
    }
    assert(examples.size > 150, `${examples.size} examples`);
    for (const [name, example] of examples) await Deno.writeTextFile(`${folder}/${name}`, example);
    const imports = { "@striate/striate": new URL("mod.ts", root).href };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ imports }));
    // One after another in one process: what is loaded once serves all.
    await Deno.writeTextFile(
      `${folder}/all.ts`,
      `const log = console.log;
      for (const name of ${JSON.stringify([...examples.keys()])}) {
        console.log = () => {};
        try {
          await import("./" + name);
        } catch (error) {
          log(name, error.stack);
        }
        (await import("@striate/striate")).setDevice("cpu", { threads: 2 });
      }
      log("done");
      Deno.exit();`,
    );
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--no-check", "all.ts"],
      cwd: folder,
      env: { STRIATE_DEVICE: "cpu", NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder(), said = decoder.decode(stdout).trim();
    assertEquals(said, "done", decoder.decode(stderr));
  }));
