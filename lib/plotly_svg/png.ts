/**
 * Pixels as PNG files (ISO/IEC 15948).
 *
 * @module
 */
import { crc32, deflateSync } from "node:zlib";

/** Values per pixel: grey, red-green-blue, or red-green-blue with opacity. */
export type Channels = 1 | 3 | 4;

const colorTypes = { 1: 0, 3: 2, 4: 6 } as const;

/**
 * A picture of 8-bit pixels, row by row from the top, as a PNG file.
 *
 * @throws {TypeError} if the pixels are not as many as the size says.
 */
export function encodePng(
  pixels: ArrayLike<number>,
  width: number,
  height: number,
  channels: Channels,
): Uint8Array<ArrayBuffer> {
  const stride = width * channels;
  if (!(width > 0 && height > 0) || pixels?.length !== stride * height) {
    throw new TypeError(
      `encodePng: pixels: expected ${height} x ${width} x ${channels}, found ${
        pixels?.length ?? "no"
      } values`,
    );
  }
  return pngFile(width, height, colorTypes[channels], [
    ["IDAT", compressed(Uint8Array.from(pixels), stride, channels)],
  ]);
}

/** The same as a `data:` URL, which stands within a picture. */
export function pngUrl(
  pixels: ArrayLike<number>,
  width: number,
  height: number,
  channels: Channels,
): string {
  return `data:image/png;base64,${encodePng(pixels, width, height, channels).toBase64()}`;
}

/** A PNG file of chunks, between its header and its end. */
export function pngFile(
  width: number,
  height: number,
  colorType: number,
  chunks: readonly (readonly [type: string, body: Uint8Array])[],
): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, colorType], 8);
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    ...chunks.map(([type, body]) => chunk(type, body)),
    chunk("IEND", new Uint8Array()),
  ];
  const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    file.set(part, offset);
    offset += part.length;
  }
  return file;
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(body, 8);
  view.setUint32(8 + body.length, crc32(bytes.subarray(4, 8 + body.length)));
  return bytes;
}

/** The rows with no filter, or each less the one above: drawings favour one, photographs the other. */
function compressed(pixels: Uint8Array, stride: number, channels: number): Uint8Array {
  const plain = deflateSync(filtered(pixels, stride, channels, 0), { level: 9 });
  const paeth = deflateSync(filtered(pixels, stride, channels, 4), { level: 9 });
  return paeth.length < plain.length ? paeth : plain;
}

function filtered(pixels: Uint8Array, stride: number, channels: number, filter: 0 | 4): Uint8Array {
  const height = pixels.length / stride;
  const rows = new Uint8Array(height * (stride + 1));
  for (let y = 0; y < height; y++) {
    const row = y * (stride + 1);
    rows[row] = filter;
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      let guess = 0;
      if (filter === 4) {
        const left = x < channels ? 0 : pixels[at - channels]!;
        const up = y === 0 ? 0 : pixels[at - stride]!;
        const corner = x < channels || y === 0 ? 0 : pixels[at - stride - channels]!;
        guess = paethOf(left, up, corner);
      }
      rows[row + 1 + x] = pixels[at]! - guess;
    }
  }
  return rows;
}

/** Whichever of three neighbours is nearest to left + up - corner. */
function paethOf(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
}

/** The width and height that a PNG file in a `data:` URL or in bytes says it has. */
export function pngSize(png: string | Uint8Array): { width: number; height: number } | undefined {
  let bytes: Uint8Array;
  if (typeof png === "string") {
    const start = png.indexOf("base64,");
    if (!png.startsWith("data:image/png") || start < 0) return undefined;
    // 24 bytes, hence 32 characters, hold the signature and the size.
    bytes = Uint8Array.fromBase64(png.slice(start + 7, start + 39));
  } else bytes = png;
  if (bytes.length < 24 || bytes[1] !== 0x50) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
