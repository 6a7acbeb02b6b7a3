import { slack } from "../../../kernels/cpu/stages/scratch.ts";
import { DeviceError } from "../../core/errors.ts";
import { controlBytes } from "./control.ts";

/** Bytes of a page of WebAssembly memory, and how many there may be: 4 GiB. */
const pageBytes = 65536, maximumPages = 65536;

/** Every block starts at a multiple of this, and has slack behind it that may be read. */
const alignment = 64;

const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** All memory of the CPU device: one shared WebAssembly memory that grows, cut into blocks. */
export class SharedMemory {
  readonly memory: WebAssembly.Memory;
  /** Free blocks by address; no two touch. */
  readonly #free: { start: number; end: number }[] = [];
  readonly #blocks = new Map<number, { bytes: number; size: number }>();
  /** Where memory begins that was never given out. */
  #top = controlBytes;
  /** Bytes that were asked for and not given back. */
  allocatedBytes = 0;
  /** The memory in words, where address / 4 is the index; others once it has grown. */
  words: Int32Array;
  /** The memory in bytes; others once it has grown. */
  bytes: Uint8Array;

  /** A memory of one mebibyte, which grows to 4 GiB. */
  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: maximumPages, shared: true });
    this.words = new Int32Array(this.memory.buffer);
    this.bytes = new Uint8Array(this.memory.buffer);
  }

  /**
   * The address of a new block of `bytes` bytes, for `purpose`. A DeviceError says so where the 4
   * GiB do not hold it.
   */
  allocate(bytes: number, purpose = "a tensor"): number {
    const size = Math.ceil((bytes + slack) / alignment) * alignment;
    let start: number | undefined;
    const index = this.#free.findIndex((block) => block.end - block.start >= size);
    if (index >= 0) {
      const block = this.#free[index]!;
      start = block.start;
      block.start += size;
      if (block.start === block.end) this.#free.splice(index, 1);
    } else {
      // A free block at the end may be the beginning of this one.
      const last = this.#free.at(-1);
      start = last?.end === this.#top ? last.start : this.#top;
      this.#reserve(start + size, bytes, purpose);
      if (start !== this.#top) this.#free.pop();
      this.#top = start + size;
    }
    this.#blocks.set(start, { bytes, size });
    this.allocatedBytes += bytes;
    return start;
  }

  /** Gives the block at `address` back. */
  free(address: number): void {
    const block = this.#blocks.get(address)!;
    this.#blocks.delete(address);
    this.allocatedBytes -= block.bytes;
    const end = address + block.size;
    let index = this.#free.findIndex(({ start }) => start > address);
    if (index < 0) index = this.#free.length;
    const before = this.#free[index - 1], after = this.#free[index];
    if (before?.end === address) {
      before.end = end;
      if (after?.start === end) {
        before.end = after.end;
        this.#free.splice(index, 1);
      }
    } else if (after?.start === end) after.start = address;
    else this.#free.splice(index, 0, { start: address, end });
  }

  /** Makes the memory at least `end` bytes long. */
  #reserve(end: number, bytes: number, purpose: string): void {
    const present = this.memory.buffer.byteLength;
    if (end <= present) return;
    const step = 256;
    const needed = Math.ceil((end - present) / pageBytes);
    const room = maximumPages - present / pageBytes;
    try {
      if (needed > room) throw new RangeError("more than 4 GiB");
      this.memory.grow(Math.min(Math.ceil(needed / step) * step, room));
    } catch (cause) {
      throw new DeviceError(
        `cpu: ${bytes} bytes (${mebibytes(bytes)}) for ${purpose} do not fit: ${
          mebibytes(this.allocatedBytes)
        } are in use, and one WebAssembly memory holds at most 4 GiB; use a smaller batch size or model, declare tensors by \`using\` so that they give their memory back at the end of their block, or await one now and then in a loop: what nothing can reach any more gives its memory back while a program waits`,
        { cause },
      );
    }
    this.words = new Int32Array(this.memory.buffer);
    this.bytes = new Uint8Array(this.memory.buffer);
  }
}
