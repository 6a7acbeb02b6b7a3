import { DeviceError } from "../../core/errors.ts";
import type { Storage } from "../device.ts";
import type { Failures } from "./failures.ts";

/** Kernels may read this far past the end of a value, by vectors. */
const slack = 64;

/** A buffer on the GPU. */
export class WebgpuStorage implements Storage {
  static #count = 0;
  /** A number that no other storage has. */
  readonly id: number = WebgpuStorage.#count++;
  isReleased = false;

  /**
   * Made by `Buffers.allocate`. `bound` is the size of the part that is bound: all of it, or as much
   * as the device binds.
   */
  constructor(
    readonly buffers: Buffers,
    readonly bytes: number,
    readonly buffer: GPUBuffer,
    readonly bound: number,
  ) {}

  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.buffers.release(this.buffer);
  }
}

/** The buffers of a device, and how many bytes they have in all. */
export class Buffers {
  readonly #device: GPUDevice;
  readonly #failures: Failures;
  readonly #live = new Set<GPUBuffer>();
  /** Bytes of the buffers that are not released. */
  bytes = 0;

  constructor(device: GPUDevice, failures: Failures) {
    this.#device = device;
    this.#failures = failures;
  }

  /** The largest value that can be bound, in bytes. */
  get limit(): number {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#device.limits;
    return Math.min(maxStorageBufferBindingSize, maxBufferSize - slack);
  }

  /** Throws a DeviceError if a value is too large for the device. */
  checkSize(bytes: number, name: () => string): void {
    if (bytes <= this.limit) return;
    throw new DeviceError(
      `webgpu: ${name()} takes ${mebibytes(bytes)} MiB, and this adapter binds at most ` +
        `${mebibytes(this.limit)} MiB at once; use a smaller batch or layer, or setDevice("cpu")`,
    );
  }

  /** A new buffer for `bytes` bytes. */
  allocate(bytes: number, name: string): WebgpuStorage {
    this.checkSize(bytes, () => name);
    const size = Math.ceil((bytes + slack) / 16) * 16;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = this.#failures.scope(
      this.#device,
      () => `webgpu: no memory for ${name} of ${mebibytes(bytes)} MiB`,
      () => this.#device.createBuffer({ size, usage }),
    );
    this.#live.add(buffer);
    this.bytes += size;
    const largest = Math.floor(this.#device.limits.maxStorageBufferBindingSize / 16) * 16;
    return new WebgpuStorage(this, bytes, buffer, Math.min(size, largest));
  }

  /** Gives a buffer back; queued work that uses it is still done. */
  release(buffer: GPUBuffer): void {
    if (!this.#live.delete(buffer)) return;
    this.bytes -= buffer.size;
    buffer.destroy();
  }

  /** Gives every buffer back. */
  releaseAll(): void {
    for (const buffer of [...this.#live]) this.release(buffer);
  }
}

function mebibytes(bytes: number): string {
  const value = bytes / 2 ** 20;
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1);
}
