import { ByteReader } from "./byte_reader.ts";

/** A file in an archive. */
export interface TarEntry {
  /** Its path in the archive. It is only a name: nothing is ever written there. */
  readonly name: string;
  /** Its bytes, which may be a view of the archive's. */
  readonly data: Uint8Array<ArrayBuffer>;
}

const block = 512;
/** A file that is larger than this is refused before it is read. */
const largest = 256 * 2 ** 20;
const text = new TextDecoder();

/**
 * The plain files of a tar archive as it arrives, one at a time: never more than one is in memory.
 * Folders and links are passed over. Long names (GNU, POSIX.1-2001) are understood; those that are
 * absolute or climb by `..` are refused.
 *
 * @throws {SyntaxError} for a malformed, truncated or hostile archive
 */
export async function* readTar(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  name: string,
): AsyncGenerator<TarEntry> {
  const reader = new ByteReader(stream);
  const take = async (length: number) => {
    const at = reader.position, bytes = await reader.read(length);
    if (bytes.length === length) return bytes;
    throw new SyntaxError(
      `${name}: expected ${length} bytes at byte ${at}, found ${bytes.length}: the archive is cut off`,
    );
  };
  let longName: string | undefined;
  try {
    while (true) {
      const position = reader.position, header = await take(block);
      if (header.every((byte) => byte === 0)) return;
      const size = sizeIn(header, name, position);
      checkSum(header, name, position);
      const data = (await take(Math.ceil(size / block) * block)).subarray(0, size);
      const type = String.fromCharCode(header[156]!);
      if (type === "L" || type === "x") {
        longName = longNameOf(type, data) ?? longName;
        continue;
      }
      const path = longName ?? nameIn(header);
      longName = undefined;
      if (type !== "0" && type !== "\0") continue;
      checkPath(path, name);
      yield { name: path, data };
    }
  } finally {
    await reader.cancel();
  }
}

/** The text of a header field, up to its first zero byte. */
function field(header: Uint8Array, start: number, length: number): string {
  const bytes = header.subarray(start, start + length), end = bytes.indexOf(0);
  return text.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function nameIn(header: Uint8Array): string {
  const path = field(header, 0, 100), prefix = field(header, 345, 155);
  return field(header, 257, 6) === "ustar" && prefix ? `${prefix}/${path}` : path;
}

/** An octal number; NaN, which fits no comparison, for anything else. */
function octal(digits: string): number {
  const trimmed = digits.trim();
  return /^[0-7]+$/.test(trimmed) ? parseInt(trimmed, 8) : NaN;
}

/** The size that a header states. */
function sizeIn(header: Uint8Array, name: string, position: number): number {
  const digits = field(header, 124, 12), size = octal(digits);
  if (size <= largest) return size;
  throw new SyntaxError(
    `${name}: expected a tar header with a file of at most ${largest} bytes at byte ${position}, ` +
      `found the size ${JSON.stringify(digits)}: the archive is damaged or no tar file`,
  );
}

/** A header holds the sum of its bytes, in which the sum's own eight count as spaces. */
function checkSum(header: Uint8Array, name: string, position: number): void {
  const expected = octal(field(header, 148, 8));
  let sum = 0;
  header.forEach((byte, i) => sum += i >= 148 && i < 156 ? 32 : byte);
  if (sum === expected) return;
  throw new SyntaxError(
    `${name}: expected a tar header at byte ${position}, found other bytes (their sum is ${sum}, not ` +
      `${Number.isNaN(expected) ? "stated" : expected})`,
  );
}

/** The name of the next file, which did not fit its header. */
function longNameOf(type: "L" | "x", bytes: Uint8Array): string | undefined {
  const content = text.decode(bytes);
  if (type === "L") return content.replace(/\0+$/, "");
  // Records "LENGTH key=value\n".
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content)?.[1];
}

/** Nothing is ever written by these names, but one that tries to leave its folder is not honest. */
function checkPath(path: string, name: string): void {
  const absolute = /^([/\\]|[a-z]:)/i.test(path);
  if (path !== "" && !absolute && !path.split(/[/\\]/).includes("..")) return;
  throw new SyntaxError(
    `${name}: expected a relative path without "..", found ${JSON.stringify(path)}; the archive ` +
      "is refused",
  );
}
