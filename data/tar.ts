/** A file in an archive. */
export interface TarEntry {
  /** Its path in the archive. It is only a name: nothing is ever written there. */
  readonly name: string;
  /** Its bytes: a view of the archive's. */
  readonly data: Uint8Array<ArrayBuffer>;
}

const block = 512;
const text = new TextDecoder();

/**
 * The plain files of a tar archive (POSIX.1-1988 "ustar" and GNU tar), in order. Folders, links and
 * extended headers are passed over. Sizes are checked against the bytes that are there.
 *
 * @throws {SyntaxError} for a header with a wrong checksum, or a file that is cut off
 */
export function* readTar(bytes: Uint8Array<ArrayBuffer>, name: string): Generator<TarEntry> {
  for (let offset = 0; offset + block <= bytes.length;) {
    const header = bytes.subarray(offset, offset + block);
    if (header.every((byte) => byte === 0)) return;
    checkHeader(header, offset, name);
    const path = field(header, 0, 100), prefix = field(header, 345, 155);
    const size = octal(field(header, 124, 12));
    const start = offset + block;
    if (!(start + size <= bytes.length)) {
      throw new SyntaxError(
        `${name}: expected ${size} bytes of ${path} at byte ${start}, found ${
          bytes.length - start
        }: the archive is truncated or damaged`,
      );
    }
    const type = String.fromCharCode(header[156]!);
    if (type === "0" || type === "\0") {
      const ustar = field(header, 257, 6) === "ustar";
      yield {
        name: ustar && prefix ? `${prefix}/${path}` : path,
        data: bytes.subarray(start, start + size),
      };
    }
    offset = start + Math.ceil(size / block) * block;
  }
  throw new SyntaxError(
    `${name}: expected two empty blocks at the end of a tar archive, found none`,
  );
}

/** The text of a header field, up to its first zero byte. */
function field(header: Uint8Array, start: number, length: number): string {
  const bytes = header.subarray(start, start + length), end = bytes.indexOf(0);
  return text.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** An octal number; NaN, which fits no comparison, for anything else. */
function octal(digits: string): number {
  const trimmed = digits.trim();
  return /^[0-7]+$/.test(trimmed) ? parseInt(trimmed, 8) : NaN;
}

/** A header holds the sum of its bytes, in which the sum's own eight count as spaces. */
function checkHeader(header: Uint8Array, offset: number, name: string): void {
  const expected = octal(field(header, 148, 8));
  let sum = 0;
  header.forEach((byte, i) => sum += i >= 148 && i < 156 ? 32 : byte);
  if (sum === expected) return;
  throw new SyntaxError(
    `${name}: expected a tar header at byte ${offset}, found other bytes (their sum is ${sum}, not ` +
      `${Number.isNaN(expected) ? "stated" : expected})`,
  );
}
