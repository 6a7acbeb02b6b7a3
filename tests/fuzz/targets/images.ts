import { crc32 } from "node:zlib";
import type { Random } from "../../../lib/core/random.ts";
import { decodeImage } from "../../../lib/vision/decode.ts";
import { images } from "../../images/files.ts";
import { mutate, pick } from "../mutate.ts";
import { type Targets, Wrong } from "../target.ts";

const good = [...images.values()];
const sides = [0, 1, 2, 0xffff, 0x10000, 100_000_000, 0x7fffffff, 0xffffffff];

/** A PNG that promises other sides, with a right checksum. */
function otherSides(random: Random, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer);
  if (bytes.length < 33 || view.getUint32(0) !== 0x89504e47) return bytes;
  for (const at of [16, 20]) {
    if (random.integer(2) === 0) view.setUint32(at, pick(random, sides));
  }
  view.setUint32(29, crc32(bytes.subarray(12, 29)));
  return bytes;
}

export const targets: Targets = {
  images: () =>
    Promise.resolve({
      make(random) {
        const bytes = mutate(random, pick(random, good));
        return random.integer(4) === 0 ? otherSides(random, bytes) : bytes;
      },
      async read(bytes) {
        const { width, height, data } = await decodeImage(bytes);
        if (data.length !== width * height * 3) {
          throw new Wrong(`${data.length} bytes for ${width} x ${height}`);
        }
      },
    }),
};
