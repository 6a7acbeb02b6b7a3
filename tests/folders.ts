/** Folders for tests that write files. */

/** Runs `body` with a folder that is removed afterwards. */
export async function inFolder(body: (folder: string) => Promise<unknown>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "striate-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The names of the files in a folder, sorted; none where there is no folder. */
export function filesIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name).toSorted();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Runs a command; whether it is there, and succeeded. */
function succeeds(command: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(command, { args, stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

const mount = (folder: string) =>
  succeeds("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder);

/** Whether this user may mount a file system. */
const mayMount = (() => {
  if (Deno.build.os !== "linux") return false;
  const folder = Deno.makeTempDirSync(), mounted = mount(folder);
  if (mounted) succeeds("umount", folder);
  Deno.removeSync(folder);
  return mounted;
})();

/** A test in a folder on a disk of 64 KiB. */
export function smallDiskTest(name: string, body: (folder: string) => Promise<unknown>): void {
  Deno.test(`${name} (skipped where no small file system can be mounted)`, {
    ignore: !mayMount,
  }, () =>
    inFolder(async (folder) => {
      mount(folder);
      try {
        await body(folder);
      } finally {
        succeeds("umount", folder);
      }
    }));
}
