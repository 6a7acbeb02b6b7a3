/** Small files, folders and servers for the tests of `data/`. */
import { createHash } from "node:crypto";
import { brotliCompressSync, gzipSync } from "node:zlib";

export type Bytes = Uint8Array<ArrayBuffer>;

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
export const gzip = (bytes: Uint8Array): Bytes => new Uint8Array(gzipSync(bytes));
export const brotli = (bytes: Uint8Array): Bytes => new Uint8Array(brotliCompressSync(bytes));

/** Bytes that look random and are the same in every run. */
export function sample(length: number): Bytes {
  let state = 1;
  return Uint8Array.from({ length }, () => (state = Math.imul(state, 48271) & 0x7fffffff) >>> 8);
}

/** Runs `body` with the URL of a server on this machine that answers with `handler`. */
export async function withServer(
  handler: (request: Request) => Response | Promise<Response>,
  body: (url: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  try {
    await body(`http://127.0.0.1:${server.addr.port}/`);
  } finally {
    await server.shutdown();
  }
}

/**
 * Runs `body` with the URL of a server that has `file`, honours ranges, and breaks every connection
 * after `count` bytes of the file. `ranges` collects what was asked for.
 */
export async function withBreakingServer(
  file: Uint8Array,
  count: number,
  ranges: (string | undefined)[],
  body: (url: string) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(4096), text = new TextDecoder();
      let head = "";
      while (!head.includes("\r\n\r\n")) {
        const length = await connection.read(buffer);
        if (length === null) break;
        head += text.decode(buffer.subarray(0, length));
      }
      const range = /\r\nrange: (bytes=(\d+)-)/i.exec(head), from = Number(range?.[2] ?? 0);
      ranges.push(range?.[1]);
      const status = range ? "206 Partial Content" : "200 OK";
      const answer = `HTTP/1.1 ${status}\r\ncontent-length: ${file.length - from}\r\n` +
        `content-range: bytes ${from}-${file.length - 1}/${file.length}\r\n\r\n`;
      const writer = connection.writable.getWriter();
      await writer.write(new TextEncoder().encode(answer));
      await writer.write(file.slice(from, from + count));
      await writer.close();
    }
  })();
  try {
    await body(`http://127.0.0.1:${listener.addr.port}/`);
  } finally {
    listener.close();
    await serving;
  }
}

/** What a test puts into a tar archive; `size` is what the header claims, in octal. */
export interface TarFile {
  readonly name: string;
  readonly data: Uint8Array;
  readonly type?: string;
  readonly size?: string;
}

/** The bytes of a tar archive. */
export function tar(files: readonly TarFile[]): Bytes {
  const blocks: number[] = [];
  for (const { name, data, type = "0", size } of files) {
    const header = new Uint8Array(512), encoder = new TextEncoder();
    const put = (text: string, at: number) => header.set(encoder.encode(text), at);
    put(name, 0);
    put(size ?? data.length.toString(8).padStart(11, "0"), 124);
    put("        ", 148);
    put(type, 156);
    put("ustar\x0000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    blocks.push(...header, ...data, ...new Uint8Array(-data.length & 511));
  }
  return Uint8Array.from([...blocks, ...new Uint8Array(1024)]);
}
