import { Buffer } from "node:buffer";
import { crc32, deflateSync } from "node:zlib";

/** Channels and the number that PNG has for them. */
const colorTypes = { 1: 0, 3: 2, 4: 6 } as const;

/**
 * A PNG file of 8-bit pixels, rows from the top: grey (1 channel), RGB (3) or RGBA (4).
 *
 * Source: https://www.w3.org/TR/png-3
 */
export function encodePng(
  pixels: Uint8Array,
  width: number,
  height: number,
  channels: 1 | 3 | 4,
): Uint8Array<ArrayBuffer> {
  const row = width * channels;
  if (pixels.length !== row * height) {
    throw new TypeError(
      `encodePng: expected ${width} x ${height} x ${channels} bytes, found ${pixels.length}`,
    );
  }
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  header.setUint8(9, colorTypes[channels]);
  // Each row begins with the number of its filter: 0, none.
  const rows = new Uint8Array((row + 1) * height);
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  }
  return new Uint8Array(Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", new Uint8Array()),
  ]));
}

/** A chunk: length, type, content, checksum. */
function chunk(type: string, content: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const result = Buffer.alloc(body.length + 8);
  result.writeUInt32BE(content.length, 0);
  result.set(body, 4);
  result.writeUInt32BE(crc32(body), body.length + 4);
  return result;
}
