/**
 * Downloads that survive being broken off, and files that are either whole or not there.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { basename, dirname } from "node:path";
import { ChecksumError } from "./errors.ts";
import { isSameFile } from "./file_lock.ts";
import { storing } from "./files.ts";
import { BrokenConnection, longestSilence, request } from "./request.ts";

/** What the bytes of a file are known by. */
export interface Digest {
  /** How it is computed. */
  readonly algorithm: "sha256" | "sha1";
  /** Its hexadecimal digits in lower case, or as many of the first ones as were published. */
  readonly hex: string;
}

/** The digest that most files are published with. */
export const sha256 = (hex: string): Digest => ({ algorithm: "sha256", hex });

/** What is known of a file before it is here. */
export interface Expected {
  /** Its length, where that was published. */
  readonly bytes?: number;
  /** Its digest. */
  readonly digest: Digest;
}

/** How far a download has come. */
export interface DownloadProgress {
  /** The file's name. */
  readonly file: string;
  /** Bytes received, those of an earlier, broken-off download included. */
  readonly received: number;
  /** Bytes of the whole file, as far as that is known. */
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
 * one another, as long as the one that has it brings something.
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
  await storing(path, () => Deno.mkdir(dirname(path), { recursive: true }), elsewhere);
  const part = await PartFile.open(`${path}.part`, expected, events.signal);
  try {
    if (isPublished(await foundAt(path, expected), expected)) return; // another process was faster
    let fresh = part.received === 0;
    for (;;) {
      await complete(part, url, path, expected, events);
      const found = part.digest();
      if (isPublished(found, expected)) break;
      await part.restart();
      // What an earlier run left may be at fault; what came in one piece from here is the server's.
      if (fresh) throw wrongChecksum(url, expected, found);
      fresh = true;
    }
    await storing(path, () => part.file.sync(), elsewhere);
  } finally {
    await part.close();
  }
  await storing(path, () => moveIntoPlace(`${path}.part`, path), elsewhere);
}

/** What to do where files cannot be kept. */
const elsewhere = "set STRIATE_CACHE to another folder";

/** Receives what a part lacks, in several connections if they break. */
async function complete(
  part: PartFile,
  url: string,
  path: string,
  expected: Expected,
  events: DownloadEvents,
): Promise<void> {
  let total = expected.bytes ?? (isPublished(part.digest(), expected) ? part.received : Infinity);
  for (let attempt = 1; part.received < total; attempt++) {
    const before = part.received;
    const { stated, broken } = await receive(url, part, path, expected, events);
    total = expected.bytes ?? stated ?? (broken ? Infinity : part.received);
    if (part.received >= total) return;
    if (part.received > before && attempt < maximumAttempts) continue;
    throw new Error(
      `${basename(path)}: expected ${
        total === Infinity ? "a file" : `${total} bytes`
      } from ${url}, but ` +
        `after ${part.received} the connection ended; what came is kept: run again to go on from ` +
        "there",
      { cause: broken },
    );
  }
}

/** A file under construction: its bytes so far are hashed and counted. */
class PartFile {
  received = 0;
  #hash: Hash;

  private constructor(
    readonly path: string,
    readonly file: Deno.FsFile,
    readonly algorithm: Digest["algorithm"],
  ) {
    this.#hash = createHash(algorithm);
  }

