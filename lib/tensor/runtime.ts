import { DeviceError } from "../core/errors.ts";
import type { Device, DeviceOptions, Storage } from "../device/device.ts";
import { checkDeviceName, defaultDeviceName, openDevice } from "../device/registry.ts";
import type { Node } from "../graph/node.ts";
import { Carried } from "./carried.ts";
import { ProgramStore } from "./program_store.ts";

/** What has memory on a device and is brought to the host before that closes. */
export interface Tenant {
  /** Brings its content to the host and gives the memory back. */
  leave(): Promise<void>;
}

/** Memory on a runtime's device that belongs to a tenant. */
export interface Tenancy {
  readonly runtime: Runtime;
  readonly storage: Storage;
  /** Gives the memory back. */
  end(): void;
}

/** What gets the value of a root when that is computed, or learns why it is not. */
export interface Target {
  failure: unknown;
  /** Takes over the memory that holds it. */
  settle(runtime: Runtime, storage: Storage): void;
}

/** An evaluation that was asked for before there was a device, or the data that it needs. */
export interface Deferred {
  /** A copy of the graph. */
  readonly roots: readonly Node[];
  /** What gets the values. */
  readonly targets: readonly Target[];
}

/**
 * A device with all that lies there: programs, and the memory of tensors and weights. What a short
 * program computes, it computes on the default runtime ({@linkcode defaultRuntime}); a further one is
 * made by {@linkcode openRuntime}. The device follows the data: what depends on a tensor of a runtime
 * is computed there ({@linkcode Tensor.to}).
 */
export class Runtime implements AsyncDisposable {
  readonly #start: () => Promise<Device>;
  #opening: Promise<Device> | undefined;
  #opened: { readonly device: Device; readonly programs: ProgramStore } | undefined;
  #closing: Promise<void> | undefined;
  #dropping: Promise<void> | undefined;
  readonly #tenants = new Map<Tenancy, WeakRef<Tenant>>();
  #holders = 0;
  #whenIdle: (() => void) | undefined;
  /**
   * What waits to be evaluated, in order.
   *
   * @internal
   */
  readonly waiting: Deferred[];
  /**
   * What loops carry from round to round.
   *
   * @internal
   */
  readonly carried: Carried = new Carried();
  readonly #isDefault: boolean;

  /**
   * A runtime whose device `start` opens on first use. A default one takes over what waits for the one
   * before it; use {@linkcode openRuntime} for others.
   */
  constructor(start: () => Promise<Device>, waiting?: Deferred[]) {
    this.#start = start;
    this.#isDefault = waiting !== undefined;
    this.waiting = waiting ?? [];
  }

