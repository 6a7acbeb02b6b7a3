import { isTorchLegacy, openTorchLegacy, openTorchZip } from "./pytorch.ts";
import { openCaffe } from "./caffe.ts";
import type { WeightFile } from "./weight_file.ts";
import { openKeras } from "./keras.ts";
import { openSafetensors } from "./safetensors.ts";
import { type ByteSource, openSource } from "./byte_source.ts";
import { type OpenShard, openShards, weightsIn } from "./shards.ts";
import { readZip } from "./zip.ts";
import { instance, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";

/** Settings of {@linkcode openWeights}. */
export interface OpenWeightsOptions {
  /** Breaks a download off. */
  readonly signal?: AbortSignal;
  /**
   * The most bytes of a download; by default 16 GiB where the server states a length, and 1 GiB where
   * it does not.
   */
  readonly mostBytes?: number;
}

/** The options of whatever opens a file of weights. */
export const openWeightsSchema = {
  signal: instance(AbortSignal),
  mostBytes: positiveInteger(),
} satisfies Schema<OpenWeightsOptions>;

/**
 * Opens a file of weights: safetensors, PyTorch's (.pth, .pt, .th; zip or older), Keras' (.h5,
 * .weights.h5, .keras) or Caffe's (.caffemodel). What it is, is found by content. Names, shapes and
 * types are read and checked; numbers when they are asked for. No code in a file is run.
 *
 * Weights in several files, shards, are opened by the index that names them
 * (`model.safetensors.index.json`, `pytorch_model.bin.index.json`) or the folder that has them.
 *
 * Keras and Caffe files need a package each from npm, which is fetched at that moment.
 *
 * ```ts
 * import { openWeights, saveWeights, sequential } from "@striate/striate";
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * await saveWeights(sequential([4]).dense(3, { name: "fc" }), path);
 *
 * using file = await openWeights(path);
 * for (const { name, shape, type } of file.tensors.values()) console.log(name, shape, type);
 * console.log(await file.tensors.get("fc.bias")!.read()); // Float32Array(3)
 * await Deno.remove(path);
 * ```
 *
 * @param source a path, a URL (http, https, file) or the file's bytes
 * @throws {RangeError} for a download of more bytes than may be
 * @throws {SyntaxError} if the file is malformed, cut short, or of another kind
 * @throws {Deno.errors.NotFound} if there is no such file
 * @throws {Error} if a URL cannot be had: unreachable, silent for longer than a download may be
 */
export async function openWeights(
  source: string | URL | Uint8Array,
  given: OpenWeightsOptions = {},
): Promise<WeightFile> {
  const { signal, mostBytes } = options("openWeights", given, openWeightsSchema);
  const path = await folderOf(source);
  const file = path === undefined ? source : await weightsIn(path);
  return await open(file, (name) => open(beside(file, name)));

  async function open(source: string | URL | Uint8Array, shard?: OpenShard): Promise<WeightFile> {
    const check = (head: Uint8Array) => void openerFor(head, String(source));
    const most = mostBytes === undefined ? {} : { most: mostBytes };
    const bytes = await openSource(source, { signal, check, ...most });
    try {
      const open = openerFor(await bytes.read(0, Math.min(bytes.size, 64)), bytes.where);
      return await open(bytes, shard);
    } catch (error) {
      bytes.close();
      throw error;
    }
  }
}

/** The path of a folder, where the source is one. */
async function folderOf(source: string | URL | Uint8Array): Promise<string | undefined> {
  if (typeof source !== "string") return undefined;
  const { isDirectory } = await Deno.stat(source).catch(() => ({ isDirectory: false }));
  return isDirectory ? source : undefined;
}

/** The path or URL of a file beside another. */
function beside(source: string | URL | Uint8Array, name: string): string {
  if (source instanceof Uint8Array) {
    throw new TypeError(
      "weights: expected the path or URL of an index of shards, found its bytes, which do not say " +
        "where the shards are",
    );
  }
  const isUrl = source instanceof URL || /^(file|https?):/i.test(source);
  return isUrl ? new URL(name, source).href : source.replace(/[^/\\]*$/, "") + name;
}

/** Opens an index of shards, which no shard is. */
async function openIndex(source: ByteSource, shard?: OpenShard): Promise<WeightFile> {
  if (shard !== undefined) return await openShards(source, shard);
  throw new SyntaxError(`${source.where}: expected weights, found another index of shards`);
}

/** An archive of PyTorch, or Keras' (.keras), in which the weights are an HDF5 file. */
async function openArchive(source: ByteSource): Promise<WeightFile> {
  const entries = await readZip(source);
  const [, keras] = entries.entries().find(([name]) => /^(.+\/)?model\.weights\.h5$/.test(name)) ??
    [];
  return keras === undefined ? await openTorchZip(source, entries) : await openKeras(keras);
}

/** What files of gzip, bzip2, xz, Zstandard and 7-Zip begin with. */
const packed = [
  [0x1f, 0x8b],
  [0x42, 0x5a, 0x68],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  [0x28, 0xb5, 0x2f, 0xfd],
  [0x37, 0x7a, 0xbc, 0xaf],
];

function openerFor(head: Uint8Array, where: string) {
  const begins = (...signature: readonly number[]) =>
    signature.every((byte, i) => head[i] === byte);
  // An index is JSON; a safetensors file whose length begins with that byte has zeros in it too.
  if (begins(0x7b) && head.length >= 8 && !head.subarray(0, 8).includes(0)) return openIndex;
  if (isTorchLegacy(head)) return openTorchLegacy;
  if (begins(0x50, 0x4b, 3, 4)) return openArchive;
  if (begins(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)) return openKeras;
  if (head[8] === 0x7b) return openSafetensors; // the brace of its JSON header
  const text = new TextDecoder().decode(head).trimStart();
  const isPage = /^<(!doctype|html|\?xml)/i.test(text);
  // The fields of a NetParameter that may come first: its name, and layers of either version.
  if (!isPage && (begins(0x0a) || begins(0x12) || begins(0xa2, 6))) return openCaffe;
  const found = head.length === 0
    ? "an empty file"
    : /^version https:\/\/git-lfs/.test(text)
    ? "a Git LFS pointer (fetch the file itself: git lfs pull)"
    : isPage
    ? "a web page (the address leads to no file)"
    : begins(0x80)
    ? "a pickle that torch.save did not write"
    : packed.some((signature) => begins(...signature))
    ? "a packed file (unpack it first: gzip, bzip2, xz, Zstandard or 7-Zip)"
    : begins(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)
    ? "an array of NumPy (save the weights with their names, as safetensors)"
    : `a file that begins with ${
      Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ")
    }`;
  throw new SyntaxError(
    `${where}: expected weights (safetensors, PyTorch, Keras .h5 or .caffemodel), found ${found}`,
  );
}
