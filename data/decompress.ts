import { brotliDecompressSync } from "node:zlib";

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
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return await gunzip(bytes, name, limit);
  if (name.endsWith(".br")) return unbrotli(bytes, name, limit);
  if (bytes.length > limit) throw tooLarge(name, limit);
  return bytes;
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>, name: string, limit: number) {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    for await (const chunk of stream) {
      length += chunk.length;
      if (length > limit) throw tooLarge(name, limit);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw error;
    throw damaged(name, "gzip", error);
  }
  const content = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    content.set(chunk, offset);
    offset += chunk.length;
  }
  return content;
}

function unbrotli(bytes: Uint8Array, name: string, limit: number): Uint8Array<ArrayBuffer> {
  try {
    const content = brotliDecompressSync(bytes, { maxOutputLength: limit });
    return new Uint8Array(content.buffer as ArrayBuffer, content.byteOffset, content.byteLength);
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(name, limit);
    throw damaged(name, "Brotli", error);
  }
}

function tooLarge(name: string, limit: number): SyntaxError {
  return new SyntaxError(`${name}: expected at most ${limit} bytes of content, found more`);
}

function damaged(name: string, format: string, cause: unknown): SyntaxError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SyntaxError(
    `${name}: expected ${format} data, found a damaged or truncated file (${reason}); get it again`,
    { cause },
  );
}
