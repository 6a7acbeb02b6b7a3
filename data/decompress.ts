import { joined } from "../lib/core/dtype.ts";

/** What Deno's DecompressionStream knows, Brotli included. */
const formats = { gzip: "gzip", Brotli: "brotli" as CompressionFormat } as const;

/**
 * The content of a file that is gzip (known by its first bytes), Brotli (known by its name, `.br`)
 * or plain. Never holds more than `limit` bytes of it, whatever the file claims.
 *
 * @throws {SyntaxError} for damaged or truncated data, or content above the limit
 */
export async function decompress(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (gzip || name.endsWith(".br")) {
    return await inflate(bytes, gzip ? "gzip" : "Brotli", name, limit);
  }
  if (bytes.length > limit) throw tooLarge(name, limit);
  return bytes;
}

// node:zlib takes a Brotli file that is cut off for a whole one; DecompressionStream does not.
async function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  format: keyof typeof formats,
  name: string,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(formats[format]));
    for await (const chunk of stream) {
      length += chunk.length;
      if (length > limit) throw tooLarge(name, limit);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new SyntaxError(
      `${name}: expected ${format} data, found a damaged or truncated file (${reason}); get it again`,
      { cause: error },
    );
  }
  return joined("u8", chunks);
}

function tooLarge(name: string, limit: number): SyntaxError {
  return new SyntaxError(`${name}: expected at most ${limit} bytes of content, found more`);
}
