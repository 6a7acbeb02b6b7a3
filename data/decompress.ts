import { unreadable } from "../lib/core/worker.ts";
import { type BrotliAnswer, type BrotliQuestion, type Format, inflate } from "./inflate.ts";

/**
 * The content of a file that is gzip (known by its first bytes), Brotli (known by its name, `.br`)
 * or plain. Never holds more than `limit` bytes of it, whatever the file claims.
 *
 * @throws {SyntaxError} for damaged or truncated data, or content above the limit
 * @throws {Deno.errors.NotCapable} for Brotli where the worker that reads it may not be loaded
 */
export async function decompress(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const content = bytes[0] === 0x1f && bytes[1] === 0x8b
    ? await named(name, "gzip", inflate(bytes, "gzip", limit))
    : name.endsWith(".br")
    ? await named(name, "Brotli", inflateApart(bytes, limit))
    : bytes;
  if (content === undefined || content.length > limit) {
    throw new SyntaxError(`${name}: expected at most ${limit} bytes of content, found more`);
  }
  return content;
}

/** Has what is wrong with the data name the file. */
async function named<T>(name: string, format: Format, content: Promise<T>): Promise<T> {
  try {
    return await content;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new SyntaxError(
      `${name}: expected ${format} data, found a damaged or truncated file (${error.message}); get it again`,
      { cause: error },
    );
  }
}

/** The content of Brotli data, by a worker that ends with it. */
async function inflateApart(
  bytes: Uint8Array<ArrayBuffer>,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const folder = unreadable(new URL("..", import.meta.url));
  if (folder !== undefined) {
    throw new Deno.errors.NotCapable(
      `the worker that reads Brotli may not read ${folder}; run with --allow-read=${folder}`,
    );
  }
  const worker = new Worker(new URL("./brotli_worker.ts", import.meta.url), { type: "module" });
  try {
    const answer = await new Promise<BrotliAnswer>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`the worker that reads Brotli failed: ${event.message}`));
      };
      worker.postMessage({ bytes, limit } satisfies BrotliQuestion);
    });
    if ("error" in answer) throw new TypeError(answer.error);
    return answer.content;
  } finally {
    worker.terminate();
  }
}
