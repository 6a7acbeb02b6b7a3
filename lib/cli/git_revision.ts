import { dirname, isAbsolute, join } from "node:path";

/** The commit that a folder stands at, by the files of its repository: no program is asked. */
export interface GitRevision {
  /** The commit's hash. */
  readonly commit: string;
  /** The branch; undefined where none is checked out. */
  readonly branch?: string;
}

/** The commit that a folder, or one around it, stands at; undefined where there is no repository. */
export async function gitRevision(folder: string): Promise<GitRevision | undefined> {
  try {
    const git = await repositoryOf(await Deno.realPath(folder));
    if (git === undefined) return undefined;
    const head = await textIn(git, "HEAD");
    const [, reference] = /^ref: (.+)$/.exec(head) ?? [];
    if (reference === undefined) return isHash(head) ? { commit: head } : undefined;
    const commit = await commitOf(git, reference);
    return isHash(commit) ? { commit, branch: reference.replace(/^refs\/heads\//, "") } : undefined;
  } catch {
    return undefined; // What cannot be read is not known.
  }
}

const isHash = (text: string | undefined): text is string => /^[0-9a-f]{40,64}$/.test(text ?? "");

/** The file's text without spaces around it. */
const textIn = async (folder: string, name: string) =>
  (await Deno.readTextFile(join(folder, name))).trim();

/** The folder in which Git keeps what belongs to a folder of files. */
async function repositoryOf(folder: string): Promise<string | undefined> {
  for (;;) {
    const place = join(folder, ".git");
    const found = await Deno.stat(place).catch(() => undefined);
    if (found?.isDirectory) return place;
    if (found?.isFile) {
      // Of a further worktree or a submodule it is elsewhere.
      const [, path] = /^gitdir: (.+)$/.exec(await textIn(folder, ".git")) ?? [];
      return path && (isAbsolute(path) ? path : join(folder, path));
    }
    if (dirname(folder) === folder) return undefined;
    folder = dirname(folder);
  }
}

/** The commit of a branch: in a file of its own, or in the list of all. */
async function commitOf(git: string, reference: string): Promise<string | undefined> {
  const shared = await textIn(git, "commondir").catch(() => ".");
  const common = isAbsolute(shared) ? shared : join(git, shared);
  for (const folder of [git, common]) {
    const commit = await textIn(folder, reference).catch(() => "");
    if (isHash(commit)) return commit;
  }
  const packed = await textIn(common, "packed-refs").catch(() => "");
  const line = packed.split("\n").find((line) => line.endsWith(` ${reference}`));
  return line?.split(" ")[0];
}
