import { joined } from "../lib/core/dtype.ts";

/** Reads exact numbers of bytes from a stream of chunks, holding no more than it must. */
export class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #chunk = new Uint8Array(0);
  /** The number of bytes that were read. */
  position = 0;

  /** A reader from the beginning of a stream. */
  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.getReader();
  }

  /** The next `length` bytes; fewer where the stream ends. They may be a view of the stream's. */
  async read(length: number): Promise<Uint8Array<ArrayBuffer>> {
    // Grows with what arrives: a header can promise more than there is.
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let found = 0;
    while (found < length && await this.#fill()) {
      const part = this.#chunk.subarray(0, length - found);
      this.#chunk = this.#chunk.subarray(part.length);
      parts.push(part);
      found += part.length;
    }
    this.position += found;
    return parts.length === 1 ? parts[0]! : joined("u8", parts);
  }

  /** Whether there is another byte. */
  async #fill(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const { done, value } = await this.#reader.read();
      if (done) return false;
      this.#chunk = value;
    }
    return true;
  }

  /** Closes the stream. */
  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}
