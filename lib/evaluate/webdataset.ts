/**
 * WebDataset: tar archives ("shards") in which the files of an example follow one another and share
 * a name up to the first dot, as `0001.jpg` and `0001.cls`.
 *
 * @module
 */
import { BrokenConnection, request } from "../core/request.ts";
import { join } from "node:path";
import { classOfSynset, type Synsets } from "./labels.ts";
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
 * shard is ever whole in memory. Labels are `.cls` files (a class from 0, or a synset), or `.json`
 * files with `"cls"`, `"class"` or `"label"`.
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
  return {
    name: shards.length === 1 ? shards[0]! : `${shards[0]} and ${shards.length - 1} more`,
    length: undefined,
    classes: synsets?.names,
    async *images() {
      let any = false;
      for (const shard of shards) {
        for await (const entry of shardImages(shard, synsets)) {
          any = true;
          yield entry;
        }
      }
      if (!any) {
        throw new RangeError(`${shards.join(", ")}: expected images with labels, found none`);
      }
    },
  };
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

async function* shardImages(shard: string, synsets?: Synsets): AsyncGenerator<ImageEntry> {
  const where = shard.slice(shard.lastIndexOf("/") + 1);
  let key: string | undefined,
    image: Uint8Array<ArrayBuffer> | undefined,
    label: number | undefined;
  const finish = function* (): Generator<ImageEntry> {
    if (key === undefined || image === undefined) return;
    if (label === undefined) {
      throw new SyntaxError(
        `${where}: expected a label for ${key} (${key}.cls or ${key}.json) beside its image, found none; ` +
          "the files of an example follow one another, as tar --sort=name puts them",
      );
    }
    const bytes = image;
    yield { name: `${where}/${key}`, label, read: () => Promise.resolve(bytes) };
  };
  for await (const { name, data } of filesOf(shard)) {
    const [, stem, extension] = /^((?:.*\/)?[^./][^./]*)\.([^/]+)$/.exec(name) ?? [];
    if (stem === undefined || extension === undefined) continue;
    if (stem !== key) {
      yield* finish();
      [key, image, label] = [stem, undefined, undefined];
    }
    const file = `${where}/${name}`;
    if (/^(jpe?g|png|webp)$/i.test(extension)) image = data;
    else if (extension === "cls") label = labelOf(decode(data), file, synsets);
    else if (extension === "json") label ??= labelInJson(decode(data), file, synsets);
  }
  yield* finish();
}

const decode = (data: Uint8Array) => new TextDecoder().decode(data);

function labelOf(text: string, file: string, synsets?: Synsets): number {
  const value = text.trim();
  if (/^\d+$/.test(value)) return Number(value);
  if (/^n\d{8}$/.test(value)) return classOfSynset(value, synsets, file);
  throw new SyntaxError(
    `${file}: expected a class from 0 or a synset, found ${JSON.stringify(value.slice(0, 40))}`,
  );
}

function labelInJson(text: string, file: string, synsets?: Synsets): number | undefined {
  let content: { cls?: unknown; class?: unknown; label?: unknown };
  try {
    content = JSON.parse(text);
  } catch {
    throw new SyntaxError(`${file}: expected JSON, found ${JSON.stringify(text.slice(0, 40))}`);
  }
  const value = content?.cls ?? content?.class ?? content?.label;
  return value === undefined ? undefined : labelOf(String(value), file, synsets);
}
