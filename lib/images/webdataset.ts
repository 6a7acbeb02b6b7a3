/**
 * WebDataset: tar archives ("shards") in which the files of an example follow one another and share
 * a name up to the first dot, as `0001.jpg` and `0001.cls`.
 *
 * @module
 */
import { BrokenConnection, request } from "../core/request.ts";
import { join } from "node:path";
import { imageFileEndings } from "../vision/formats.ts";
import { classesInWords, classOfSynset, type Synsets } from "./labels.ts";
import { readTar, type TarEntry } from "../../data/tar.ts";
import type { ImageEntry, ImageSource } from "./image_source.ts";

/** Names of shards. */
export const shardPattern: RegExp = /\.(tar|tar\.gz|tgz)$/i;

const isUrl = (path: string) => /^https?:\/\//i.test(path);

/**
 * The shards that a text names: a path or URL of one, a folder with some, or several by braces as
 * usual for WebDataset, `val-{0000..0049}.tar`. Sorted in a folder, otherwise in order.
 *
 * @throws {RangeError} for a folder without shards, or more than 100,000
 */
export async function shardsOf(text: string): Promise<string[]> {
  const range = /\{(\d+)\.\.(\d+)\}/.exec(text);
  if (range) {
    const [from, to] = [Number(range[1]), Number(range[2])];
    if (!(to >= from && to - from < 1e5)) {
      throw new RangeError(`${text}: expected {FIRST..LAST} with at most 100,000 shards`);
    }
    return Array.from(
      { length: to - from + 1 },
      (_, i) => text.replace(range[0], String(from + i).padStart(range[1]!.length, "0")),
    );
  }
  if (isUrl(text) || shardPattern.test(text)) return [text];
  const shards = await shardsIn(text);
  if (shards.length > 0) return shards;
  throw new RangeError(`${text}: expected shards (.tar, .tar.gz), found none`);
}

/** The shards in a folder, sorted. */
export async function shardsIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.filter(({ name, isDirectory }) => !isDirectory && shardPattern.test(name))
    .map(({ name }) => join(folder, name)).sort();
}

/**
 * Images from WebDataset shards, by path or URL. They are streamed: nothing is unpacked, and no
 * shard is ever whole in memory. Labels are `.cls` files (a class from 0, its name, or a synset), or
 * `.json` files with `"cls"`, `"class"` or `"label"`.
 *
 * A file's name is split at its first dot, as the library of that name does: `a.jpg`, `a.JPG` and
 * `a.cls` are the image and the class of the example `a`, but `a.b.jpg` is the part `b.jpg` of `a`,
 * and no image. Of several images of an example the first counts in the order of endings that
 * `decodeImage` reads: a JPEG before a PNG, which may be its mask. What is left out is counted, and
 * said in the notes when all images have been read.
 *
 * ```ts ignore
 * import { webDataset } from "@striate/striate";
 * const source = webDataset(["https://example.org/val-0000.tar"]);
 * for await (const { name, label } of source.images()) console.log(name, label);
 * ```
 *
 * @throws {RangeError} for no shards
 */
export function webDataset(shards: readonly string[], synsets?: Synsets): ImageSource {
  if (shards.length === 0) {
    throw new RangeError("webDataset: expected at least 1 shard, found none");
  }
  let skipped = new Skipped();
  return {
    name: shards.length === 1 ? shards[0]! : `${shards[0]} and ${shards.length - 1} more`,
    length: undefined,
    classes: synsets?.names,
    numbering: synsets ? "synsets" : "given",
    ...synsets && { ids: synsets.ids.toSorted() },
    get notes() {
      return skipped.notes();
    },
    async *images() {
      let any = false;
      const here = skipped = new Skipped();
      for (const shard of shards) {
        for await (const entry of shardImages(shard, synsets, here)) {
          any = true;
          yield entry;
        }
      }
      if (any) return;
      throw new RangeError(
        [`${shards.join(", ")}: expected images with labels, found none`, ...here.notes()].join(
          "; ",
        ),
      );
    },
  };
}

/** Examples that are left out, as they have no image. */
class Skipped {
  #examples = 0;
  #first = "";

  /** Counts an example, of which one file has a name. */
  add(file: string): void {
    if (this.#examples++ === 0) this.#first = file;
  }

  /** The sentence that says so, if there are any. */
  notes(): string[] {
    if (this.#examples === 0) return [];
    return [
      `${this.#examples} examples without an image (${
        imageFileEndings.join(", ")
      }) are left out, the ` +
      `first with the file ${this.#first}; what follows the first dot of a name is its kind, so ` +
      "no other dots may be in it",
    ];
  }
}

async function openShard(shard: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  let stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  if (isUrl(shard)) {
    // It is read as it arrives, and is unpacked below where its name says so.
    const wanted = { what: "a tar archive", most: Infinity, asStored: /gz$/i.test(shard) };
    stream = (await request(shard, wanted)).body ?? new ReadableStream();
  } else {
    const file = await Deno.open(shard).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new Deno.errors.NotFound(`there is no shard ${shard}`);
    });
    stream = file.readable;
  }
  return /gz$/i.test(shard) ? stream.pipeThrough(new DecompressionStream("gzip")) : stream;
}

