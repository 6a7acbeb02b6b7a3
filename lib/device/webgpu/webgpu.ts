import type { Forced, Tiling } from "../../../kernels/webgpu/emit.ts";
import type { Plan } from "../../compile/plan.ts";
import type { TensorData } from "../../core/dtype.ts";
import { DeviceError } from "../../core/errors.ts";
import type { Device, Executable, Pace, Storage } from "../device.ts";
import { describeAdapter, deviceDescriptor, noAdapter, requestAdapter } from "./adapter.ts";
import { type Context, WebgpuExecutable } from "./executable.ts";
import { Failures } from "./failures.ts";
import { Buffers, WebgpuStorage } from "./buffers.ts";
import { Pacer } from "./pacer.ts";
import { Pipelines } from "./pipelines.ts";
import { Readback } from "./readback.ts";

/** What suits the adapter and the work, if not said otherwise: for tests and measurements. */
export interface WebgpuOptions extends Forced {
  readonly tiling?: Tiling;
  /** The most bytes of a value that are bound at once. */
  readonly bound?: number;
}

/**
 * Opens a device on the WebGPU adapter. A DeviceError says what to install where there is none.
 */
export async function createWebgpuDevice(
  { tiling, bound, ...forced }: WebgpuOptions = {},
): Promise<WebgpuDevice> {
  const adapter = await requestAdapter();
  if (adapter === undefined) throw noAdapter();
  // Read before requestDevice: an adapter can be used up by it.
  const description = describeAdapter(adapter);
  const suited = adapter.info.isFallbackAdapter ? "register" : "workgroup";
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice(deviceDescriptor(adapter));
  } catch (error) {
    throw new DeviceError(`webgpu: ${description} gives no device: ${(error as Error).message}`);
  }
  return new WebgpuDevice(device, description, tiling ?? suited, forced, bound);
}

/** Runs plans with WGSL kernels. */
export class WebgpuDevice implements Device {
  readonly kind = "webgpu";
  /** Half of what a small adapter has; WebGPU does not tell how much that is. */
  readonly programBytes = 2 ** 32;
  readonly description: string;
  /** The WebGPU device itself. */
  readonly gpu: GPUDevice;
  readonly #failures: Failures;
  readonly #buffers: Buffers;
  readonly #readback: Readback;
  readonly #pacer = new Pacer();
  readonly #context: Context;
  /** Four bytes to read, for `finish`. */
  readonly #probe: WebgpuStorage;

  /** Made by `createWebgpuDevice`. */
  constructor(
    gpu: GPUDevice,
    description: string,
    tiling: Tiling,
    forced: Forced,
    bound?: number,
  ) {
    this.gpu = gpu;
    this.description = description;
    const failures = this.#failures = new Failures(gpu);
    const buffers = this.#buffers = new Buffers(gpu, failures, bound);
    const pipelines = new Pipelines(gpu, failures);
    this.#context = {
      device: gpu,
      failures,
      buffers,
      pipelines,
      pacer: this.#pacer,
      tiling,
      forced,
    };
    this.#readback = new Readback(gpu);
    this.#probe = new Buffers(gpu, failures).allocate(4, "a probe");
  }

  get isLost(): boolean {
    return this.#failures.isLost;
  }

  get allocatedBytes(): number {
    return this.#buffers.bytes;
  }

  /** A wait stops the queue, so that loops wait by time, not at every step of a few milliseconds. */
  get pace(): Pace {
    return this.#pacer.pace;
  }

  allocate(bytes: number): Storage {
    this.#failures.check();
    return this.#buffers.allocate(bytes, `a buffer of ${bytes} bytes`);
  }

  write(storage: Storage, data: TensorData, byteOffset = 0): void {
    this.#failures.check();
    const target = this.#checked(storage);
    const end = byteOffset + data.byteLength;
    // WebGPU writes whole words: a broken one is filled up, which only the end can bear.
    if (byteOffset % 4 !== 0 || end > target.bytes || (end % 4 !== 0 && end !== target.bytes)) {
      throw new RangeError(
        `webgpu: cannot write bytes ${byteOffset} to ${end} of a buffer of ${target.bytes}; expected ` +
          `an offset that is a multiple of 4, and as many bytes or all up to the end`,
      );
    }
    if (data.byteLength === 0) return; // Deno aborts if it is to write nothing
    let source: TensorData = data;
    if (data.byteLength % 4 !== 0) {
      source = new Uint8Array(Math.ceil(data.byteLength / 4) * 4);
      source.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    this.gpu.queue.writeBuffer(target.buffer, byteOffset, source);
  }

  async read(
    storage: Storage,
    bytes: number,
    into?: Uint8Array<ArrayBuffer>,
  ): Promise<ArrayBuffer> {
    this.#failures.check();
    const source = this.#checked(storage);
    if (bytes > source.bytes) {
      throw new RangeError(
        `webgpu: cannot read ${bytes} bytes of a buffer of ${source.bytes}`,
      );
    }
    const found = await this.#read(source, bytes);
    if (into === undefined) return found;
    into.set(new Uint8Array(found));
    return into.buffer;
  }

  load(plan: Plan): Executable {
    this.#failures.check();
    return new WebgpuExecutable(this.#context, plan);
  }

  async finish(): Promise<void> {
    this.#failures.check();
    await this.#read(this.#probe, 4);
  }

  /** Gives all memory back. Deno ends the adapter's threads when the garbage collector comes by. */
  async close(): Promise<void> {
    await this.#readback.close();
    this.#buffers.releaseAll();
    this.#failures.close();
    this.gpu.destroy();
  }

  async #read(source: WebgpuStorage, bytes: number): Promise<ArrayBuffer> {
    try {
      const waited = this.#pacer.waiting();
      const result = await this.#readback.read(source.buffer, bytes);
      waited();
      await this.#failures.settled();
      return result;
    } catch (error) {
      return await this.#failures.explain(error as Error);
    }
  }

  #checked(storage: Storage): WebgpuStorage {
    if (storage instanceof WebgpuStorage && !storage.isReleased) return storage;
    throw new TypeError("webgpu: expected a live buffer of this device");
  }
}
