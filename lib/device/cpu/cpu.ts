import type { Target } from "../../../kernels/cpu/target.ts";
import { oneOf, positiveInteger } from "../../core/option_kinds.ts";
import { options } from "../../core/options.ts";
import type { Plan } from "../../compile/plan.ts";
import type { TensorData } from "../../core/dtype.ts";
import { DeviceError } from "../../core/errors.ts";
import type { Device, Executable, Storage } from "../device.ts";
import { SharedMemory } from "./shared_memory.ts";
import { mostThreads } from "./control.ts";
import {
  chooseNative,
  instructionNames,
  type Instructions,
  instructionSets,
  isByDefault,
  type NativeChoice,
} from "./instructions.ts";
import { Pool } from "./pool.ts";
import { checkBindings, type LoadedProgram, loadProgram } from "./program.ts";
import { mayUseWinograd, type WinogradUse, winogradUses } from "./winograd.ts";

/** Settings of the CPU device. */
export interface CpuOptions {
  /** Threads, at most 16; by default one for each core. */
  readonly threads?: number;
  /**
   * What products are computed with: "avx2" and "avx512" are native code, which takes an x86-64
   * processor that has them, Linux, and `--allow-ffi`. By default the best that there is, which
   * small programs get with their third run, or what `STRIATE_INSTRUCTIONS` says. All give the same bits where "wasm" may round a multiply-add once, as
   * it does on these processors.
   */
  readonly instructions?: Instructions;
  /**
   * Which programs compute 3x3 convolutions of stride 1 by Winograd's minimal filtering, which multiplies
   * up to 4 times less and rounds in other places: its results differ from direct sums by less than 1e-5
   * of the largest one, if numbers are between 1e-36 and 1e36 in size; one that is not finite makes its
   * whole tile so, of up to 4 by 4 places, and its neighbours (and in the gradient for a kernel all taps of
   * its channel). By default "predictions": programs without gradients of convolutions. With "always"
   * training does too, with "never" none does.
   */
  readonly winograd?: WinogradUse;
}

/**
 * The CPU as a device: WebAssembly SIMD kernels, and native code for products where it may be run, on
 * worker threads over one shared memory.
 *
 * ```ts
 * import { createCpuDevice } from "./cpu.ts";
 * const device = await createCpuDevice({ threads: 2 });
 * const storage = device.allocate(8);
 * device.write(storage, Float32Array.of(1, 2));
 * console.log(new Float32Array(await device.read(storage, 8))); // Float32Array(2) [ 1, 2 ]
 * await device.close();
 * ```
 */
export async function createCpuDevice(given: CpuOptions = {}): Promise<Device> {
  const schema = {
    threads: positiveInteger(navigator.hardwareConcurrency),
    instructions: oneOf(instructionSets),
    winograd: oneOf(winogradUses, "predictions"),
  };
  const { threads, instructions, winograd } = options("cpu", given, schema);
  const native = await chooseNative(instructions);
  return new CpuDevice(Math.min(threads, mostThreads), native, {
    mayWait: isByDefault(instructions),
    winograd,
  });
}

/** How often the numbers of any storage were changed. */
let changes = 0;

/** A block of the device's memory. */
class CpuStorage implements Storage {
  /** Which numbers it will hold when what is queued is done: other ones have another number. */
  contents = ++changes;
  /** How many commands are done when the last one queued that uses this is. */
  lastUse = 0;
  isReleased = false;

  constructor(readonly device: CpuDevice, readonly address: number, readonly bytes: number) {}

  /** To be called whenever something is queued that changes its numbers. */
  change(): void {
    this.contents = ++changes;
  }

  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.device.pool.when(this.lastUse, () => this.device.memory.free(this.address));
  }
}

/** The run with which a program gets native code, where that need not be there from the first. */
const nativeFrom = 3;

/** Bytes that a plan's values may take for its first runs to be as fast without native code. */
const smallPlan = 2 ** 24;

