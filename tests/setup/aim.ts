/** Choosing tests by a word: `deno task test mish`. */
import { existsSync } from "node:fs";

/** The words among arguments; none if there is an option, whose value could look like one. */
export function wordsOf(args: readonly string[]): string[] {
  if (args.some((arg) => arg.startsWith("-"))) return [];
  return args.filter((arg) => !/[/*]/.test(arg) && !existsSync(arg));
}

/** In which a word begins with one of `words`, in any case of letters. */
const patternFor = (words: readonly string[]) => `\\b(${words.map(RegExp.escape).join("|")})`;

/** The `--filter` for names with such a word. */
export function filterFor(words: readonly string[]): string {
  return `/(?i)${patternFor(words)}/`;
}

/** Files with a test for each item of a list that is written elsewhere: they import the list. */
const listed = /from "[^"]*\/(cases|examples|fixtures\/load|zoo)\.ts"/;

/** The files under `folder` that may have a test with such a word in its name. */
export async function filesWith(words: readonly string[], folder: string): Promise<string[]> {
  const pattern = new RegExp(patternFor(words), "i");
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) files.push(...await filesWith(words, path));
    else if (name.endsWith("_test.ts")) {
      const text = await Deno.readTextFile(path);
      if (listed.test(text) || pattern.test(text)) files.push(path);
    }
  }
  return files.sort();
}
