import { inflateSync } from "node:zlib";
import type { Figure } from "../../lib/show/figure.ts";
import type { Trace } from "../../lib/show/figure_data.ts";

/** A picture read back from a PNG without filters, as the figures write them. */
export interface Decoded {
  width: number;
  height: number;
  channels: number;
  /** The channels of the pixel in a row and a column. */
  at(row: number, column: number): number[];
}

/** Reads a PNG of 8-bit grey, RGB or RGBA pixels, or of RGB colours in a palette. */
export function decodePng(bytes: Uint8Array): Decoded {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let width = 0, height = 0, channels = 0;
  const parts: Uint8Array[] = [];
  let palette: Uint8Array | undefined;
  for (let at = 8; at < bytes.length;) {
    const length = view.getUint32(at);
    const type = new TextDecoder().decode(bytes.subarray(at + 4, at + 8));
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") {
      [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
      channels = ({ 0: 1, 2: 3, 3: 1, 6: 4 } as Record<number, number>)[content[9]!]!;
    }
    if (type === "PLTE") palette = content;
    if (type === "IDAT") parts.push(content);
    at += length + 12;
  }
  const stride = width * channels, data = new Uint8Array(width * height * channels);
  const packed = new Uint8Array(parts.flatMap((part) => [...part]));
  const raw = new Uint8Array(inflateSync(packed));
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]!;
    const row = raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1));
    for (let i = 0; i < stride; i++) {
      const left = i < channels ? 0 : data[y * stride + i - channels]!;
      const up = y === 0 ? 0 : data[(y - 1) * stride + i]!;
      const corner = y === 0 || i < channels ? 0 : data[(y - 1) * stride + i - channels]!;
      data[y * stride + i] = row[i]! + predictor(filter, left, up, corner);
    }
  }
  return {
    width,
    height,
    channels: palette === undefined ? channels : 3,
    at: (row, column) => {
      if (palette !== undefined) {
        const color = 3 * data[row * width + column]!;
        return [...palette.subarray(color, color + 3)];
      }
      const start = (row * width + column) * channels;
      return [...data.subarray(start, start + channels)];
    },
  };
}

/** What a filter of PNG takes a byte for, from those to the left and above. */
function predictor(filter: number, left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const distances = [left, up, corner].map((value) => Math.abs(guess - value));
  const paeth = [left, up, corner][distances.indexOf(Math.min(...distances))]!;
  return [0, left, up, (left + up) >> 1, paeth][filter]!;
}

/** The picture within a figure of images. */
export function pictureIn({ data }: Figure): Decoded {
  const { source } = data[0] as Trace & { source: string };
  const [head, body] = source.split(",");
  if (head !== "data:image/png;base64") throw new Error(`expected a PNG, found ${head}`);
  return decodePng(Uint8Array.fromBase64(body!));
}
