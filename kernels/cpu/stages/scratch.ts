/**
 * Bytes behind each block of memory that may be read: a vector may begin with its last element, a panel
 * of 32 columns with the last column of a matrix.
 */
export const slack = 128;

/** Lays out scratch memory: each block starts at a multiple of 64 bytes and has slack behind it. */
export class Scratch {
  #bytes = 0;

  /** The offset of a new block. */
  reserve(bytes: number): number {
    const offset = this.#bytes;
    this.#bytes += Math.ceil(bytes / 64) * 64 + slack;
    return offset;
  }

  /** Bytes of all blocks. */
  get bytes(): number {
    return this.#bytes;
  }
}
