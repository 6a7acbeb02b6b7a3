/** Lays out scratch memory: each block starts at a multiple of 64 bytes and may be over-read by 64. */
export class Scratch {
  #bytes = 0;

  /** The offset of a new block. */
  reserve(bytes: number): number {
    const offset = this.#bytes;
    this.#bytes += Math.ceil(bytes / 64) * 64 + 64;
    return offset;
  }

  /** Bytes of all blocks. */
  get bytes(): number {
    return this.#bytes;
  }
}