/** The files of a shard; where the connection breaks or gzip data are damaged, the error says in which. */
async function* filesOf(shard: string): AsyncGenerator<TarEntry> {
  const stream = await openShard(shard);
  try {
    yield* readTar(stream, shard);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof BrokenConnection)) throw error;
    const said = error instanceof TypeError
      ? `${shard}: broke off (${error.message}); get it again`
      : error.message;
    throw new Error(`${said}, or go on with --resume`, { cause: error });
  }
}

/** The files of one example, by their kinds: what follows the first dot of their names. */
interface Sample {
  readonly key: string;
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
}

/** The examples of a shard: files that follow one another and share a name up to the first dot. */
async function* samplesOf(shard: string): AsyncGenerator<Sample> {
  let sample: Sample | undefined;
  for await (const { name, data } of filesOf(shard)) {
    const [, key, kind] = /^((?:.*\/)?[^./][^./]*)\.([^/]+)$/.exec(name) ?? [];
    if (key === undefined || kind === undefined || /(^|\/)__[^/]*__($|\/)/.test(key)) continue;
    if (key !== sample?.key) {
      if (sample) yield sample;
      sample = { key, files: new Map() };
    }
    const { files } = sample, part = kind.toLowerCase();
    if (files.has(part)) {
      throw new SyntaxError(
        `${nameOf(shard)}: expected each file of an example once, found ${key}.${part} twice`,
      );
    }
    files.set(part, data);
  }
  if (sample) yield sample;
}

const nameOf = (shard: string) => shard.slice(shard.lastIndexOf("/") + 1);

async function* shardImages(
  shard: string,
  synsets: Synsets | undefined,
  skipped: Skipped,
): AsyncGenerator<ImageEntry> {
  const where = nameOf(shard);
  for await (const { key, files } of samplesOf(shard)) {
    const ending = imageFileEndings.find((ending) => files.has(ending.slice(1)));
    if (ending === undefined) {
      const [kind] = files.keys();
      // A lone text, as a README, is no example.
      if (files.size > 1 || !/^(txt|md|json|csv|tsv|html)$/.test(kind!)) {
        skipped.add(`${where}/${key}.${kind}`);
      }
      continue;
    }
    const label = labelIn(files, `${where}/${key}`, synsets);
    if (label === undefined) {
      throw new SyntaxError(
        `${where}: expected a label for ${key} (${key}.cls or ${key}.json) beside its image, found none; ` +
          "the files of an example follow one another, as tar --sort=name puts them",
      );
    }
    const bytes = files.get(ending.slice(1))!;
    yield {
      name: `${where}/${key}`,
      ...label,
      read: () => Promise.resolve(bytes),
    };
  }
}

/** The label of an example; undefined where it has none. */
function labelIn(
  files: Sample["files"],
  example: string,
  synsets?: Synsets,
): Pick<ImageEntry, "label" | "className"> | undefined {
  const [plain, json] = [files.get("cls"), files.get("json")];
  if (plain) return labelOf(decode(plain), `${example}.cls`, synsets);
  return json && labelInJson(decode(json), `${example}.json`, synsets);
}

const decode = (data: Uint8Array) => new TextDecoder().decode(data);

/** A class from 0, or the name of one; a synset is numbered by the list, where there is one. */
function labelOf(text: string, file: string, synsets?: Synsets) {
  const className = text.trim(), number = Number(className);
  if (/^\d+$/.test(className) && Number.isSafeInteger(number)) return { label: number, className };
  if (synsets !== undefined && /^n\d{8}$/.test(className)) {
    return { label: classOfSynset(className, synsets, file), className };
  }
  const inList = classesInWords([className], synsets)?.[0];
  if (inList !== undefined) return { label: inList, className };
  // A name is one short line.
  if (/^\P{Cc}{1,200}$/u.test(className) && Number.isNaN(number)) return { label: NaN, className };
  throw new SyntaxError(
    `${file}: expected a class: a number from 0, a name or a synset, found ` +
      JSON.stringify(className.slice(0, 40)),
  );
}

function labelInJson(text: string, file: string, synsets?: Synsets) {
  let content: { cls?: unknown; class?: unknown; label?: unknown };
  try {
    content = JSON.parse(text);
  } catch {
    throw new SyntaxError(`${file}: expected JSON, found ${JSON.stringify(text.slice(0, 40))}`);
  }
  const value = content?.cls ?? content?.class ?? content?.label;
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" || typeof value === "string") {
    return labelOf(String(value), file, synsets);
  }
  throw new SyntaxError(
    `${file}: expected a class: a number or a text, found ${JSON.stringify(value).slice(0, 40)}`,
  );
}
