/**
 * Published files: fetched once, checked, and kept in a folder.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { environment, mayUse } from "./environment.ts";
import { callback, instance, text } from "./option_kinds.ts";
import type { Schema } from "./options.ts";
import {
  download,
  type DownloadEvents,
  type Expected,
  foundAt,
  isPublished,
  wrongChecksum,
} from "./download.ts";

/** A file that somebody published and that will not change. */
export interface PublishedFile extends Expected {
  /** The data set it belongs to: its folder in the cache and in a mirror. */
  readonly folder: string;
  /** Its name. */
  readonly file: string;
  /** Where it comes from when there is no mirror. */
  readonly url: string;
}

/** Where files are kept and come from. */
export interface CacheOptions extends DownloadEvents {
  /** The cache folder; default: {@linkcode cacheFolder}. */
  readonly cache?: string;
  /**
   * A URL or folder that has `<data set>/<file>` and replaces the origin; default: the environment
   * variable `STRIATE_MIRROR`. Files in a folder are read in place.
   */
  readonly mirror?: string;
}

/** The options of whatever may download. */
export const cacheSchema = {
  cache: text(),
  mirror: text(),
  onProgress: callback(),
  signal: instance(AbortSignal),
} satisfies Schema<CacheOptions>;

/**
 * The folder that downloads are kept in: `STRIATE_CACHE`, or `striate` in the platform's cache
 * folder (`XDG_CACHE_HOME` or `~/.cache`; `~/Library/Caches` on macOS; `%LOCALAPPDATA%` on Windows).
 *
 * ```ts
 * import { cacheFolder } from "@striate/striate";
 * console.log(cacheFolder()); // /home/ada/.cache/striate
 * ```
 *
 * @throws {Error} where neither `STRIATE_CACHE` nor a home folder is set, or they may not be read
 */
export function cacheFolder(): string {
  const chosen = environment("STRIATE_CACHE");
  if (chosen !== undefined) return chosen;
  const base = platformCache();
  if (base === undefined) {
    const permitted = mayUse("STRIATE_CACHE") && mayUse("HOME");
    throw new Error(
      "no home folder is known to keep downloads in; set STRIATE_CACHE to a folder" +
        (permitted ? "" : ", and run with the --allow-env flag for it to be read"),
    );
  }
  return join(base, "striate");
}

/** The platform's folder for what can be had again; undefined where no home folder is known. */
export function platformCache(): string | undefined {
  const home = environment("HOME") ?? environment("USERPROFILE");
  const under = (...names: string[]) => home && join(home, ...names);
  return Deno.build.os === "windows"
    ? environment("LOCALAPPDATA") ?? under("AppData", "Local")
    : Deno.build.os === "darwin"
    ? under("Library", "Caches")
    : environment("XDG_CACHE_HOME") ?? under(".cache");
}

/** The mirror that is set, as a folder or as a URL that ends with a slash. */
export function mirrorOf(options: CacheOptions): { folder?: string; url?: string } {
  const mirror = options.mirror ?? environment("STRIATE_MIRROR");
  if (mirror === undefined) return {};
  if (/^https?:\/\//i.test(mirror)) return { url: mirror.replace(/\/*$/, "/") };
  if (/^file:\/\//i.test(mirror)) return { folder: fileURLToPath(mirror) };
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(mirror)) {
    throw new TypeError(`STRIATE_MIRROR: expected a folder or an http(s) URL, found ${mirror}`);
  }
  return { folder: mirror };
}

/**
 * The path of a published file, which is checked: in the mirror where that is a folder, else in the
 * cache, else downloaded into the cache.
 *
 * @throws {ChecksumError} where the bytes are not those published
 * @throws {Deno.errors.NotFound} where the mirror or origin has no such file; and whatever
 * {@linkcode download} throws
 */
export async function fetchPublished(
  published: PublishedFile,
  options: CacheOptions = {},
): Promise<string> {
  const found = await findPublished(published, options);
  if (found !== undefined) return found;
  const { folder, file, url } = published, mirror = mirrorOf(options);
  const path = placeInCache(published, options);
  if (mirror.folder !== undefined) {
    const isThere = await Deno.stat(mirror.folder).then(() => true, () => false);
    const where = isThere ? mirror.folder : `${mirror.folder}, which is not there,`;
    throw new Deno.errors.NotFound(
      `${folder}/${file} is missing: looked in the mirror ${where} and in the cache ${path}; ` +
        `put the file there, or unset STRIATE_MIRROR to download it from ${url}`,
    );
  }
  await download(mirror.url ? `${mirror.url}${folder}/${file}` : url, path, published, options);
  return path;
}

/**
 * The path of a published file that is here, in the mirror where that is a folder, or in the cache;
 * it is checked. Undefined where it is in neither.
 *
 * @throws {ChecksumError} where the bytes in the mirror are not those published
 */
export async function findPublished(
  published: PublishedFile,
  options: CacheOptions = {},
): Promise<string | undefined> {
  const { folder, file } = published, mirror = mirrorOf(options);
  if (mirror.folder !== undefined) {
    const mirrored = join(mirror.folder, folder, file), found = await foundAt(mirrored, published);
    if (isPublished(found, published)) return mirrored;
    if (found !== undefined) throw wrongChecksum(mirrored, published, found);
  }
  const path = placeInCache(published, options);
  return isPublished(await foundAt(path, published), published) ? path : undefined;
}

/** Where a published file is kept. */
export function placeInCache(
  { folder, file }: Pick<PublishedFile, "folder" | "file">,
  { cache = cacheFolder() }: CacheOptions,
): string {
  return join(cache, folder, file);
}

/** The bytes of a published file: see {@linkcode fetchPublished}. */
export async function readPublished(
  published: PublishedFile,
  options: CacheOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return await Deno.readFile(await fetchPublished(published, options));
}
