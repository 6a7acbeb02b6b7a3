import { join } from "node:path";
import { imageFilePattern } from "../vision/formats.ts";

/** What systems and programs put into folders by themselves. */
const clutter =
  /^(\.|__MACOSX$|@eaDir$|\$RECYCLE\.BIN$|System Volume Information$|(Thumbs\.db|desktop\.ini)$)/i;

/** The names in a folder, sorted. */
export interface Listing {
  readonly folders: readonly string[];
  readonly images: readonly string[];
  /** Files that are no images by their names. */
  readonly others: readonly string[];
}

/** Whether a path, or what a link there leads to, is a folder; a link may lead nowhere. */
const isFolder = (path: string): Promise<boolean> =>
  Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);

/** What is in a folder. Links are followed; hidden files, and what systems put there, are left out. */
export async function list(folder: string): Promise<Listing> {
  const folders: string[] = [], images: string[] = [], others: string[] = [];
  try {
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(folder)) {
      if (clutter.test(name)) continue;
      if (isDirectory) folders.push(name);
      else if (imageFilePattern.test(name)) images.push(name);
      else if (isSymlink && await isFolder(join(folder, name))) folders.push(name);
      else others.push(name);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) {
      throw new TypeError(
        `${folder}: expected a folder of images or shards (.tar, .tar.gz), found another file`,
      );
    }
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`there is no folder ${folder}`);
  }
  return { folders: folders.sort(), images: images.sort(), others: others.sort() };
}

/** The paths of files in a folder and the folders in it, sorted; `above` are the folders that it lies in. */
export async function listBelow(
  folder: string,
  above: readonly string[] = [],
): Promise<Omit<Listing, "folders">> {
  const real = await Deno.realPath(folder);
  if (above.includes(real)) return { images: [], others: [] }; // A link around it has no end.
  const here = await list(folder), at = (name: string) => join(folder, name);
  const images = here.images.map(at), others = here.others.map(at);
  for (const name of here.folders) {
    const below = await listBelow(at(name), [...above, real]);
    images.push(...below.images);
    others.push(...below.others);
  }
  return { images, others };
}

/** The sentence for files that are left out: how many, and of which kinds. */
export function leftOut(others: readonly string[]): string[] {
  if (others.length === 0) return [];
  const endings = Map.groupBy(
    others,
    (path) => /[^./\\]\.([^./\\]*)$/.exec(path)?.[1]?.toLowerCase(),
  );
  const kinds = [...endings].sort(([, a], [, b]) => b.length - a.length)
    .map(([ending, { length }]) => `${length} ${ending ? `.${ending}` : "without ending"}`);
  const more = kinds.length > 6 ? ", …" : "";
  return [
    `${others.length} files are left out, as their endings are not those of images that can be read ` +
    `here: ${kinds.slice(0, 6).join(", ")}${more}`,
  ];
}
