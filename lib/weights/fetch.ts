import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { cacheFolder, type CacheOptions, mirrorOf } from "../../data/cache.ts";
import { storageError, wrongChecksum } from "../../data/download.ts";
import type { PublishedWeights } from "../zoo/published.ts";
import { adviceFor } from "./source.ts";

/**
 * The path of published weights: in the mirror where that is a folder, else in the cache, else
 * downloaded into the cache. The file is large, so it is never held in memory; of its digest as many
 * digits are checked as were published.
 *
 * @throws {ChecksumError} where the bytes are not those published
 * @throws {Deno.errors.NotFound} where the mirror or the server has no such file
 * @throws {Error} where the file is private, the host cannot be reached, or the disk is full
 */
export async function fetchPublished(
  weights: PublishedWeights,
  options: CacheOptions = {},
): Promise<string> {
  const { folder, file, url } = weights;
  const mirror = mirrorOf(options);
  const path = join(options.cache ?? cacheFolder(), folder, file);
  if (mirror.folder !== undefined) {
    const there = join(mirror.folder, folder, file);
    const digest = await digestOf(there, weights);
    if (digest !== undefined) {
      checkDigest(there, weights, digest);
      return there;
    }
  }
  if ((await digestOf(path, weights))?.startsWith(weights.digest.hex)) return path;
  if (mirror.folder !== undefined) {
    throw new Deno.errors.NotFound(
      `${folder}/${file} is missing: looked in the mirror ${mirror.folder} and in the cache ${path}; ` +
        `put the file there, or unset STRIATE_MIRROR to download it from ${url}`,
    );
  }
  await download(mirror.url ? `${mirror.url}${folder}/${file}` : url, path, weights, options);
  return path;
}

/** The digest of the file at a path; undefined where there is none. */
async function digestOf(
  path: string,
  { digest: { algorithm } }: PublishedWeights,
): Promise<string | undefined> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (missing) return undefined;
    throw error;
  }
  const hash = createHash(algorithm);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

function checkDigest(
  where: string,
  { digest: { algorithm, hex } }: PublishedWeights,
  found: string,
): void {
  if (found.startsWith(hex)) return;
  throw wrongChecksum(where, algorithm === "sha1" ? `(here SHA-1) ${hex}` : hex, found);
}

/** Downloads to a file beside `path`, checks it, and renames it: `path` is whole or not there. */
async function download(
  url: string,
  path: string,
  weights: PublishedWeights,
  { onProgress, signal }: CacheOptions,
): Promise<void> {
  const response = await request(url, weights, signal);
  const total = Number(response.headers.get("content-length") ?? NaN);
  const part = `${path}.${crypto.randomUUID()}.part`; // others may be downloading it too
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    const hash = createHash(weights.digest.algorithm);
    let received = 0;
    {
      using file = await Deno.open(part, { write: true, create: true, truncate: true });
      for await (const chunk of response.body ?? []) {
        hash.update(chunk);
        for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
        received += chunk.length;
        onProgress?.({ file: basename(path), received, total: Math.max(total || 0, received) });
      }
      await file.sync();
    }
    if (received < total) throw new TypeError(`${received} of ${total} bytes came`);
    checkDigest(url, weights, hash.digest("hex"));
    await Deno.rename(part, path);
  } catch (error) {
    await response.body?.cancel().catch(() => {});
    await Deno.remove(part).catch(() => {});
    signal?.throwIfAborted();
    // The body of a response fails with a TypeError when the connection breaks.
    if (!(error instanceof TypeError)) throw storageError(error, path);
    throw new Error(`${url}: broke off (${error.message}); run again`, { cause: error });
  }
}

async function request(
  url: string,
  { model, file }: PublishedWeights,
  signal: AbortSignal | undefined,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new Error(
      `${model}: cannot reach ${url} (${(error as Error).message}); check the network, or set ` +
        `STRIATE_MIRROR to a folder or URL that has weights/${file}`,
      { cause: error },
    );
  }
  if (response.ok) return response;
  await response.body?.cancel();
  const { status } = response;
  const message = `${model}: expected weights at ${url}, found HTTP ${status}; ${
    adviceFor(status)
  }`;
  if (status === 404 || status === 410) throw new Deno.errors.NotFound(message);
  throw new Error(message);
}
