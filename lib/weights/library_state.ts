/**
 * The state of a library in WebAssembly that is loaded while this exists: its memory and its global
 * variables. They can be put back to what they were, which is as good as a new instance and takes a
 * tenth of the time.
 */
export class LibraryState {
  /** Bytes that the memory may grow to; the library takes more for a full memory. */
  mostMemory = Infinity;
  readonly #memories: WebAssembly.Memory[] = [];
  readonly #globals: WebAssembly.Global[] = [];
  #bytes: Uint8Array = new Uint8Array();
  #values: unknown[] = [];

  /** Watches what is instantiated from now on. */
  constructor() {
    const { instantiate } = WebAssembly;
    WebAssembly.instantiate = (async (source: BufferSource, imports?: WebAssembly.Imports) => {
      const result = await instantiate(source, imports);
      for (const value of Object.values(result.instance.exports)) {
        if (value instanceof WebAssembly.Memory) this.#memories.push(value);
        if (value instanceof WebAssembly.Global) this.#globals.push(value);
      }
      return result;
    }) as typeof instantiate;
    const { grow } = WebAssembly.Memory.prototype, most = () => this.mostMemory;
    WebAssembly.Memory.prototype.grow = function (pages) {
      if (this.buffer.byteLength + pages * 65536 <= most()) return grow.call(this, pages);
      throw new RangeError(`more than ${most()} bytes of memory`);
    };
  }

  /** Bytes of memory now. */
  get memory(): number {
    return this.#heap().length;
  }

  /** Keeps the state as it is now. */
  keep(): void {
    const heap = this.#heap();
    this.#bytes = heap.slice(0, heap.findLastIndex((byte) => byte !== 0) + 1);
    this.#values = this.#globals.map(({ value }) => value);
  }

  /** Puts the kept state back. */
  restore(): void {
    this.#heap().set(this.#bytes);
    this.#heap().fill(0, this.#bytes.length);
    this.#globals.forEach((global, i) => {
      if (global.value !== this.#values[i]) global.value = this.#values[i];
    });
  }

  #heap(): Uint8Array {
    const [memory] = this.#memories;
    return memory === undefined ? new Uint8Array() : new Uint8Array(memory.buffer);
  }
}
