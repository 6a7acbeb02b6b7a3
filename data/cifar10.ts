/**
 * CIFAR-10, from the official archive or from a mirror's files of records.
 *
 * @module
 */
import { basename, join } from "node:path";
import { options } from "../lib/core/options.ts";
import type { Dataset } from "../lib/train/dataset.ts";
import {
  type CacheOptions,
  mirrorOf,
  type PublishedFile,
  readPublished,
} from "../lib/core/cache.ts";
import { type NamedBytes, readCifarRecords, unpackRecords } from "./cifar.ts";
import { isPublished, sha256, sha256Of, wrongChecksum } from "../lib/core/download.ts";
import { type LoadOptions, loadSchema, type Part, type Parts } from "./parts.ts";

const folder = "cifar10";

const archive: PublishedFile = {
  folder,
  file: "cifar-10-binary.tar.gz",
  url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
  bytes: 170052171,
  digest: sha256("c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
};

/** The archive's files in each part. */
const members: Readonly<Record<Part, readonly string[]>> = {
  train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
  test: ["test_batch.bin"],
};

/** A file of records that a mirror may have instead of the archive. */
interface RecordFile {
  readonly name: string;
  /** The SHA-256 of the records, however they are compressed. */
  readonly sha256: string;
  /** The length and SHA-256 of the Brotli file. */
  readonly brotli: readonly [number, string];
}

/** 20,000 of the training images and 5,000 of the test images, in another order. */
const subset: Readonly<Record<Part, readonly RecordFile[]>> = {
  train: [
    {
      name: "train_1.bin",
      sha256: "45e47a5c6cb48bfe534904cb262b32fa4b08e61c9b34acdf5164a4deb3e4df31",
      brotli: [12107147, "a388402daa4fa365b7bd74c4f2fdd525212f92b0b359ba878ab83393230ff567"],
    },
    {
      name: "train_2.bin",
      sha256: "1bfc3850df88ca8de2fa561e15710134933e2c2be2e9e0b0d7f64a17d52e7655",
      brotli: [12100513, "1f03302f4980bbb6ef899fd8384a8fd9336bdb9ae2518ab43080251616bfae2c"],
    },
    {
      name: "train_3.bin",
      sha256: "8235b17271353f5680f2f17c3d5a5cc17176b632b4d07312636d2eb9b195118f",
      brotli: [12099452, "7b1859d0b5df522d797cbfcf8ccde70cf960e2145c900e365c76bf8f2b97bf17"],
    },
    {
      name: "train_4.bin",
      sha256: "27f6a2ec66ba1d56f6db49faa81bb88faa70d4e126d9acc695d48832ccf8c39d",
      brotli: [12104713, "f6ba662eb55d2e6f0e5d154860ed5f4881313b3c6fe2e1e3ea52fe2e423fac65"],
    },
  ],
  test: [
    {
      name: "test_a.bin",
      sha256: "190d20802f3d5327fbc486a482d643d46ad3b7ae20cb00139e1c746bdafaa0b0",
      brotli: [12124814, "b7111e16f715581ea83657e9ba31eb6f1f4d1eab87a82b0250e69be1145c3e08"],
    },
  ],
};

/**
 * CIFAR-10 (Krizhevsky 2009): 50,000 and 10,000 colour images of ten classes, [32, 32, 3] uint8.
 * 170 MB, downloaded once into the cache folder and checked by SHA-256.
 *
 * A mirror without the official archive may have `train_1.bin` to `train_4.bin` and `test_a.bin`,
 * plain or as `.gz` or `.br` (over HTTP: `.br`), a known selection of 20,000 and 5,000 images; those
 * are then used, and the lengths of the data sets say so.
 *
 * ```ts ignore
 * import { cifar10 } from "@striate/striate";
 *
 * const { train, test } = await cifar10();
 * console.log(train.length, test.length); // 50000 10000
 * ```
 *
 * @throws {ChecksumError} where a file is not the published one; and whatever a download throws
 */
export async function cifar10<P extends Part = Part>(
  given: LoadOptions<P> = {},
): Promise<Parts<P>> {
  const { parts, ...cache } = options(folder, given, loadSchema);
  const result: Partial<Record<Part, Dataset>> = {};
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  try {
    bytes = await readPublished(archive, cache);
  } catch (error) {
    const mirror = mirrorOf(cache);
    const mirrored = mirror.folder !== undefined || mirror.url !== undefined;
    if (!mirrored || !(error instanceof Deno.errors.NotFound)) throw error;
  }
  const unpacked = bytes && await unpackRecords(bytes, archive.file);
  for (const part of parts) {
    result[part] = readCifarRecords(
      unpacked ? pick(unpacked, members[part]) : await readSubset(subset[part], cache),
    );
  }
  return result as Parts<P>;
}

/** The named files of the archive. */
function pick(files: readonly NamedBytes[], names: readonly string[]): NamedBytes[] {
  return names.map((name) => {
    const file = files.find((file) => basename(file.name) === name);
    if (file) return file;
    throw new SyntaxError(`${archive.file}: expected a file ${name}, found none`);
  });
}

async function readSubset(files: readonly RecordFile[], cache: CacheOptions) {
  const result: NamedBytes[] = [];
  for (const file of files) {
    const [path, bytes] = await readRecordFile(file, cache);
    const [records] = await unpackRecords(bytes, path);
    const found = sha256Of(records!.data), expected = { digest: sha256(file.sha256) };
    if (!isPublished(found, expected)) throw wrongChecksum(path, expected, found);
    result.push(records!);
  }
  return result;
}

/** A record file in any form that a mirror's folder has it in; else its Brotli form. */
async function readRecordFile(file: RecordFile, cache: CacheOptions) {
  const mirror = mirrorOf(cache);
  if (mirror.folder !== undefined) {
    for (const suffix of ["", ".gz"]) {
      const path = join(mirror.folder, folder, file.name + suffix);
      try {
        return [path, await Deno.readFile(path)] as const;
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }
  const name = `${file.name}.br`, [bytes, hex] = file.brotli;
  const published = { folder, file: name, url: archive.url, bytes, digest: sha256(hex) };
  try {
    return [name, await readPublished(published, cache)] as const;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(
      `${folder}: expected ${archive.file}, or ${file.name} (plain, .gz or .br), in the mirror ` +
        `${mirror.folder ?? mirror.url}, found neither; unset STRIATE_MIRROR to download the ` +
        "archive",
      { cause: error },
    );
  }
}
