/**
 * WebDataset: tar archives ("shards") in which the files of an example follow one another and share
 * a name up to the first dot, as `0001.jpg` and `0001.cls`.
 *
 * @module
 */
import { BrokenConnection, request } from "../core/request.ts";
import { listOf, text } from "../core/option_kinds.ts";
import { join } from "node:path";
import { imageFileEndings } from "../vision/formats.ts";
import { classesInWords, classOfSynset, type Synsets } from "./labels.ts";
import { readTar, type TarEntry } from "../../data/tar.ts";
import type { ImageEntry, ImageSource } from "./image_source.ts";

const path = text();

/** Names of shards. */
export const shardPattern: RegExp = /\.(tar|tar\.gz|tgz)$/i;

/** Whether a path is an address. */
export const isUrl = (path: string): boolean => /^https?:\/\//i.test(path);

/**
 * The shards that a text names: a path or URL of one, a folder with some, or several by braces as
 * usual for WebDataset, `val-{0000..0049}.tar`. Sorted in a folder, otherwise in order.
 *
 * @throws {RangeError} for a folder without shards, or more than 100,000
 */
export async function shardsOf(text: string): Promise<string[]> {
  path.read(text, "shardsOf");
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
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`there is no folder ${folder}`);
  });
  return entries.filter(({ name, isDirectory }) => !isDirectory && shardPattern.test(name))
    .map(({ name }) => join(folder, name)).sort();
}

/**
 * Images from WebDataset shards, by path or URL. They are streamed: nothing is unpacked, and no
 * shard is ever whole in memory. Labels are `.cls` files (a class from 0, its name, or a synset), or
 * `.json` files with `"cls"`, `"class"` or `"label"`.
 *
 * A file's name is split at its first dot, as the library of that name does: `a.jpg`, `a.JPG` and
 * `a.cls` are the image and the class of the example `a`, and `a.mask.jpg` beside them is a part of it.
 * Where no file is called `a` alone, the dots belong to the names: `a.1.jpg` and `a.1.cls` are an
 * example `a.1`. Of several images of an example the first counts in the order of endings that
 * `decodeImage` reads: a JPEG before a PNG, which may be its mask. What is left out is counted, and
 * said in the notes when all images have been read.
 *
 * ```ts ignore
 * import { webDataset } from "@striate/striate";
 * const source = webDataset(["https://example.org/val-0000.tar"]);
 * for await (const { name, label } of source.images()) console.log(name, label);
 * ```
 *
 * @throws {TypeError} for what is no list of paths or URLs
 * @throws {RangeError} for no shards
 */
export function webDataset(shards: readonly string[], synsets?: Synsets): ImageSource {
  listOf(text()).read(shards, "webDataset: shards");
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
      }) of their very name are left out, the ` +
      `first with the file ${this.#first}`,
    ];
  }
}

async function openShard(shard: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  if (isUrl(shard)) {
    // It is read as it arrives, and is unpacked later.
    const wanted = { what: "a tar archive", most: Infinity, asStored: /gz$/i.test(shard) };
    return (await request(shard, wanted)).body ?? new ReadableStream();
  }
  const file = await Deno.open(shard).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`there is no shard ${shard}`);
  });
  return file.readable;
}

/** A stream without its gzip, if it has any: names do not always tell. */
async function unpacked(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const chunks = stream.values(), { value: first } = await chunks.next();
  const whole = ReadableStream.from((async function* () {
    try {
      if (first !== undefined) yield first;
      yield* chunks;
    } finally {
      await chunks.return?.();
    }
  })());
  const isPacked = first?.[0] === 0x1f && first[1] === 0x8b;
  return isPacked ? whole.pipeThrough(new DecompressionStream("gzip")) : whole;
}

