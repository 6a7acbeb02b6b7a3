import { joined } from "../lib/core/dtype.ts";

/** What Deno's DecompressionStream knows, Brotli included. */
const formats = { gzip: "gzip", Brotli: "brotli" as CompressionFormat } as const;

/** A compressed format, as messages name it. */
export type Format = keyof typeof formats;

/**
 * The content of compressed bytes; undefined where it is more than `limit` bytes, of which never more
 * are held.
 *
 * @throws {TypeError} for damaged or truncated data
 */
export async function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  format: Format,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // node:zlib takes a Brotli file that is cut off for a whole one; DecompressionStream does not.
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(formats[format]));
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return joined("u8", chunks);
}

/** What the worker for Brotli is asked. */
export interface BrotliQuestion {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly limit: number;
}

/** The content, if it is not above the limit, or what is wrong with the data. */
export type BrotliAnswer =
  | { readonly content: Uint8Array<ArrayBuffer> | undefined }
  | { readonly error: string };
