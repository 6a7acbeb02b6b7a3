import type { ByteImage } from "../vision/image.ts";

/** A value for each byte, made by a function. */
export const tableOf = (value: (byte: number) => number): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) => value(byte));

/** An image whose bytes are looked up in a table, or in one for each channel. */
export function lookUp(
  { width, height, data }: ByteImage,
  ...tables: readonly Uint8Array[]
): ByteImage {
  const result = new Uint8Array(data.length), step = tables.length;
  for (let c = 0; c < step; c++) {
    const table = tables[c]!;
    for (let i = c; i < data.length; i += step) result[i] = table[data[i]!]!;
  }
  return { width, height, data: result };
}
