import { basename, dirname, join } from "node:path";
import { kill } from "node:process";

/**
 * Writes a file so that at every moment either the old or the new content is there, whole: to a
 * temporary file beside it, synced to disk, then renamed.
 *
 * @throws {Error} if the file cannot be written; the message says why and what to do.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${Deno.pid}-${++writes}.part`; // another write may be under way
  await removeLeftovers(path);
  try {
    {
      using file = await Deno.open(temporary, { write: true, create: true, truncate: true });
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      await file.sync();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw explainWrite(error, path);
  }
}

/** How many writes this process has begun. */
let writes = 0;

/** Files that this process has written, or tried to. */
const written = new Set<string>();

/**
 * Removes the temporary files of processes that were killed while they wrote `path`; once for each
 * path is enough. Where permission is missing, they stay.
 */
async function removeLeftovers(path: string): Promise<void> {
  if (written.has(path)) return;
  written.add(path);
  const folder = dirname(path), start = `${basename(path)}.`;
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const pid = /^(\d+)-\d+\.part$/.exec(name.startsWith(start) ? name.slice(start.length) : "")
        ?.[1];
      if (pid !== undefined && !lives(Number(pid))) await Deno.remove(join(folder, name));
    }
  } catch {
    // A leftover more is no reason not to write.
  }
}

/** Whether a process is there; signal 0 reaches nobody, but fails if there is nobody. */
function lives(pid: number): boolean {
  try {
    return kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code !== "ESRCH";
  }
}

/** Makes a folder, and those around it. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw explainWrite(error, path);
  }
}

/** An error that says which file could not be written, and what can be done. */
function explainWrite(error: unknown, path: string): unknown {
  if (!(error instanceof Error)) return error;
  const full = /ENOSPC|no space|os error 28|file too large|os error 27/i.test(error.message);
  const hint = full
    ? "there is no space left on the disk; free some, or choose another folder"
    : error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable
    ? "writing there is not permitted; choose another folder"
    : "choose another folder";
  return new Error(`cannot write ${path}: ${hint} (${error.message})`, { cause: error });
}
