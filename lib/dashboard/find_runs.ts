/** How deep below their folder runs are looked for: a sweep has a trial, and that a seed. */
const deepest = 5;

/** Where there are runs, and sweeps of them: folders within a folder, "." for itself. */
export interface Found {
  readonly runs: readonly string[];
  readonly sweeps: readonly string[];
}

/** Finds the runs in a folder and in those within; links are not followed. */
export function findRuns(root: string): Found {
  const runs: string[] = [], sweeps: string[] = [];
  const visit = (id: string, depth: number) => {
    let entries: Deno.DirEntry[];
    try {
      entries = [...Deno.readDirSync(id === "." ? root : `${root}/${id}`)];
    } catch {
      return; // It is gone, or not to be read.
    }
    for (const { name, isFile, isDirectory } of entries) {
      if (isFile && name === "run.json") runs.push(id);
      if (isFile && name === "sweep.json") sweeps.push(id);
      if (!isDirectory || depth === deepest || name.startsWith(".") || name === "mistakes") {
        continue;
      }
      visit(id === "." ? name : `${id}/${name}`, depth + 1);
    }
  };
  visit(".", 0);
  return { runs: runs.sort(), sweeps: sweeps.sort() };
}