  /** Opens the part, alone: another process that has it open is waited for. */
  static async open(
    path: string,
    { bytes, digest }: Expected,
    signal: AbortSignal | undefined,
  ): Promise<PartFile> {
    for (;;) {
      const file = await storing(
        path,
        () => Deno.open(path, { read: true, write: true, create: true }),
        elsewhere,
      );
      const part = new PartFile(path, file, digest.algorithm);
      try {
        await lock(file, path, signal);
        if (isSameFile(file, path)) {
          await part.#resume(bytes);
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
  async #resume(most = Infinity): Promise<void> {
    const chunk = new Uint8Array(1 << 16);
    while (this.received <= most) {
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
    this.#hash = createHash(this.algorithm);
    this.received = 0;
  }

  digest(): string {
    return this.#hash.copy().digest("hex");
  }
}

/**
 * Asks for the rest of the file. Returns how many bytes the file has, where the server says so, and
 * the error that broke the connection, if any.
 */
async function receive(
  url: string,
  part: PartFile,
  path: string,
  expected: Expected,
  { onProgress, signal }: DownloadEvents,
): Promise<{ stated?: number; broken?: unknown }> {
  const { bytes = Infinity } = expected, name = basename(path);
  const inMirror = `${basename(dirname(path))}/${name}`;
  const instead =
    `put the file at ${path}, or set STRIATE_MIRROR to a folder or URL that has ${inMirror}`;
  const response = await request(url, {
    ...{ what: name, instead, from: part.received, signal, asStored: true },
    ...bytes < Infinity && { most: Infinity }, // what is published is compared below
  });
  const { headers, status } = response;
  const first = Number(/^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1]);
  const isRest = status === 206 && first === part.received;
  const length = Number(headers.get("content-length") ?? NaN);
  const stated = (isRest ? part.received : 0) + length;
  // A page in place of the file, such as the login of a network, is shorter, and whole.
  const isOther = status === 200 && stated < bytes && !headers.has("content-encoding");
  if (stated > bytes || (isOther && bytes < Infinity)) {
    await response.body?.cancel();
    throw wrongChecksum(url, expected, `${stated} bytes instead of ${bytes}`);
  }
  if (!isRest) {
    // No range, or not the one asked for: a whole file is taken from its start.
    if (part.received > 0) await part.restart();
    if (status !== 200) {
      await response.body?.cancel();
      return { broken: new Error(`${url}: unexpected range ${headers.get("content-range")}`) };
    }
  }
  const known = Number.isNaN(stated) ? {} : { stated };
  try {
    for await (const chunk of response.body ?? []) {
      if (part.received + chunk.length > bytes) {
        await part.restart();
        throw wrongChecksum(url, expected, `more than the ${bytes} bytes that were published`);
      }
      await storing(part.path, () => part.append(chunk), elsewhere);
      const { received } = part, total = Math.max(expected.bytes ?? known.stated ?? 0, received);
      onProgress?.({ file: name, received, total });
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof BrokenConnection) return { ...known, broken: error };
    if (error instanceof RangeError) await part.restart(); // too large: nothing to go on from
    throw error;
  }
  return known;
}

/** Milliseconds between two looks at a file that another process has locked. */
const pause = 100;

/**
 * Locks a part for this process alone. Another that has it is waited for as long as the part changes:
 * that one may stand still, and has then twice the time that a server may be silent.
 */
async function lock(file: Deno.FsFile, path: string, signal?: AbortSignal): Promise<void> {
  const limit = 2 * longestSilence();
  let before = "";
  for (let waited = 0; !await file.tryLock(true); waited += pause / 1000) {
    signal?.throwIfAborted();
    const { size, mtime } = await file.stat(), now = `${size} ${mtime?.getTime()}`;
    if (now !== before) [before, waited] = [now, 0];
    if (waited > limit) {
      throw new Error(
        `${path}: another process is downloading this, and has received nothing for ${limit} s; ` +
          `end it, or ${elsewhere}`,
      );
    }
    await new Promise((go) => setTimeout(go, pause));
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

/**
 * What is at a path: the digest of the file there, or that its length is another; undefined where
 * there is no file. The file is never held in memory.
 */
export async function foundAt(
  path: string,
  { bytes, digest }: Expected,
): Promise<string | undefined> {
  try {
    using file = await Deno.open(path);
    const { size } = await file.stat();
    if (bytes !== undefined && size !== bytes) return `${size} bytes instead of ${bytes}`;
    const hash = createHash(digest.algorithm), chunk = new Uint8Array(1 << 16);
    for (let count; (count = await file.read(chunk)) !== null;) {
      hash.update(chunk.subarray(0, count));
    }
    return hash.digest("hex");
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (isMissing) return undefined;
    throw error;
  }
}

/** Whether what was found is what was published. */
export const isPublished = (found: string | undefined, { digest }: Expected): boolean =>
  found?.startsWith(digest.hex) ?? false;

/** The SHA-256 of bytes, in hexadecimal digits. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The error for bytes that are not those published. */
export function wrongChecksum(where: string, { digest }: Expected, found: string): ChecksumError {
  const name = { sha256: "SHA-256", sha1: "SHA-1" }[digest.algorithm];
  return new ChecksumError(
    `${where}: expected ${name} ${digest.hex}, found ${found}; the file is damaged or is another ` +
      "one: nothing of it was kept or used",
  );
}
