import {
  bytesPerElement,
  type DType,
  type NumberArray,
  type TensorData,
  typedArray,
} from "../core/dtype.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import type { Device, Storage } from "../device/device.ts";

/** Gives memory back once nothing can reach the variable that held it: a model that was dropped. */
const abandoned = new FinalizationRegistry<Storage>((storage) => storage.release());

/**
 * Numbers that programs update in place: a weight, an optimizer's memory, a counter. They are made
 * when they are first needed.
 */
export class Variable {
  /** What errors call it. */
  readonly name: string;
  /** Sizes of its axes. */
  readonly shape: Shape;
  /** Type of its elements. */
  readonly dtype: DType;
  readonly #initial: () => TensorData;
  #data: TensorData | undefined;
  #storage: Storage | undefined;
  #device: Device | undefined;

  /** A variable whose first content `initial` gives. */
  constructor(name: string, shape: Shape, dtype: DType, initial: () => TensorData) {
    this.name = name;
    this.shape = shape;
    this.dtype = dtype;
    this.#initial = initial;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /**
   * Its memory on a device, with its content; the content on the host is outdated from then on.
   *
   * @internal
   */
  bind(device: Device): Storage {
    if (this.#storage === undefined) {
      const data = this.#data ?? this.#initial();
      this.#storage = device.allocate(this.size * bytesPerElement[this.dtype]);
      this.#device = device;
      abandoned.register(this, this.#storage, this);
      device.write(this.#storage, data);
      this.#data = undefined;
    } else if (this.#device !== device) {
      throw new Error(`variable ${this.name}: read it before it moves to another device`);
    }
    return this.#storage;
  }

  /**
   * Brings the content to the host if it lies on another device than `device`.
   *
   * @internal
   */
  async leave(device: Device): Promise<void> {
    if (this.#storage === undefined || this.#device === device) return;
    const data = await this.read();
    this.release();
    this.#data = data;
  }

  /** A copy of the content. */
  async read(): Promise<TensorData> {
    if (this.#storage === undefined) return (this.#data ??= this.#initial()).slice() as TensorData;
    const bytes = this.size * bytesPerElement[this.dtype];
    return typedArray(this.dtype, await this.#device!.read(this.#storage, bytes));
  }

  /** Replaces the content by a copy of `data`. */
  assign(data: NumberArray): void {
    if (data.length !== this.size) {
      throw new TypeError(
        `${this.name}: expected ${this.size} numbers for ${
          formatShape(this.shape)
        }, found ${data.length}`,
      );
    }
    const own = typedArray(this.dtype, data);
    if (this.#storage !== undefined) this.#device!.write(this.#storage, own);
    else this.#data = own;
  }

  /** Gives its device memory back, and the content with it: the next use begins with the first one. */
  release(): void {
    abandoned.unregister(this);
    this.#storage?.release();
    this.#storage = undefined;
    this.#device = undefined;
  }
}