/** The files of a shard; where the connection breaks or gzip data are damaged, the error says in which. */
async function* filesOf(shard: string): AsyncGenerator<TarEntry> {
  const stream = await openShard(shard);
  try {
    yield* readTar(await unpacked(stream), shard);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof BrokenConnection)) throw error;
    const said = error instanceof TypeError
      ? `${shard}: broke off (${error.message}); get it again`
      : error.message;
    throw new Error(`${said}, or go on with --resume`, { cause: error });
  }
}

/** The files of one example, by their endings. */
interface Sample {
  readonly name: string;
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
}

/** The examples of a shard: files that follow one another and share a name. */
async function* samplesOf(shard: string): AsyncGenerator<Sample> {
  let key: string | undefined, samples = new Map<string, Sample>();
  for await (const { name: path, data } of filesOf(shard)) {
    // Names that are alike up to their first dot may be one example's, whatever other dots they have.
    const [, start, more = "", ending] =
      /^((?:.*\/)?[^./][^./]*)((?:\.[^./]+)*)\.([^./]+)$/.exec(path) ?? [];
    if (start === undefined || ending === undefined) continue;
    if (/(^|\/)__[^/]*__($|\/)/.test(start)) continue;
    if (start !== key) {
      yield* together(key, samples);
      [key, samples] = [start, new Map()];
    }
    const name = start + more, part = ending.toLowerCase();
    // No more is kept than is needed: what has an image and a class by itself is an example.
    if (samples.size === 1 && !samples.has(name) && !samples.has(start)) {
      const [before] = samples.values();
      if (imageOf(before!) !== undefined && before!.files.has("cls")) {
        yield before!;
        samples.clear();
      }
    }
    const { files } = samples.getOrInsertComputed(name, () => ({ name, files: new Map() }));
    if (files.has(part)) {
      throw new SyntaxError(
        `${nameOf(shard)}: expected each file of an example once, found ${name}.${part} twice`,
      );
    }
    files.set(part, data);
  }
  yield* together(key, samples);
}

/** Of samples that share a key, the one of that very name, of which the others are parts; or all. */
function together(
  key: string | undefined,
  samples: ReadonlyMap<string, Sample>,
): Iterable<Sample> {
  if (key === undefined || samples.size < 2 || !samples.has(key)) return samples.values();
  const files = [...samples.values()].flatMap(({ name, files }) =>
    [...files].map(([ending, data]) => [`${name}.${ending}`.slice(key.length + 1), data] as const)
  );
  return [{ name: key, files: new Map(files) }];
}

/** The image of an example: of several, that of the usual ending. */
function imageOf({ files }: Sample): Uint8Array<ArrayBuffer> | undefined {
  const ending = imageFileEndings.find((ending) => files.has(ending.slice(1)));
  return ending === undefined ? undefined : files.get(ending.slice(1));
}

const nameOf = (shard: string) => shard.slice(shard.lastIndexOf("/") + 1);

async function* shardImages(
  shard: string,
  synsets: Synsets | undefined,
  skipped: Skipped,
): AsyncGenerator<ImageEntry> {
  const where = nameOf(shard);
  for await (const sample of samplesOf(shard)) {
    const { name: key, files } = sample, bytes = imageOf(sample);
    if (bytes === undefined) {
      const [kind] = files.keys();
      // A lone text, as a README, is no example.
      if (files.size > 1 || !/^(txt|md|json|csv|tsv|html)$/.test(kind!)) {
        skipped.add(`${where}/${key}.${kind}`);
      }
      continue;
    }
    const label = labelIn(files, `${where}/${key}`, synsets);
    if (label === undefined && /\.[^/]*$/.test(key)) {
      skipped.add(`${where}/${key}.${files.keys().next().value}`); // "a.seg.png" is a part of "a".
      continue;
    }
    if (label === undefined) {
      throw new SyntaxError(
        `${where}: expected a label for ${key} (${key}.cls or ${key}.json) beside its image, found none; ` +
          "the files of an example follow one another, as tar --sort=name puts them",
      );
    }
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