  /** Opens the device if it is not open yet, or anew if it was lost with all that lay there. */
  async open(): Promise<Device> {
    if (this.isClosed) throw new DeviceError("the runtime was closed: open another one");
    if (this.#opened?.device.isLost) {
      this.#dropping ??= this.#vacate(this.#opened.device)
        .finally(() => this.#dropping = undefined);
    }
    await this.#dropping;
    this.#opening ??= this.#start();
    try {
      const device = await this.#opening;
      this.#opened ??= { device, programs: new ProgramStore(device) };
      return device;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  /** Whether the device is open: what can be queued without waiting. */
  get isOpen(): boolean {
    return this.#opened !== undefined && !this.isClosed && !this.#opened.device.isLost;
  }

  /** Whether it was closed, or is about to be. */
  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Where what lies here is computed with: here, or for a default runtime on the one that is it now;
   * undefined where that can be anywhere.
   *
   * @internal
   */
  get successor(): Runtime | undefined {
    if (this.#isDefault) return current;
    return this.isClosed ? undefined : this;
  }

  /** The device, once it is open. */
  get device(): Device {
    return this.#parts.device;
  }

  /**
   * The programs that are loaded on the device.
   *
   * @internal
   */
  get programs(): ProgramStore {
    return this.#parts.programs;
  }

  get #parts(): { readonly device: Device; readonly programs: ProgramStore } {
    if (this.#opened !== undefined) return this.#opened;
    throw new DeviceError(
      this.isClosed ? "the runtime was closed" : "the runtime is not open: await its open() first",
    );
  }

  /**
   * Gives back the programs of an owner.
   *
   * @internal
   */
  release(owner: object): void {
    this.#opened?.programs.release(owner);
  }

  /**
   * Notes that memory belongs to a tenant, which it does not keep alive.
   *
   * @internal
   */
  admit(tenant: Tenant, storage: Storage): Tenancy {
    const tenancy: Tenancy = {
      runtime: this,
      storage,
      end: () => {
        this.#tenants.delete(tenancy);
        storage.release();
      },
    };
    this.#tenants.set(tenancy, new WeakRef(tenant));
    return tenancy;
  }

  /**
   * Keeps the device open until the result is disposed of: for work that takes more than one call.
   *
   * @internal
   */
  hold(): Disposable {
    this.#holders++;
    return {
      [Symbol.dispose]: () => {
        if (--this.#holders === 0) this.#whenIdle?.();
      },
    };
  }

  /**
   * Closes the device once what runs on it (a `fit`, a read) is done: no thread, file or memory
   * stays. Tensors and weights that can still be reached are brought to the host, and go to another
   * runtime when they are used.
   *
   * ```ts
   * import { openRuntime, tensor } from "@striate/striate";
   * const runtime = await openRuntime("cpu", { threads: 1 });
   * const x = tensor([1, 2]).to(runtime).mul(3);
   * await runtime.close();
   * console.log(await x.array()); // [3, 6]
   * ```
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close().finally(() => this.carried.clear());
  }

  /** Whether work is going on that keeps it open. */
  get isHeld(): boolean {
    return this.#holders > 0;
  }

  async #close(): Promise<void> {
    if (!this.#isDefault) current.waiting.push(...this.waiting.splice(0));
    const device = await this.#opening?.catch(() => undefined);
    if (device === undefined) return;
    do {
      while (this.#holders > 0) await new Promise<void>((resolve) => this.#whenIdle = resolve);
      await this.#evict();
    } while (this.#holders > 0 || this.#tenants.size > 0);
    await this.#vacate(device);
  }

  /** Has every tenant leave. */
  async #evict(): Promise<void> {
    await Promise.all([...this.#tenants].map(async ([tenancy, tenant]) => {
      await tenant.deref()?.leave();
      tenancy.end();
    }));
  }

  /** Leaves a device, which nothing uses any more or which is lost. */
  async #vacate(device: Device): Promise<void> {
    await this.#evict();
    this.#opened?.programs.clear();
    // A tensor that was here must not keep what the device has on the host.
    this.#opened = this.#opening = undefined;
    await device.close();
  }

  /** Closes it at the end of a block where it was declared by `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The device in words. */
  toString(): string {
    return this.#opened === undefined
      ? "a runtime that is not open"
      : `${this.device.kind} (${this.device.description})`;
  }
}

/** The default runtime: the only state that the library itself has. */
let current = new Runtime(() => openDevice(defaultDeviceName()), []);
/** The last default runtime that opened, or else the first. */
let settled = current;
let changing: Promise<unknown> = Promise.resolve();

/** The runtime that computes what nothing else says a place for. */
export function defaultRuntime(): Runtime {
  return current;
}

/**
 * The device of the default runtime; it is opened if it was not yet.
 *
 * ```ts
 * import { device, setDevice } from "@striate/striate";
 * await setDevice("cpu");
 * console.log((await device()).description); // WebAssembly SIMD, 2 threads
 * ```
 */
export function device(): Promise<Device> {
  return current.open();
}

/**
 * Opens another runtime beside the default one: two devices in one program.
 *
 * ```ts
 * import { openRuntime, tensor } from "@striate/striate";
 * await using runtime = await openRuntime("cpu", { threads: 1 });
 * const x = tensor([1, 2]).to(runtime);
 * console.log(await x.mul(3).array()); // [3, 6]
 * ```
 *
 * @throws {DeviceError} if the device is not there.
 */
export async function openRuntime(name: string, options: DeviceOptions = {}): Promise<Runtime> {
  checkDeviceName(name, "openRuntime");
  const runtime = new Runtime(() => openDevice(name, options));
  await runtime.open();
  return runtime;
}

/**
 * Chooses the default runtime's device from now on: "webgpu", "cpu", or "auto" (a hardware WebGPU
 * adapter if there is one, else the CPU), which is also the default. The environment variable
 * `STRIATE_DEVICE` does the same from outside. Tensors that exist move over when they are used, and
 * the device before is closed.
 *
 * ```ts
 * import { setDevice } from "@striate/striate";
 * const device = await setDevice("cpu", { threads: 2 });
 * console.log(device.kind); // "cpu"
 * ```
 *
 * @throws {DeviceError} if WebGPU is asked for and there is no adapter; the device that was there
 * stays.
 */
export async function setDevice(name: string, options: DeviceOptions = {}): Promise<Device> {
  checkDeviceName(name, "setDevice");
  const next = current = new Runtime(() => openDevice(name, options), current.waiting);
  const opening = changing.then(() => next.open());
  changing = opening.catch(() => {});
  try {
    const device = await opening;
    const before = settled;
    settled = next;
    // What still runs there ends first, and nobody waits for it.
    const closed = before.close().catch(() => {});
    if (!before.isHeld) await closed;
    return device;
  } catch (error) {
    // Who uses a tensor meanwhile learns of the failure too; afterwards it is as it was before.
    if (current === next) current = settled;
    throw error;
  }
}
