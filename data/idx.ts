import { instance } from "../lib/core/option_kinds.ts";

/** The content of an idx file: unsigned bytes with a shape. */
export interface IdxArray {
  /** The sizes of the axes, outermost first. */
  readonly shape: readonly number[];
  /** The values, row-major: a view of the file's bytes. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * Reads an idx file of unsigned bytes, the format of MNIST: two zero bytes, the type (8), the number
 * of axes, the size of each as a big-endian word, then the values. Nothing is allocated: the sizes
 * must agree with the bytes that are there.
 *
 * Source: http://yann.lecun.com/exdb/mnist/ (Y. LeCun, C. Cortes, C. Burges).
 *
 * ```ts
 * import { readIdx } from "@striate/striate";
 *
 * const bytes = new Uint8Array([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]);
 * console.log(readIdx(bytes, "labels").data); // Uint8Array [ 7, 2, 1 ]
 * ```
 *
 * @throws {TypeError} for what are no bytes
 * @throws {SyntaxError} for another magic number or type, and for a truncated or oversized file
 */
export function readIdx(bytes: Uint8Array<ArrayBuffer>, name: string): IdxArray {
  instance(Uint8Array<ArrayBuffer>).read(bytes, "readIdx: bytes");
  const [zero0, zero1, type, rank] = bytes;
  if (bytes.length < 4 || zero0 !== 0 || zero1 !== 0) {
    const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0"));
    throw new SyntaxError(
      `${name}: expected an idx file, which begins with 00 00 08, found ` +
        `${start.join(" ") || "no bytes"}`,
    );
  }
  if (type !== 8) {
    throw new SyntaxError(
      `${name}: expected an idx file of unsigned bytes (type 8), found type ${type}`,
    );
  }
  const header = 4 + 4 * rank!;
  if (rank! < 1 || bytes.length < header) {
    throw new SyntaxError(
      `${name}: expected an idx header of at least 1 axis (${header} bytes for ${rank}), found ` +
        `${bytes.length} bytes`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, header);
  const shape = Array.from({ length: rank! }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, length) => product * length, 1);
  if (header + size !== bytes.length) {
    throw new SyntaxError(
      `${name}: expected ${header + size} bytes, as its header says ([${shape.join(", ")}]), ` +
        `found ${bytes.length}: the file is ` +
        `${bytes.length < header + size ? "truncated" : "too long"}`,
    );
  }
  return { shape, data: bytes.subarray(header) };
}
