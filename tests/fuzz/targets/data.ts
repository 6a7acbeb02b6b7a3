import { readCifarRecords, unpackRecords } from "../../../data/cifar.ts";
import { readIdx } from "../../../data/idx.ts";
import { readTar } from "../../../data/tar.ts";
import { parseSynsets } from "../../../lib/images/labels.ts";
import { webDataset } from "../../../lib/images/webdataset.ts";
import { joined } from "../../../lib/core/dtype.ts";
import { brotli, gzip } from "../../data/files.ts";
import { tar } from "../../images/files.ts";
import { mutate, pick } from "../mutate.ts";
import { type Targets, Wrong } from "../target.ts";

const images = Uint8Array.from(
  [...[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2], ...[1, 2, 3, 4, 5, 6, 7, 8]],
);
const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3]);
const records = Uint8Array.from({ length: 3073 * 2 }, (_, i) => i % 3073 === 0 ? 3 : i);

const packed = [gzip(records), brotli(records)];

const shard = tar([
  ["0001.jpg", new Uint8Array(700)],
  ["0001.cls", "3"],
  ["x/0002.png", new Uint8Array(3)],
  ["x/0002.json", '{"cls": 4}'],
  ["long", "abc/def.png\0", "L"],
  ["cut", new Uint8Array(3)],
  ["abc/def.cls", "1"],
  ["extended", "27 path=some/long/name.png\n", "x"],
  ["cut", new Uint8Array(9)],
  ["some/long/name.cls", "n01440764"],
]);

const synsets = parseSynsets("n01443537 goldfish\nn01440764 tench", "synsets");

/** Makes the sums of an archive's headers right, so that what lies behind them is read. */
function withSums(archive: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  for (let at = 0; at + 512 <= archive.length; at += 512) {
    const header = archive.subarray(at, at + 512);
    if (String.fromCharCode(...header.subarray(257, 262)) !== "ustar") continue;
    const sum = header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0);
    header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  }
  return archive;
}

export const targets: Targets = {
  idx: () =>
    Promise.resolve({
      make: (random) => mutate(random, pick(random, [images, labels])),
      async read(bytes) {
        await Promise.resolve();
        const { shape, data } = readIdx(bytes, "x");
        const size = shape.reduce((product, n) => product * n, 1);
        if (size !== data.length) throw new Wrong(`${data.length} numbers for ${size}`);
      },
    }),
  cifar: () =>
    Promise.resolve({
      make: (random) => mutate(random, pick(random, [records, tar([["a/1.bin", records]])])),
      async read(bytes) {
        const name = bytes.length % 3073 === 0 ? "x.bin" : "x.tar";
        readCifarRecords(await unpackRecords(bytes, name));
      },
    }),
  compressed: () =>
    Promise.resolve({
      // The first byte says which of the names it has.
      make(random) {
        const kind = random.integer(packed.length);
        return joined("u8", [Uint8Array.of(kind), mutate(random, packed[kind]!)]);
      },
      async read(bytes) {
        const name = bytes[0] === 0 ? "x.bin.gz" : "x.bin.br";
        readCifarRecords(await unpackRecords(bytes.slice(1), name));
      },
    }),
  tar: () =>
    Promise.resolve({
      make: (random) => withSums(mutate(random, shard)),
      async read(bytes) {
        const files = await Array.fromAsync(readTar(new Blob([bytes]).stream(), "t"));
        for (const { name } of files) {
          if (name.startsWith("/") || name.split("/").includes("..")) throw new Wrong(name);
        }
      },
    }),
  async webdataset() {
    const path = `${await Deno.makeTempDir({ prefix: "striate-fuzz-" })}/s.tar`;
    return {
      make: (random) => withSums(mutate(random, shard)),
      async read(bytes) {
        await Deno.writeFile(path, bytes);
        for await (const { label, className, read } of webDataset([path], synsets).images()) {
          // Of a class by a name that is in no list, the name alone is known.
          const isNamed = Number.isNaN(label) && className !== undefined;
          const isLabel = Number.isSafeInteger(label) && label >= 0;
          if (!isLabel && !isNamed) throw new Wrong(`the label ${label}`);
          await read();
        }
      },
    };
  },
};