const isSmall = ({ bindings, slots }: Plan): boolean =>
  [...bindings, ...slots].reduce((sum, bytes) => sum + bytes, 0) <= smallPlan;

/** A program in memory, and room for the command that ends it: giving memory back takes none. */
interface Loaded {
  readonly program: LoadedProgram;
  readonly forget: number;
}

class CpuExecutable implements Executable {
  readonly #device: CpuDevice;
  readonly #plan: Plan;
  readonly #launches: readonly string[];
  #loaded: Loaded;
  /** Runs until it is made anew with native code, which has the same bits; 0 where it stays. */
  #runsLeft: number;
  /** What the bindings held that it was prepared for. */
  #prepared: string | undefined;
  #isReleased = false;

  constructor(device: CpuDevice, plan: Plan) {
    this.#device = device;
    this.#plan = plan;
    // Native code takes longer to make than the first runs of a small program would gain by it.
    const waits = device.mayWait && isSmall(plan);
    this.#loaded = this.#load(waits ? device.portable : device.target);
    this.#runsLeft = waits ? nativeFrom : 0;
    this.#launches = plan.launches.map(({ kernel, outputs }) =>
      `${kernel.kind} for ${outputs.map((value) => plan.values[value]!.name).join(", ")}`
    );
  }

  #load(target: Target): Loaded {
    const { pool, memory } = this.#device, forget = pool.reserve(1);
    try {
      const winograd = mayUseWinograd(this.#plan, this.#device.winograd);
      return { program: loadProgram(this.#plan, { ...target, winograd }, memory), forget };
    } catch (error) {
      memory.free(forget);
      throw error;
    }
  }

  /** Gives a program's memory back once its runs are done. */
  #drop({ program, forget }: Loaded): void {
    const { pool, memory } = this.#device;
    const number = pool.enqueue("forget", [program.number], forget);
    pool.when(number, () => program.blocks.forEach((block) => memory.free(block)));
  }

  /** Makes the program anew with native code; where there is no room for both it stays as it is. */
  #goNative(): void {
    let loaded: Loaded;
    try {
      loaded = this.#load(this.#device.target);
    } catch (error) {
      if (error instanceof DeviceError) return;
      throw error;
    }
    this.#drop(this.#loaded);
    this.#loaded = loaded;
    this.#prepared = undefined;
  }

  run(bindings: readonly Storage[]): void {
    const storages = bindings.map((storage) => this.#device.storageOf(storage));
    const addresses = storages.map(({ address }) => address);
    checkBindings(this.#plan, addresses, storages.map(({ bytes }) => bytes));
    if (this.#isReleased) throw new DeviceError("cpu: this program was released");
    if (this.#runsLeft > 0 && --this.#runsLeft === 0) this.#goNative();
    const { address, constants, written } = this.#loaded.program;
    const contents = constants.map((binding) => storages[binding]!.contents).join();
    const number = this.#device.pool.run(address, addresses, {
      prepares: contents !== this.#prepared,
      launches: this.#launches,
    });
    this.#prepared = contents;
    for (const binding of written) storages[binding]!.change();
    for (const storage of storages) storage.lastUse = number;
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (this.#device.pool.isOpen) this.#drop(this.#loaded);
  }
}

class CpuDevice implements Device {
  readonly kind = "cpu";
  /** A quarter of what there can be. */
  readonly programBytes = 2 ** 30;
  /** The next batch is made ready while one runs. */
  readonly pace = { stride: 1, ahead: 2 };
  readonly memory = new SharedMemory();
  readonly pool: Pool;

  readonly #instructions: Instructions;
  /** What programs are made for: without native code, and the best there is. */
  readonly portable: Target;
  readonly target: Target;
  readonly winograd: WinogradUse;
  /** Whether native code may be made when a program has run some times: nobody asked for it. */
  readonly mayWait: boolean;

  constructor(
    threads: number,
    native: NativeChoice | undefined,
    { mayWait, winograd }: { readonly mayWait: boolean; readonly winograd: WinogradUse },
  ) {
    this.mayWait = mayWait && native !== undefined;
    this.#instructions = native?.instructions ?? "wasm";
    this.winograd = winograd;
    this.portable = { threads };
    this.target = native === undefined
      ? this.portable
      : { threads, native: native.code.tilesFor(native.instructions) };
    this.pool = new Pool(this.memory, threads, { trampoline: native?.code.trampoline });
  }

  get description(): string {
    const { threads } = this.pool;
    return `${instructionNames[this.#instructions]}, ${threads} thread${threads === 1 ? "" : "s"}`;
  }

  get allocatedBytes(): number {
    return this.memory.allocatedBytes - this.pool.commandBytes;
  }

  allocate(bytes: number): Storage {
    return this.#withRoom(() => new CpuStorage(this, this.memory.allocate(bytes), bytes));
  }

  /** What `make` allocates, if need be after what is queued: it may hold memory released meanwhile. */
  #withRoom<T>(make: () => T): T {
    this.pool.settle();
    try {
      return make();
    } catch (error) {
      if (this.pool.done === this.pool.queued) throw error;
      this.pool.drain();
      return make();
    }
  }

  /** The storage as one of this device's, if it is one and is not released. */
  storageOf(storage: Storage): CpuStorage {
    if (!(storage instanceof CpuStorage) || storage.device !== this) {
      throw new DeviceError("cpu: the storage belongs to another device");
    }
    if (storage.isReleased) throw new DeviceError("cpu: the storage was released");
    return storage;
  }

  write(storage: Storage, data: TensorData, byteOffset = 0): void {
    const target = this.storageOf(storage);
    checkRange("write", target, data.byteLength, byteOffset);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    target.change();
    if (target.lastUse <= this.pool.done) {
      this.memory.bytes.set(bytes, target.address + byteOffset);
      return;
    }
    const copy = this.memory.allocate(bytes.length, "a copy of data to be written");
    this.memory.bytes.set(bytes, copy);
    target.lastUse = this.#copy(copy, [target.address + byteOffset, copy, bytes.length]);
    this.pool.when(target.lastUse, () => this.memory.free(copy));
  }

  async read(
    storage: Storage,
    bytes: number,
    into: Uint8Array<ArrayBuffer> = new Uint8Array(bytes),
  ): Promise<ArrayBuffer> {
    const source = this.storageOf(storage);
    checkRange("read", source, bytes, 0);
    this.pool.settle();
    if (source.lastUse <= this.pool.done) return this.#takeTo(into, source.address);
    // What is queued from now on may change the storage before the main thread looks at it.
    let copy: number, number: number;
    try {
      copy = this.memory.allocate(bytes, "a copy of data to be read");
      number = source.lastUse = this.#copy(copy, [copy, source.address, bytes]);
    } catch {
      // Nothing is queued meanwhile, then.
      this.pool.drain();
      return this.#takeTo(into, source.address);
    }
    await this.pool.wait(number);
    this.#takeTo(into, copy);
    this.memory.free(copy);
    return into.buffer;
  }

  /** Queues a copy by way of the block `through`, which is given back where that cannot be. */
  #copy(through: number, words: readonly number[]): number {
    try {
      return this.pool.enqueue("copy", words);
    } catch (error) {
      this.memory.free(through);
      throw error;
    }
  }

  #takeTo(into: Uint8Array<ArrayBuffer>, address: number): ArrayBuffer {
    into.set(this.memory.bytes.subarray(address, address + into.length));
    return into.buffer;
  }

  load(plan: Plan): Executable {
    return this.#withRoom(() => new CpuExecutable(this, plan));
  }

  async finish(): Promise<void> {
    await this.pool.wait(this.pool.queued);
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

function checkRange(what: string, storage: Storage, bytes: number, byteOffset: number): void {
  if (byteOffset < 0 || byteOffset + bytes > storage.bytes) {
    throw new DeviceError(
      `cpu: cannot ${what} ${bytes} bytes at ${byteOffset} of a storage of ${storage.bytes} bytes`,
    );
  }
}
