/**
 * The binary records of CIFAR-10: a label byte, then 1024 red, 1024 green and 1024 blue bytes.
 *
 * @module
 */
import { basename } from "node:path";
import { listOf, text } from "../lib/core/option_kinds.ts";
import type { Normalization } from "../lib/core/preprocessing.ts";
import { arrayDataset } from "../lib/train/array_dataset.ts";
import type { Dataset } from "../lib/train/dataset.ts";
import { decompress } from "./decompress.ts";
import { readTar } from "./tar.ts";

const pixels = 32 * 32;
const recordBytes = 1 + 3 * pixels;
/** An official file has 10,000 records, the archive 60,000; above this a file is not read. */
const maximumBytes = 1e5 * recordBytes;

/** The names of the ten classes, by label. */
export const cifar10Classes: readonly string[] = [
  ...["airplane", "automobile", "bird", "cat", "deer"],
  ...["dog", "frog", "horse", "ship", "truck"],
];

/** The mean and standard deviation of the 50,000 training images. */
const normalization: Normalization = {
  mean: [0.4914, 0.4822, 0.4465],
  standardDeviation: [0.247, 0.2435, 0.2616],
};

/** The bytes of a file of records, under the name that errors give. */
export interface NamedBytes {
  /** The file's name. */
  readonly name: string;
  /** Its content, decompressed. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * Images, [32, 32, 3] uint8, from files of binary records, in order. The planes of a record become
 * the channels of a pixel (NHWC).
 *
 * @throws {SyntaxError} for a file that is empty or no whole number of records, or a label above 9
 */
export function readCifarRecords(files: readonly NamedBytes[]): Dataset {
  for (const { name, data } of files) {
    if (data.length > 0 && data.length % recordBytes === 0) continue;
    throw new SyntaxError(
      `${name}: expected records of ${recordBytes} bytes, found ${data.length} bytes: ` +
        `${Math.floor(data.length / recordBytes)} records and ${data.length % recordBytes} bytes ` +
        "more; the file is truncated or of another kind",
    );
  }
  const count = files.reduce((sum, { data }) => sum + data.length / recordBytes, 0);
  const images = new Uint8Array(count * 3 * pixels), labels = new Int32Array(count);
  let index = 0;
  for (const { name, data } of files) {
    for (let start = 0; start < data.length; start += recordBytes) {
      const label = data[start]!;
      if (label > 9) {
        throw new SyntaxError(
          `${name}: expected a label from 0 to 9, found ${label} in record ${start / recordBytes}`,
        );
      }
      labels[index] = label;
      let to = index++ * 3 * pixels;
      for (let red = start + 1; red <= start + pixels; red++) {
        images[to++] = data[red]!;
        images[to++] = data[red + pixels]!;
        images[to++] = data[red + 2 * pixels]!;
      }
    }
  }
  return arrayDataset({
    inputs: { data: images, shape: [32, 32, 3] },
    targets: labels,
    classes: cifar10Classes,
    normalization,
  });
}

/** The record files (`*.bin`) inside the bytes of an archive or of a single file. */
export async function unpackRecords(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
): Promise<NamedBytes[]> {
  const data = await decompress(bytes, name, maximumBytes);
  if (!/\.(tar|tar\.gz|tgz|tar\.br)$/.test(name)) return [{ name, data }];
  const files: NamedBytes[] = [];
  for await (const entry of readTar(ReadableStream.from([data]), name)) {
    if (!entry.name.endsWith(".bin")) continue;
    files.push({ name: `${name}/${basename(entry.name)}`, data: entry.data });
  }
  if (files.length === 0) throw new SyntaxError(`${name}: expected .bin files, found none`);
  return files;
}

/**
 * Images from your own files of CIFAR-10 records: each plain, gzip (`.gz`), Brotli (`.br`), or a
 * `.tar` archive of them, plain or compressed, of which all `.bin` files are taken.
 *
 * ```ts ignore
 * import { cifarFiles } from "@striate/striate";
 *
 * const train = await cifarFiles(["train_1.bin.br", "train_2.bin.gz"]);
 * ```
 *
 * @throws {SyntaxError} for damaged, truncated or malformed files, named in the message
 * @throws {Deno.errors.NotFound} for a file that is not there; {TypeError} for a folder
 */
export async function cifarFiles(paths: readonly string[]): Promise<Dataset> {
  listOf(text()).read(paths, "cifarFiles: paths");
  if (paths.length === 0) throw new RangeError("cifarFiles: expected at least 1 file, found none");
  const files: NamedBytes[] = [];
  for (const path of paths) {
    const { size, isDirectory } = await Deno.stat(path).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new Deno.errors.NotFound(`there is no file ${path} with records of CIFAR-10`);
    });
    if (isDirectory) throw new TypeError(`${path}: expected a file of records, found a folder`);
    if (size > maximumBytes) {
      throw new SyntaxError(`${path}: expected at most ${maximumBytes} bytes, found ${size}`);
    }
    files.push(...await unpackRecords(await Deno.readFile(path), path));
  }
  return readCifarRecords(files);
}
