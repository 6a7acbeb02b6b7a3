/** The smallest staging buffer; sizes are powers of two from here on. */
const smallest = 256;

/** Larger reads get a staging buffer of their own, which is not kept. */
const largestKept = 2 ** 24;

/**
 * Reads buffers back. In Deno `mapAsync` waits for the GPU before it returns, but its promise
 * settles 10 ms later; after an empty submit the mapped range can be had at once. That is only done
 * on a staging buffer that was mapped once in the plain way (on a new one Deno aborts), and only
 * after a known pattern came back right; where the range cannot be had, the promise is awaited.
 */
export class Readback {
  readonly #device: GPUDevice;
  /** Idle staging buffers by size, all of which were mapped before. */
  readonly #idle = new Map<number, GPUBuffer[]>();
  readonly #pending = new Set<Promise<void>>();
  #fast: Promise<boolean> | undefined;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** The first `bytes` bytes of a buffer, after everything that was submitted before. */
  async read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    if (bytes === 0) return new ArrayBuffer(0);
    const length = Math.ceil(bytes / 4) * 4;
    const size = Math.max(smallest, 2 ** Math.ceil(Math.log2(length)));
    const kept = size <= largestKept;
    const staging = kept ? this.#idle.get(size)?.pop() : undefined;
    const target = staging ?? this.#create(kept ? size : length);
    // The copy is queued before anything is awaited, so that it keeps its place in the order.
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, target, 0, length);
    this.#device.queue.submit([encoder.finish()]);
    let result: ArrayBuffer;
    if (staging !== undefined && await (this.#fast ??= this.#test())) {
      result = await this.#readAtOnce(target, length);
    } else {
      result = await this.#readPlainly(target, length);
      if (kept) this.#keep(target);
      else target.destroy();
    }
    return bytes === length ? result : result.slice(0, bytes);
  }

  /** Waits for promises that still sleep, and gives the staging buffers back. */
  async close(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    for (const list of this.#idle.values()) for (const buffer of list) buffer.destroy();
    this.#idle.clear();
  }

  #create(size: number): GPUBuffer {
    return this.#device.createBuffer({
      size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
  }

  #keep(buffer: GPUBuffer): void {
    this.#idle.getOrInsert(buffer.size, []).push(buffer);
  }

  async #readPlainly(staging: GPUBuffer, length: number): Promise<ArrayBuffer> {
    await staging.mapAsync(GPUMapMode.READ, 0, length);
    const result = staging.getMappedRange(0, length).slice(0);
    staging.unmap();
    return result;
  }

  async #readAtOnce(staging: GPUBuffer, length: number): Promise<ArrayBuffer> {
    const mapped = staging.mapAsync(GPUMapMode.READ, 0, length);
    let result: ArrayBuffer;
    try {
      this.#device.queue.submit([]);
      result = staging.getMappedRange(0, length).slice(0);
    } catch { // Not mapped yet.
      await mapped;
      result = staging.getMappedRange(0, length).slice(0);
      staging.unmap();
      this.#keep(staging);
      return result;
    }
    // The buffer can serve again once its promise has settled.
    const settled = mapped.then(() => {
      staging.unmap();
      this.#keep(staging);
    })
      // A device that was lost meanwhile cannot unmap; whoever uses it next learns of the loss.
      .catch(() => staging.destroy())
      .finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
    return result;
  }

  /** Whether a pattern comes back right the fast way. */
  async #test(): Promise<boolean> {
    const pattern = Uint32Array.from({ length: 64 }, (_, i) => Math.imul(i + 1, 0x9e3779b9) >>> 0);
    const source = this.#device.createBuffer({
      size: pattern.byteLength,
      usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    const staging = this.#create(pattern.byteLength);
    await staging.mapAsync(GPUMapMode.READ);
    staging.unmap();
    this.#device.queue.writeBuffer(source, 0, pattern);
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(source, 0, staging, 0, pattern.byteLength);
    this.#device.queue.submit([encoder.finish()]);
    const found = new Uint32Array(await this.#readAtOnce(staging, pattern.byteLength));
    source.destroy();
    return found.every((word, i) => word === pattern[i]);
  }
}
