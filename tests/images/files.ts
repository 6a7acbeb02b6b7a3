/** Small images, folders and archives for the tests. */
import { dirname, join } from "node:path";
import { bytesOf, pillow } from "../vision/pillow.ts";

/** Encoded images of different kinds, by name. */
export const images: ReadonlyMap<string, Uint8Array<ArrayBuffer>> = new Map(
  pillow.decoded.filter(({ name }) => /\.(jpg|png|webp)$/.test(name))
    .map(({ name, file }) => [name, bytesOf(file)]),
);

/** Writes files below a new folder, which is removed afterwards. */
export class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync();

  /** A folder with files by path. */
  constructor(files: Readonly<Record<string, Uint8Array | string>> = {}) {
    for (const [name, content] of Object.entries(files)) {
      const path = this.at(name);
      Deno.mkdirSync(dirname(path), { recursive: true });
      if (typeof content === "string") Deno.writeTextFileSync(path, content);
      else Deno.writeFileSync(path, content);
    }
  }

  /** The path of a file in it. */
  at(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** A tar archive of entries: a name, its content, and the type, "0" for a plain file. */
export function tar(
  entries: readonly (readonly [string, Uint8Array | string, string?])[],
): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder(), parts: Uint8Array[] = [];
  for (const [name, content, type = "0"] of entries) {
    const data = typeof content === "string" ? encoder.encode(content) : content;
    const header = new Uint8Array(512);
    const put = (text: string, at: number) => header.set(encoder.encode(text), at);
    put(name.slice(0, 100), 0);
    put("0000644\0", 100);
    put(`${data.length.toString(8).padStart(11, "0")}\0`, 124);
    put("        ", 148);
    put(type, 156);
    put("ustar\x0000", 257);
    const sum = header.reduce((a, b) => a + b, 0);
    put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    const padded = new Uint8Array(Math.ceil(data.length / 512) * 512);
    padded.set(data);
    parts.push(header, padded);
  }
  parts.push(new Uint8Array(1024));
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
  return bytes;
}

/** All of an async iterable. */
export async function all<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
