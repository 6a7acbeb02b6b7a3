import { basename, relative, resolve } from "node:path";

/** A path with `/` between its parts, without "./" and "/" in front. */
const plain = (path: string) => path.replaceAll("\\", "/").replace(/^(?:\.?\/+)+/, "");

/** A path in one Unicode form, with the characters that stand as %20. */
function decoded(path: string): string {
  try {
    path = decodeURIComponent(path);
  } catch { /* Its percent signs are its own. */ }
  return path.normalize("NFC");
}

const withoutEnding = (path: string) => path.replace(/\.[^./]*$/, "");

/** How names in a table and paths of files are compared, the strictest first. */
const comparisons: readonly {
  readonly ofFile: (path: string) => string;
  readonly ofName: (name: string) => string;
}[] = [
  { ofFile: (path) => path, ofName: (name) => name },
  { ofFile: decoded, ofName: decoded },
  { ofFile: (path) => withoutEnding(decoded(path)), ofName: decoded },
  { ofFile: (path) => decoded(path).toLowerCase(), ofName: (name) => decoded(name).toLowerCase() },
  { ofFile: (path) => decoded(basename(path)), ofName: decoded },
  { ofFile: (path) => withoutEnding(decoded(basename(path))), ofName: decoded },
];

/** Files below a folder, found by the names that tables give them. */
export class FileIndex {
  readonly #folder: string;
  readonly #files: readonly string[];
  readonly #tables = new Map<number, ReadonlyMap<string, readonly string[]>>();

  /** Files by their paths in a folder. */
  constructor(folder: string, files: readonly string[]) {
    [this.#folder, this.#files] = [resolve(folder), files];
  }

  /**
   * The file that a name in a table at `path` means: by its path in the folder, or one that leads
   * through the folder ("val/a.png" in val), from where the table lies, or by its name alone if just
   * one file has it; without its ending, in another Unicode form, or with %20 for a space.
   *
   * @throws {RangeError} for a name that several files have
   */
  find(name: string, path: string): string | undefined {
    const names = this.#readings(name, path);
    for (const [i, { ofFile, ofName }] of comparisons.entries()) {
      const table = this.#tables.getOrInsertComputed(
        i,
        () => Map.groupBy(this.#files, (file) => ofFile(plain(file))),
      );
      for (const reading of names) {
        const found = table.get(ofName(reading));
        if (found?.length === 1) return found[0];
        if (found === undefined) continue;
        throw new RangeError(
          `${path}: ${name} may be ${found.slice(0, 3).join(" or ")}; give the path of the file`,
        );
      }
    }
    return undefined;
  }

  /** Paths in the folder that a name may stand for, the likeliest first. */
  #readings(name: string, table: string): string[] {
    const whole = plain(name), parts = whole.split("/"), own = basename(this.#folder);
    const through = parts.flatMap((part, i) => part === own ? [parts.slice(i + 1).join("/")] : []);
    const fromTable = plain(relative(this.#folder, resolve(table, "..", whole)));
    return [whole, ...through, fromTable].filter((path) => path !== "");
  }
}
