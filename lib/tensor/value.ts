import { bytesPerElement, type DType, type TensorData, typedArray } from "../core/dtype.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import type { Storage } from "../device/device.ts";
import { leaf, type Node, type TensorType } from "../graph/node.ts";
import type { Runtime, Tenancy, Tenant } from "./runtime.ts";

/** Beyond this a single value weighs no more on the garbage collector. */
const heaviest = 8 << 20;

/**
 * Host memory that is never touched, so that the garbage collector feels a device's memory. A buffer
 * that could be resized is mapped: that takes 2 us, where zeros for 8 MiB take 300 us and are resident.
 */
function weigh(bytes: number): ArrayBuffer {
  const weight = Math.min(bytes, heaviest);
  return weight < 1 << 17
    ? new ArrayBuffer(weight)
    : new ArrayBuffer(weight, { maxByteLength: weight });
}

/** Gives memory back once nothing can reach the value that held it. */
const abandoned = new FinalizationRegistry<Tenancy>((tenancy) => tenancy.end());

/**
 * The numbers of a leaf, or of variables: on the host, on a device, or both. They do not change for
 * whoever reads them; a variable that is updated in place is the only one that holds its value.
 */
export class Value implements Tenant {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The numbers on the host, where they are there. */
  data: TensorData | undefined;
  /** What they are to be copied from, by way of the host. */
  source: Node | undefined;
  /** Why they could not be computed. */
  failure: unknown;
  /** Whether its user gave it up: it cannot be read any more. */
  isDisposed = false;
  /** The leaf that has this value, where variables have it too. */
  leaf: WeakRef<Node> | undefined;
  /** How many variables have this value. */
  variables = 0;
  #home: Runtime | undefined;
  #tenancy: Tenancy | undefined;
  #pressure: ArrayBuffer | undefined;
  #leaving: Promise<void> | undefined;

  /** A value of a type: of data on the host, or to be computed on its home. */
  constructor({ shape, dtype }: TensorType, data?: TensorData, home?: Runtime) {
    this.shape = shape;
    this.dtype = dtype;
    this.data = data;
    this.#home = home;
  }

  /**
   * Where it was computed or moved to, and where what depends on it is computed. Undefined for data
   * of the host that go anywhere, as do those of a runtime that was closed.
   */
  get home(): Runtime | undefined {
    return this.#home?.successor;
  }

  /** From now on it belongs to a runtime, to which it is copied when it is used. */
  set home(runtime: Runtime) {
    this.#home = runtime;
  }

  /** From now on it lies on a runtime alone, where it was uploaded; its memory may be updated. */
  belongTo(runtime: Runtime): void {
    this.#home = runtime;
    this.data = undefined;
  }

  /** Its bytes on a device. */
  get bytes(): number {
    return sizeOf(this.shape) * bytesPerElement[this.dtype];
  }

  /** Whether it waits to be computed or copied. */
  get isPending(): boolean {
    return this.data === undefined && this.#tenancy === undefined && this.failure === undefined &&
      !this.isDisposed;
  }

  /** Whether anything else than one variable may read it. */
  get isShared(): boolean {
    return this.variables > 1 || this.leaf?.deref() !== undefined;
  }

  /** Whether a runtime can use it at once. */
  isPresentOn(runtime: Runtime): boolean {
    return this.data !== undefined || this.storageOn(runtime) !== undefined;
  }

  /** Its memory on a runtime, where it has any. */
  storageOn(runtime: Runtime): Storage | undefined {
    return this.#tenancy?.runtime === runtime ? this.#tenancy.storage : undefined;
  }

  /** Its memory on a runtime; data of the host is written there if need be. */
  upload(runtime: Runtime): Storage {
    const there = this.storageOn(runtime);
    if (there !== undefined) return there;
    const storage = runtime.programs.allocate(this.bytes);
    try {
      runtime.device.write(storage, this.data!);
    } catch (error) {
      storage.release();
      throw error;
    }
    this.#move(runtime, storage);
    return storage;
  }

