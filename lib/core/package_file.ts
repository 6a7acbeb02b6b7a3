import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/**
 * A file of a package from npm that was loaded, out of Deno's cache or of a project's folder
 * node_modules. (Importing its package.json makes Deno fetch a whole package.)
 *
 * @param reader what needs the file, within a message: "pictures as PNG"
 * @throws {Error} where it is in neither
 */
export async function packageFile(
  specifier: string,
  file: string,
  reader: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const packageVersion = specifier.slice("npm:".length);
  const name = packageVersion.replace(/@[^@]*$/, "");
  // Deno's cache has the package by its version; a folder has it by its name, and is looked for from
  // the script, then from where the command was started.
  const script: string | undefined = Deno.mainModule; // a thread knows none
  const starts = [script ?? "", pathToFileURL(`${Deno.cwd()}/striate.js`).href];
  const places: [from: string, path: string][] = [
    ["file:///striate.js", `${packageVersion}/${file}`],
    ...starts.filter((from) => from.startsWith("file:"))
      .map((from): [string, string] => [from, `${name}/${file}`]),
  ];
  let reason: unknown;
  for (const [from, path] of places) {
    try {
      return await Deno.readFile(createRequire(from).resolve(path));
    } catch (error) {
      reason ??= error;
    }
  }
  if (reason instanceof Deno.errors.NotCapable) {
    throw new Deno.errors.NotCapable(
      `${reader} need ${file} of the package ${packageVersion}, and Deno's folder of packages may not ` +
        "be read: run again with --allow-read, or with the folder that deno info names",
      { cause: reason },
    );
  }
  throw new Error(
    `${reader} need ${file} of the package ${packageVersion}, which is neither in Deno's ` +
      `cache nor in a folder node_modules (${(reason as Error).message.split("\n")[0]})`,
    { cause: reason },
  );
}
