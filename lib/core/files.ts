import { describeValue } from "./errors.ts";

/**
 * Writes a file so that at every moment either the old or the new content is there, whole: to a
 * temporary file beside it, synced to disk, then renamed. A content that comes in pieces is never
 * held as a whole; an error in making it ends the writing, and is thrown as it is.
 *
 * @throws {Error} if the file cannot be written; the message says why and what to do.
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  if (typeof path !== "string" || path === "") {
    throw new TypeError(`expected the path of a file to write, found ${describeValue(path)}`);
  }
  const whole = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const temporary = `${path}.${Deno.pid}-${++writes}.part`; // another write may be under way
  await removeLeftovers(path);
  try {
    {
      using file = await storing(path, () => openLocked(temporary));
      for await (const bytes of whole instanceof Uint8Array ? [whole] : whole) {
        await storing(path, () => writeAll(file, bytes));
      }
      await storing(path, () => file.sync());
    }
    await storing(path, () => Deno.rename(temporary, path));
    await syncFolder(path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/**
 * The folder of a path and the name in it. (Node's module takes longer to load than many of this
 * library's.)
 */
export function splitPath(path: string): readonly [folder: string, name: string] {
  const windows = Deno.build.os === "windows" ? path.lastIndexOf("\\") : -1;
  const at = Math.max(path.lastIndexOf("/"), windows);
  return [at < 0 ? "." : path.slice(0, at) || "/", path.slice(at + 1)];
}

/** Tries to write beside `path`, before any work, and leaves nothing there. */
export async function checkWritable(path: string): Promise<void> {
  const trial = `${path}.${Deno.pid}.try`;
  await removeLeftovers(path);
  try {
    await storing(path, () => Deno.writeFileSync(trial, Uint8Array.of(0)));
  } finally {
    await Deno.remove(trial).catch(() => {});
  }
}

/**
 * Syncs the folder of a file that was renamed, so that the new name outlives a loss of power. Not
 * every system lets a folder be opened; there the name is as safe as the system makes it.
 */
async function syncFolder(path: string): Promise<void> {
  try {
    using folder = await Deno.open(splitPath(path)[0]);
    await folder.sync();
  } catch {
    // The file itself is whole either way.
  }
}

/** How many writes this process has begun. */
let writes = 0;

/** Files that this process has written, or tried to. */
const written = new Set<string>();

/** What stands behind a file's name and a dot while it is written, or tried: the process's number. */
const temporaryEnding = /^\d+(?:-\d+\.part|\.try(?:\.\d+-\d+\.part)?)$/;

/** Opens a file that is being made. It is locked as long as this process lives, and has it open. */
// deno-lint-ignore require-await
async function openLocked(path: string): Promise<Deno.FsFile> {
  const file = Deno.openSync(path, { write: true, create: true, truncate: true });
  try {
    file.tryLockSync(true);
  } catch {
    // Some file systems know no locks.
  }
  return file;
}

/**
 * Removes the temporary files of processes that were killed while they wrote `path`; once for each
 * path is enough. Where permission is missing, they stay.
 */
async function removeLeftovers(path: string): Promise<void> {
  if (written.has(path)) return;
  written.add(path);
  const [folder, file] = splitPath(path), start = `${file}.`;
  try {
    for (const { name } of Deno.readDirSync(folder)) {
      const ending = name.startsWith(start) ? name.slice(start.length) : "";
      if (temporaryEnding.test(ending) && await isLeft(`${folder}/${name}`)) {
        await Deno.remove(`${folder}/${name}`);
      }
    }
  } catch {
    // A leftover more is no reason not to write.
  }
}

/** Whether nobody has a file locked: who began to write it has ended. */
async function isLeft(path: string): Promise<boolean> {
  using file = await Deno.open(path, { write: true });
  return await file.tryLock(true);
}

/** Writes bytes where a file stands: Deno may take only some of them at a time. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}

/** Makes a folder, and those around it. */
export async function makeFolder(path: string): Promise<void> {
  await storing(path, () => Deno.mkdirSync(path, { recursive: true }));
}

/**
 * Runs something that writes at `path`, and nothing else: its errors say what is the matter and what
 * to do, which is to take another folder as `elsewhere` says.
 */
export async function storing<T>(
  path: string,
  write: () => T | Promise<T>,
  elsewhere = "choose another folder",
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw storageError(error, path, elsewhere);
  }
}

/** An error in writing, in words that help. */
function storageError(error: unknown, path: string, elsewhere: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code, message } = error as Error & { code?: string };
  const say = (hint: string) => `cannot write ${path}: ${hint} (${message})`;
  const isFull = code === "EDQUOT" ||
    /ENOSPC|no space|os error 28|file too large|os error 27/i.test(message);
  if (isFull) {
    const hint = `there is no space left on the disk; free some, or ${elsewhere}`;
    return new Error(say(hint), { cause: error });
  }
  const denied = (hint: string) => new Deno.errors.PermissionDenied(say(hint), { cause: error });
  if (error instanceof Deno.errors.NotCapable) return denied("the program lacks a permission");
  const isTaken = error instanceof Deno.errors.NotADirectory || code === "EEXIST";
  if (isTaken) return denied(`a file stands where a folder should; ${elsewhere}`);
  const isDenied = error instanceof Deno.errors.PermissionDenied || code === "EROFS";
  if (isDenied) return denied(`writing there is not permitted; ${elsewhere}`);
  return new Error(say(elsewhere), { cause: error });
}