  /**
   * Overwrites its memory where it has any, and nothing but one variable reads it; whether it did.
   */
  write(data: TensorData): boolean {
    const tenancy = this.#tenancy;
    if (tenancy === undefined || this.isShared || this.#leaving !== undefined) return false;
    tenancy.runtime.device.write(tenancy.storage, data);
    this.data = undefined;
    return true;
  }

  /** Takes over memory that holds its numbers, computed on a runtime. */
  settle(runtime: Runtime, storage: Storage): void {
    if (this.isDisposed) return storage.release();
    this.#home = runtime;
    this.#move(runtime, storage);
  }

  #move(runtime: Runtime, storage: Storage): void {
    this.forget();
    this.#tenancy = runtime.admit(this, storage);
    this.#pressure = weigh(storage.bytes);
    abandoned.register(this, this.#tenancy, this);
  }

  /** Its numbers, as an array of the caller's own. */
  async read(): Promise<TensorData> {
    if (this.failure !== undefined) throw this.failure;
    if (this.data !== undefined) return this.data.slice() as TensorData;
    const { runtime, storage } = this.#tenancy!;
    using _ = runtime.hold();
    return typedArray(this.dtype, await runtime.device.read(storage, this.bytes));
  }

  /** Brings its numbers to the host, and gives the device's memory back. */
  leave(): Promise<void> {
    return this.#leaving ??= this.#leave().finally(() => this.#leaving = undefined);
  }

  async #leave(): Promise<void> {
    const tenancy = this.#tenancy;
    if (tenancy === undefined) return;
    this.data ??= await this.rescue();
    if (this.#tenancy === tenancy) this.forget();
  }

  /** Its numbers; undefined where they were lost with a device, which is then noted. */
  async rescue(): Promise<TensorData | undefined> {
    try {
      return this.data ?? await this.read();
    } catch (error) {
      this.failure ??= error;
    }
  }

  /** Gives its device memory back now. */
  forget(): void {
    abandoned.unregister(this);
    this.#tenancy?.end();
    this.#tenancy = undefined;
    this.#pressure = undefined;
  }
}

const values = new WeakMap<Node, Value>();

/** The value of a leaf; undefined for a node that is not evaluated, or stands for an argument. */
export function valueOf(node: Node): Value | undefined {
  return values.get(node);
}

/** A leaf that has a value. */
export function leafWith(value: Value): Node {
  const node = leaf(value.shape, value.dtype);
  values.set(node, value);
  return node;
}

/** The leaf that has a variable's value. */
export function leafOf(value: Value): Node {
  const known = value.leaf?.deref();
  if (known !== undefined) return known;
  const node = leafWith(value);
  value.leaf = new WeakRef(node);
  return node;
}

/** A leaf that holds data of the host. */
export function constant(data: TensorData, shape: Shape, dtype: DType): Node {
  return leafWith(new Value({ shape, dtype }, data));
}

/** Turns a node into a leaf whose value is computed on a runtime. */
export function becomeLeaf(node: Node, home: Runtime): Value {
  const value = new Value(node, undefined, home);
  values.set(node, value);
  node.settle();
  return value;
}

/** Gives a leaf's value up for good, on the host and on the device. */
export function dispose(node: Node): void {
  let value = values.get(node);
  if (value === undefined) return;
  if (value.variables > 0) {
    // The variables keep it.
    value.leaf = undefined;
    values.set(node, value = new Value(node));
  }
  value.isDisposed = true;
  value.forget();
  value.data = undefined;
}

/** Fails where a value could not be computed, or was given up before what depends on it was. */
export function checkAlive(value: Value | undefined): asserts value is Value {
  if (value === undefined) {
    throw new TypeError(
      "a tensor inside a loss or inside a function given to jit has no value yet: return it, and read the result",
    );
  }
  if (value.failure !== undefined) throw value.failure;
  if (!value.isDisposed) return;
  throw new TypeError(
    "a tensor was disposed of (by `using`, say) before this was computed from it: read the result first, or leave it to the garbage collector",
  );
}
