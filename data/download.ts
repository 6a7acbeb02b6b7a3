/**
 * Downloads that survive being broken off, and files that are either whole or not there.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import { ChecksumError } from "../lib/core/errors.ts";

/** What is known of a file before it is here. */
export interface Expected {
  /** Its length. */
  readonly bytes: number;
  /** Its SHA-256, 64 hexadecimal digits in lower case. */
  readonly sha256: string;
}

/** How far a download has come. */
export interface DownloadProgress {
  /** The file's name. */
  readonly file: string;
  /** Bytes received, those of an earlier, broken-off download included. */
  readonly received: number;
  /** Bytes of the whole file. */
  readonly total: number;
}

/** What a download tells and hears. */
export interface DownloadEvents {
  /** Called whenever bytes have come. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Breaks the download off; what came is kept for the next time. */
  readonly signal?: AbortSignal;
}

/** A connection that brings something before it breaks is tried again, up to so many times. */
const maximumAttempts = 5;

/**
 * Downloads `url` to `path` by way of `path.part`: that goes on where an earlier download broke off,
 * is checked by SHA-256, synced, and only then renamed. Processes that want the same file wait for
 * one another.
 *
 * @throws {ChecksumError} where length or SHA-256 differ from what was published
 * @throws {Deno.errors.NotFound} where the server has no such file
 * @throws {Deno.errors.PermissionDenied} where the folder cannot be written
 * @throws {Error} for an unreachable host, another HTTP status, a full disk
 */
export async function download(
  url: string,
  path: string,
  expected: Expected,
  events: DownloadEvents = {},
): Promise<void> {
  const name = basename(path);
  await storing(path, () => Deno.mkdir(dirname(path), { recursive: true }));
  const part = await storing(path, () => PartFile.open(`${path}.part`, expected));
  try {
    if (await isPublished(path, expected)) return; // another process was faster
    let fresh = part.received === 0;
    for (;;) {
      for (let attempt = 1; part.received < expected.bytes; attempt++) {
        const before = part.received;
        const broken = await receive(url, part, name, expected, events);
        if (part.received === expected.bytes) break;
        if (part.received > before && attempt < maximumAttempts) continue;
        throw new Error(
          `${name}: expected ${expected.bytes} bytes from ${url}, but after ${part.received} the ` +
            "connection ended; what came is kept: run again to go on from there",
          { cause: broken },
        );
      }
      const found = part.digest();
      if (found === expected.sha256) break;
      await part.restart();
      // What an earlier run left may be at fault; what came in one piece from here is the server's.
      if (fresh) throw wrongChecksum(url, expected.sha256, found);
      fresh = true;
    }
    await storing(path, () => part.file.sync());
  } finally {
    await part.close();
  }
  await storing(path, () => moveIntoPlace(`${path}.part`, path));
}

/** A file under construction: its bytes so far are hashed and counted. */
class PartFile {
  received = 0;
  #hash = createHash("sha256");

  private constructor(readonly path: string, readonly file: Deno.FsFile) {}

  /** Opens the part, alone: another process that has it open is waited for. */
  static async open(path: string, expected: Expected): Promise<PartFile> {
    for (;;) {
      const file = await Deno.open(path, { read: true, write: true, create: true });
      const part = new PartFile(path, file);
      try {
        await file.lock(true);
        if (await isSameFile(file, path)) {
          await part.#resume(expected);
          return part;
        }
      } catch (error) {
        file.close();
        throw error;
      }
      file.close(); // it was finished or removed while this process waited
    }
  }

  /** Hashes and counts the bytes that are there; more than expected are of no use. */
  async #resume({ bytes }: Expected): Promise<void> {
    const chunk = new Uint8Array(1 << 16);
    while (this.received <= bytes) {
      const count = await this.file.read(chunk);
      if (count === null) return;
      this.#hash.update(chunk.subarray(0, count));
      this.received += count;
    }
    await this.restart();
  }

  /** Closes the part; one without a byte is not worth keeping. */
  async close(): Promise<void> {
    if (this.received === 0) await Deno.remove(this.path);
    this.file.close();
  }

  async append(chunk: Uint8Array): Promise<void> {
    for (let written = 0; written < chunk.length;) {
      const count = await this.file.write(chunk.subarray(written));
      this.#hash.update(chunk.subarray(written, written + count));
      this.received += count;
      written += count;
    }
  }

  async restart(): Promise<void> {
    await this.file.truncate(0);
    await this.file.seek(0, Deno.SeekMode.Start);
    this.#hash = createHash("sha256");
    this.received = 0;
  }

  digest(): string {
    return this.#hash.copy().digest("hex");
  }
}

