import { hostName } from "./environment.ts";
import { makeFolder, splitPath, storing } from "./files.ts";

/** What a lock's file says of the process that has the lock. */
interface Holder {
  readonly process: number;
  readonly host: string | undefined;
  readonly since: string;
}

const describe = ({ process, host, since }: Holder): string =>
  `process ${process}${host === undefined ? "" : ` on ${host}`} (since ${since})`;

/**
 * A file that this process alone writes, until this is disposed of: `PATH.lock` beside it is locked
 * and names the process. The system lets go of the lock when the process ends, however it does; the
 * file that is then left says whose it was.
 */
export class FileLock implements Disposable {
  /** The process that had it and ended without giving it back; undefined if there was none. */
  readonly leftBy: string | undefined;
  readonly #path: string;
  readonly #file: Deno.FsFile;
  /** Whether the folder was made for it. */
  readonly #hasMadeFolder: boolean;

  private constructor(
    path: string,
    file: Deno.FsFile,
    leftBy: string | undefined,
    hasMadeFolder: boolean,
  ) {
    [this.#path, this.#file, this.leftBy] = [path, file, leftBy];
    this.#hasMadeFolder = hasMadeFolder;
  }

  /**
   * Locks a file, which need not be there.
   *
   * @throws {Error} where another process writes it, or the folder cannot be written
   */
  static async take(path: string, elsewhere = "choose another folder"): Promise<FileLock> {
    // What is done here takes microseconds; other threads would take longer to be told of it.
    const [folder] = splitPath(path), hasMadeFolder = !exists(folder);
    await makeFolder(folder);
    for (;;) {
      const lock = `${path}.lock`, options = { read: true, write: true, create: true };
      const file = await storing(lock, () => Deno.openSync(lock, options), elsewhere);
      try {
        if (!locked(file)) throw inUse(path, readHolder(file), elsewhere);
        if (await storing(lock, () => isSameFile(file, lock), elsewhere)) {
          const before = readHolder(file);
          await storing(lock, () => writeHolder(file), elsewhere);
          return new FileLock(lock, file, before && describe(before), hasMadeFolder);
        }
      } catch (error) {
        file.close();
        throw error;
      }
      file.close(); // It was given back, and removed, just now.
    }
  }

  /** Gives it back; a folder that was made for it goes where nothing was written. */
  [Symbol.dispose](): void {
    try {
      Deno.removeSync(this.#path);
    } catch {
      // Who takes it next will say that it was left.
    }
    this.#file.close();
    if (!this.#hasMadeFolder) return;
    try {
      Deno.removeSync(splitPath(this.#path)[0]);
    } catch {
      // Something was written.
    }
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Locks a file; whether that could be done. Where the file system knows no locks, all have them. */
function locked(file: Deno.FsFile): boolean {
  try {
    return file.tryLockSync(true);
  } catch {
    return true;
  }
}

/**
 * Whether a process has the lock of a lock's file (`PATH.lock`): not one that has ended, however it did.
 * Where the file system knows no locks, the file itself says so.
 */
export function isHeld(lock: string): boolean {
  try {
    using file = Deno.openSync(lock, { read: true, write: true });
    return !file.tryLockSync(true);
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

/** Whether an open file is still the one at `path`. */
export function isSameFile(file: Deno.FsFile, path: string): boolean {
  try {
    const [open, there] = [file.statSync(), Deno.statSync(path)];
    return open.ino === there.ino && open.dev === there.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function writeHolder(file: Deno.FsFile): void {
  const holder = { process: Deno.pid, host: hostName(), since: new Date().toISOString() };
  file.truncateSync(0);
  file.seekSync(0, Deno.SeekMode.Start);
  file.writeSync(new TextEncoder().encode(JSON.stringify(holder satisfies Holder) + "\n"));
}

/** Who has or had the lock; undefined where the file does not say so, or not yet. */
function readHolder(file: Deno.FsFile): Holder | undefined {
  const bytes = new Uint8Array(1024);
  try {
    file.seekSync(0, Deno.SeekMode.Start);
    const text = new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes) ?? 0));
    const { process, host, since } = JSON.parse(text);
    return { process: Number(process), host: host && String(host), since: String(since) };
  } catch {
    return undefined;
  }
}

function inUse(path: string, holder: Holder | undefined, elsewhere: string): Error {
  const who = holder === undefined
    ? "another process"
    : holder.process === Deno.pid
    ? "this process"
    : describe(holder);
  return new Error(`${path}: ${who} is writing it; wait for its end, or ${elsewhere}`);
}
