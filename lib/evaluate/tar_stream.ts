import { readTar, type TarEntry } from "../../data/tar.ts";
import { ByteReader } from "./byte_stream.ts";

const block = 512;
/** A file of an image archive that is larger than this is refused before it is read. */
const largest = 256 * 2 ** 20;

const padded = (size: number) => Math.ceil(size / block) * block;

/**
 * The plain files of a tar archive as it arrives, one at a time: never more than one is in memory.
 * Long names (GNU, POSIX.1-2001) are understood. Names that are absolute or climb by `..` are refused.
 *
 * @throws {SyntaxError} for a malformed, truncated or hostile archive
 */
export async function* readTarStream(
  stream: ReadableStream<Uint8Array>,
  name: string,
): AsyncGenerator<TarEntry> {
  const reader = new ByteReader(stream);
  let longName: string | undefined;
  try {
    while (true) {
      const position = reader.position, header = await reader.read(block);
      const ended = header.length === block && header.every((byte) => byte === 0);
      if (ended) return;
      if (header.length < block) throw truncated(name, block, position, header.length);
      const size = sizeIn(header, name, position);
      const content = await reader.read(padded(size));
      if (content.length < padded(size)) {
        throw truncated(name, padded(size), position + block, content.length);
      }
      // An archive of this one file, with its end marked: the reader of whole archives checks it.
      const one = new Uint8Array(block + padded(size) + 2 * block);
      one.set(header);
      one.set(content, block);
      const type = String.fromCharCode(header[156]!);
      const [entry] = readTar(one, `${name} at byte ${position}`);
      if (type === "L" || type === "x") {
        longName = longNameOf(type, one.subarray(block, block + size)) ?? longName;
      } else {
        if (entry !== undefined) {
          const path = longName ?? entry.name;
          checkPath(path, name);
          yield { name: path, data: entry.data };
        }
        longName = undefined;
      }
    }
  } finally {
    await reader.cancel();
  }
}

/** The size that a header states. The octal digits are checked again with the rest of the header. */
function sizeIn(header: Uint8Array, name: string, position: number): number {
  const digits = String.fromCharCode(...header.subarray(124, 136)).replace(/\0.*$/s, "").trim();
  const size = /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : NaN;
  if (size <= largest) return size;
  throw new SyntaxError(
    `${name}: expected a tar header with a file of at most ${largest} bytes at byte ${position}, ` +
      `found the size ${
        JSON.stringify(digits.slice(0, 12))
      }: the archive is damaged or no tar file`,
  );
}

function truncated(name: string, wanted: number, position: number, found: number): SyntaxError {
  return new SyntaxError(
    `${name}: expected ${wanted} bytes at byte ${position}, found ${found}: the archive is cut off`,
  );
}

/** The name of the next file, which did not fit its header. */
function longNameOf(type: "L" | "x", bytes: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(bytes);
  if (type === "L") return text.replace(/\0+$/, "");
  // Records "LENGTH key=value\n".
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text)?.[1];
}

/** Nothing is ever written by these names, but one that tries to leave its folder is not honest. */
function checkPath(path: string, name: string): void {
  const absolute = /^([/\\]|[a-z]:)/i.test(path);
  if (path !== "" && !absolute && !path.split(/[/\\]/).includes("..")) return;
  throw new SyntaxError(
    `${name}: expected a relative path without "..", found ${
      JSON.stringify(path)
    }; the archive is refused`,
  );
}