/** Asks for the rest of the file; returns the error that broke the connection, if any. */
async function receive(
  url: string,
  part: PartFile,
  name: string,
  { bytes, sha256 }: Expected,
  { onProgress, signal }: DownloadEvents,
): Promise<unknown> {
  const response = await request(url, name, part.received, signal);
  const { headers, status } = response;
  const first = Number(/^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1]);
  const isRest = status === 206 && first === part.received;
  const length = Number(headers.get("content-length") ?? NaN);
  const stated = (isRest ? part.received : 0) + length;
  // A page in place of the file, such as the login of a network, is shorter, and whole.
  const isOther = status === 200 && stated < bytes && !headers.has("content-encoding");
  if (stated > bytes || isOther) {
    await response.body?.cancel();
    throw wrongChecksum(url, sha256, `${stated} bytes instead of ${bytes}`);
  }
  if (!isRest) {
    // No range, or not the one asked for: a whole file is taken from its start.
    if (part.received > 0) await part.restart();
    if (status !== 200) {
      await response.body?.cancel();
      return new Error(`${url}: unexpected range ${headers.get("content-range")}`);
    }
  }
  try {
    for await (const chunk of response.body ?? []) {
      if (part.received + chunk.length > bytes) {
        await part.restart();
        throw wrongChecksum(url, sha256, `more than the ${bytes} bytes that were published`);
      }
      await storing(part.path, () => part.append(chunk));
      onProgress?.({ file: name, received: part.received, total: bytes });
    }
  } catch (error) {
    signal?.throwIfAborted();
    // The body of a response fails with a TypeError when the connection breaks.
    if (!(error instanceof TypeError)) throw error;
    return error;
  }
}

async function request(url: string, name: string, from: number, signal?: AbortSignal) {
  // "identity": the bytes of a .gz file as they are, not unpacked on the way.
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (from > 0) headers.range = `bytes=${from}-`;
  let response: Response;
  try {
    response = await fetch(url, { headers, ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    const advice = "check the network, or set STRIATE_MIRROR to a folder or URL that has the file";
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new Error(`${name}: cannot reach ${url} (${messageOf(error)}); ${advice}`, {
      cause: error,
    });
  }
  if (response.ok) return response;
  await response.body?.cancel();
  if (response.status === 416) return await request(url, name, 0, signal);
  const found = `${name}: expected a file at ${url}, found HTTP ${response.status}`;
  if (response.status === 404 || response.status === 410) {
    throw new Deno.errors.NotFound(`${found}; set STRIATE_MIRROR to a place that has it`);
  }
  const isPrivate = response.status === 401 || response.status === 403;
  const advice = isPrivate
    ? "the file is private: download it by hand, and set STRIATE_MIRROR to the folder that has it"
    : "try again later";
  throw new Error(`${found} ${response.statusText}; ${advice}`.replace(" ;", ";"));
}

/** Whether an open file is still the one at `path`. */
async function isSameFile(file: Deno.FsFile, path: string): Promise<boolean> {
  try {
    const [open, there] = [await file.stat(), await Deno.stat(path)];
    return open.ino === there.ino && open.dev === there.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Renames a finished part; another process may have done so in the same moment. */
async function moveIntoPlace(part: string, path: string): Promise<void> {
  try {
    await Deno.rename(part, path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && (await Deno.stat(path)).isFile) return;
    throw error;
  }
}

/** Whether the file at `path` is there, and whole. */
async function isPublished(path: string, { bytes, sha256 }: Expected): Promise<boolean> {
  try {
    if ((await Deno.stat(path)).size !== bytes) return false;
    return sha256Of(await Deno.readFile(path)) === sha256;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The SHA-256 of bytes, in hexadecimal digits. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The error for bytes that are not those published. */
export function wrongChecksum(where: string, expected: string, found: string): ChecksumError {
  return new ChecksumError(
    `${where}: expected SHA-256 ${expected}, found ${found}; the file is damaged or is another ` +
      "one: nothing of it was kept or used",
  );
}

const messageOf = (error: unknown) => error instanceof Error ? error.message : String(error);

/** Runs something that writes at `path`; its errors say what is the matter and what to do. */
async function storing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw storageError(error, path);
  }
}

/** An error in writing, in words that help; other errors are returned as they are. */
export function storageError(error: unknown, path: string): unknown {
  if (!(error instanceof Error)) return error;
  const code = (error as { code?: string }).code;
  const elsewhere = "set STRIATE_CACHE to another folder";
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new Error(`${path}: no space left on the disk; free some, or ${elsewhere}`, {
      cause: error,
    });
  }
  const denied = error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable || code === "EROFS";
  if (denied || error instanceof Deno.errors.NotADirectory || code === "EEXIST") {
    return new Deno.errors.PermissionDenied(
      `${path}: cannot be written (${error.message}); allow it, or ${elsewhere}`,
      { cause: error },
    );
  }
  return error;
}
