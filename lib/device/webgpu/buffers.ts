import { DeviceError } from "../../core/errors.ts";
import type { Storage } from "../device.ts";
import type { Failures } from "./failures.ts";

/** Kernels may read this far past the end of a value, by vectors. */
export const slack = 64;

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
  readonly #bound: number;
  readonly #live = new Set<GPUBuffer>();
  /** Bytes of the buffers that are not released. */
  bytes = 0;

  /** `bound` is the most that is bound at once, if not what the adapter can. */
  constructor(device: GPUDevice, failures: Failures, bound?: number) {
    this.#device = device;
    this.#failures = failures;
    this.#bound = bound ?? device.limits.maxStorageBufferBindingSize;
  }

  /** The largest value that can be bound at once, in bytes. */
  get limit(): number {
    return Math.min(this.#bound, this.#largest);
  }

  /** The largest value that there can be, in bytes. */
  get #largest(): number {
    return this.#device.limits.maxBufferSize - slack;
  }

  /** Throws a DeviceError if a value is too large to be bound at once. */
  checkBound(bytes: number, name: () => string): void {
    this.#check(bytes, name, this.limit, "binds at most");
  }

  #check(bytes: number, name: () => string, most: number, what: string): void {
    if (bytes <= most) return;
    throw new DeviceError(
      `webgpu: ${name()} takes ${mebibytes(bytes)} MiB, and this adapter ${what} ` +
        `${mebibytes(most)} MiB at once; use a smaller batch or layer, or setDevice("cpu")`,
    );
  }

  /** A new buffer for `bytes` bytes. */
  allocate(bytes: number, name: string): WebgpuStorage {
    this.#check(bytes, () => name, this.#largest, "holds at most");
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
