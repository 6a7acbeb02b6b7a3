/**
 * Bytes that are read where they are needed: of a file, of a URL, or at hand.
 *
 * @module
 */

import { describeValue } from "../core/errors.ts";
import { storing, writeAll } from "../core/files.ts";
import { request, type Wanted } from "../core/request.ts";

/** Something that holds a file's bytes. */
export interface ByteSource {
  /** The path or URL, for errors. */
  readonly where: string;
  /** Number of bytes. */
  readonly size: number;
  /**
   * A copy of `length` bytes from `at` on.
   *
   * @throws {SyntaxError} where the file ends before
   */
  read(at: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Closes the file. */
  close(): void;
}

/** How a file is downloaded: what ends it, what looks at its first bytes, how many there may be. */
export type Downloading = Pick<Wanted, "signal" | "check" | "most">;

/** Opens a path, a URL (http, https, file) or bytes. */
export async function openSource(
  source: string | URL | Uint8Array,
  downloading: Downloading = {},
): Promise<ByteSource> {
  if (source instanceof Uint8Array) return bytesSource(source, `${source.length} bytes`);
  if (typeof source !== "string" && !(source instanceof URL)) {
    throw new TypeError(
      `openWeights: expected a path, a URL or bytes, found ${describeValue(source)}`,
    );
  }
  const scheme = source instanceof URL
    ? source.protocol
    : /^(file|https?):|^[a-z][a-z0-9+.-]*:(?=\/\/)/i.exec(source)?.[0].toLowerCase();
  if (scheme === undefined) return await fileSource(source);
  if (scheme === "file:") return await fileSource(new URL(source));
  if (scheme === "http:" || scheme === "https:") {
    return await urlSource(String(source), downloading);
  }
  throw new TypeError(`weights: expected a path or a URL of http, https or file, found ${source}`);
}

/** Bytes at hand. */
export function bytesSource(bytes: Uint8Array, where: string): ByteSource {
  return {
    where,
    size: bytes.length,
    // deno-lint-ignore require-await
    read: async (at, length) => {
      checkRange(where, bytes.length, at, length);
      return Uint8Array.from(bytes.subarray(at, at + length));
    },
    close: () => {},
  };
}

/** A file within a file: `size` bytes of `source` from `start` on. */
export function partOf(source: ByteSource, start: number, size: number): ByteSource {
  const { where } = source;
  return {
    where,
    size,
    read: async (at, length) => {
      checkRange(where, size, at, length);
      return await source.read(start + at, length);
    },
    close: () => source.close(),
  };
}

/** What the system says of an open file names no path. */
const unreadable = (where: string, error: unknown) =>
  new Error(`${where} cannot be read: ${(error as Error).message}`, { cause: error });

async function fileSource(path: string | URL, where = String(path)): Promise<ByteSource> {
  const file = await Deno.open(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`${where}: expected a file of weights, found no file`);
  });
  const { size, isFile } = await file.stat().catch((error) => {
    file.close();
    throw unreadable(where, error);
  });
  if (!isFile) {
    file.close();
    throw new TypeError(`${where}: expected a file of weights, found a folder or device`);
  }
  let open = true;
  return {
    where,
    size,
    // Not async inside, so that two reads cannot move the file's position under each other.
    // deno-lint-ignore require-await
    read: async (at, length) => {
      checkRange(where, size, at, length);
      const bytes = new Uint8Array(length);
      const take = (done: number) => {
        try {
          if (done === 0) file.seekSync(at, Deno.SeekMode.Start);
          return file.readSync(bytes.subarray(done));
        } catch (error) {
          throw unreadable(where, error);
        }
      };
      for (let done = 0; done < length;) {
        const count = take(done);
        if (count === null) throw truncated(where, at + done, at, length);
        done += count;
      }
      return bytes;
    },
    close: () => {
      if (open) file.close();
      open = false;
    },
  };
}

/**
 * A URL. Files of weights are large, and not read from front to back: they are kept in a temporary
 * file until the source is closed.
 */
async function urlSource(url: string, downloading: Downloading): Promise<ByteSource> {
  const response = await request(url, { what: "a file of weights", ...downloading });
  const path = await Deno.makeTempFile({ prefix: "striate-weights-" });
  const remove = () => {
    try {
      Deno.removeSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  try {
    using file = await Deno.open(path, { write: true });
    for await (const chunk of response.body ?? []) {
      await storing(path, () => writeAll(file, chunk), "set TMPDIR to another folder");
    }
  } catch (error) {
    remove();
    throw error;
  }
  const source = await fileSource(path, url);
  const close = () => {
    source.close();
    remove();
  };
  return { ...source, close };
}

function checkRange(where: string, size: number, at: number, length: number): void {
  if (at < 0 || length < 0 || at + length > size) throw truncated(where, size, at, length);
}

function truncated(where: string, size: number, at: number, length: number): SyntaxError {
  return new SyntaxError(
    `${where}: expected ${length} bytes at ${at}, found the end of the file at ${size}; the file is ` +
      "cut short or damaged: fetch it again",
  );
}
