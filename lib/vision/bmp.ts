/**
 * Windows bitmaps, which libvips does not read.
 *
 * @module
 */
import { checkSize, type RgbImage } from "./image.ts";

/** Where a channel lies in a pixel's number, and its largest value. */
interface Channel {
  readonly shift: number;
  readonly most: number;
}

/** The channel of a mask of adjacent bits. */
function channelOf(mask: number): Channel {
  const shift = mask === 0 ? 0 : Math.clz32(1) - Math.clz32(mask & -mask);
  return { shift, most: mask >>> shift };
}

/** A channel's value as a byte; of fewer bits the highest is 255. */
const byteOf = (pixel: number, { shift, most }: Channel) =>
  most === 0 ? 0 : Math.floor((pixel >>> shift & most) * 255 / most);

const masksOf = {
  16: [0x7c00, 0x3e0, 0x1f],
  24: [0xff0000, 0xff00, 0xff],
  32: [0xff0000, 0xff00, 0xff],
};

/**
 * The pixels of a BMP file of 1, 4, 8, 16, 24 or 32 bits a pixel; transparency is dropped.
 *
 * @throws {SyntaxError} for a file that is cut off, too large, compressed or malformed
 */
export function decodeBmp(bytes: Uint8Array, name: string): RgbImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (found: string) =>
    new SyntaxError(`${name}: expected a whole BMP image, found ${found}`);
  if (bytes.length < 30) throw fail(`${bytes.length} bytes alone`);
  const start = view.getUint32(10, true), headerSize = view.getUint32(14, true);
  const isOld = headerSize === 12;
  if (!isOld && (headerSize < 40 || bytes.length < 14 + headerSize)) {
    throw fail(`a header of ${headerSize} bytes`);
  }
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  const signed = isOld ? view.getInt16(20, true) : view.getInt32(22, true);
  const height = Math.abs(signed);
  const bits = view.getUint16(isOld ? 24 : 28, true);
  const compression = isOld ? 0 : view.getUint32(30, true);
  checkSize(width, height, "BMP", name);
  const hasMasks = compression === 3 || compression === 6;
  if (compression !== 0 && !hasMasks) {
    throw fail("a compressed one: save it without compression");
  }
  if (![1, 4, 8, 16, 24, 32].includes(bits) || (hasMasks && bits < 16)) {
    throw fail(`${bits} bits a pixel`);
  }
  const stride = Math.ceil(width * bits / 32) * 4, palette = 14 + headerSize;
  if (start + stride * height > bytes.length || (hasMasks && bytes.length < 66)) {
    throw fail(`${bytes.length} bytes: it is cut off`);
  }
  const data = new Uint8Array(width * height * 3);
  const masks = hasMasks
    ? [54, 58, 62].map((at) => view.getUint32(at, true))
    : masksOf[bits as 16 | 24 | 32] ?? [];
  const channels = masks.map(channelOf), entry = isOld ? 3 : 4;
  const colours = bits > 8 ? 0 : Math.floor((start - palette) / entry);
  for (let y = 0, to = 0; y < height; y++) {
    const row = start + stride * (signed < 0 ? y : height - 1 - y);
    for (let x = 0; x < width; x++, to += 3) {
      if (bits <= 8) {
        const bit = x * bits,
          index = bytes[row + (bit >> 3)]! >> (8 - bits - (bit & 7)) &
            ((1 << bits) - 1);
        if (index >= colours) throw fail(`colour ${index} of a palette of ${colours}`);
        const at = palette + index * entry;
        data.set([bytes[at + 2]!, bytes[at + 1]!, bytes[at]!], to);
        continue;
      }
      const at = row + x * (bits >> 3);
      const pixel = bytes[at]! | bytes[at + 1]! << 8 |
        (bits > 16 ? bytes[at + 2]! << 16 : 0) | (bits > 24 ? bytes[at + 3]! << 24 : 0);
      for (let c = 0; c < 3; c++) data[to + c] = byteOf(pixel, channels[c]!);
    }
  }
  return { width, height, data };
}
