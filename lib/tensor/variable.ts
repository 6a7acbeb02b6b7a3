import { type DType, type NumberArray, type TensorData, typedArray } from "../core/dtype.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import type { Storage } from "../device/device.ts";
import { duplicate, evaluate, schedule } from "./evaluate.ts";
import type { Runtime } from "./runtime.ts";
import { checkTensor, Tensor } from "./tensor.ts";
import { checkAlive, leafOf, Value, valueOf } from "./value.ts";

/**
 * A name for numbers that programs update in place: a weight, an optimizer's memory, a counter. They
 * are made when they are first needed.
 */
export class Variable {
  /** What errors call it. */
  readonly name: string;
  /** Sizes of its axes. */
  readonly shape: Shape;
  /** Type of its elements. */
  readonly dtype: DType;
  readonly #initial: () => TensorData;
  #value: Value | undefined;
  #home: Runtime | undefined;

  /** A variable whose first content `initial` gives; by default zeros. */
  constructor(
    name: string,
    shape: Shape,
    dtype: DType,
    initial = (): TensorData => typedArray(dtype, sizeOf(shape)),
  ) {
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
   * The numbers as they are now. Nothing is copied, and they stay as they are for whoever has the
   * tensor: where the variable is changed meanwhile, it is the variable that gets memory of its own.
   *
   * ```ts
   * import { sequential } from "@striate/striate";
   * const net = sequential([2], { seed: 1 }).dense(1, { name: "out" });
   * console.log(net.weight("out.kernel").tensor().shape); // [2, 1]
   * ```
   */
  tensor(): Tensor {
    return new Tensor(leafOf(this.#content));
  }

  /**
   * Takes over the numbers of a tensor, computed or not, without reading them: the variable is from
   * then on where the tensor is.
   *
   * @throws {TypeError} if the tensor has another shape or type.
   */
  set(tensor: Tensor): void {
    checkTensor(tensor, this.name, this);
    schedule([tensor.node]);
    const value = valueOf(tensor.node);
    checkAlive(value);
    value.leaf = new WeakRef(tensor.node);
    this.#take(value);
  }

  get #content(): Value {
    return this.#value ?? this.#take(new Value(this, this.#initial(), this.#home));
  }

  /** Has a value in place of the one before. */
  #take(value: Value): Value {
    value.variables++;
    this.#letGo();
    return this.#value = value;
  }

  #letGo(): void {
    const value = this.#value;
    this.#value = undefined;
    if (value !== undefined && --value.variables === 0 && !value.isShared) value.forget();
  }

  /**
   * Its memory on a runtime, with its content, to be read only.
   *
   * @internal
   */
  bind(runtime: Runtime): Storage {
    const value = this.#content;
    const there = value.storageOn(runtime);
    if (there !== undefined) return there;
    checkAlive(value);
    if (value.data === undefined) {
      throw new Error(`variable ${this.name}: await its to() before it is used on ${runtime}`);
    }
    const storage = value.upload(runtime);
    if (!value.isShared) value.belongTo(runtime);
    return storage;
  }

  /**
   * Its memory on a runtime, with its content, to be updated in place: nothing else reads it.
   *
   * @internal
   */
  bindForUpdate(runtime: Runtime): Storage {
    const storage = this.bind(runtime), value = this.#value!;
    if (value.isShared) {
      const copy = duplicate(value, runtime);
      this.#take(new Value(this)).settle(runtime, copy);
      return copy;
    }
    value.belongTo(runtime);
    return storage;
  }

  /**
   * Moves it to a runtime: its content is brought to the host if it lies elsewhere, and programs and
   * tensors find it there from then on. Content that was lost with its device is no error here, but
   * where it is used: it may be replaced before.
   *
   * @internal
   */
  async to(runtime: Runtime): Promise<void> {
    this.#home = runtime;
    if (this.#value === undefined) {
      const first = await this.drawFirst();
      if (first !== undefined && this.#value === undefined) {
        this.#take(new Value(this, first, runtime));
      }
    }
    while (this.#value?.isPending) await evaluate([leafOf(this.#value)]);
    const value = this.#value;
    if (value === undefined || value.storageOn(runtime) !== undefined) return;
    if (value.isShared) {
      const moved = new Value(this, await value.rescue(), runtime);
      moved.failure = value.failure;
      this.#take(moved);
    } else {
      await value.leave();
      value.home = runtime;
    }
  }

  /**
   * The first content, made faster than `initial` makes it, where that can be waited for; undefined
   * where there is no such way.
   *
   * @internal
   */
  protected drawFirst(): Promise<TensorData | undefined> {
    return Promise.resolve(undefined);
  }

  /** A copy of the content. */
  async read(): Promise<TensorData> {
    const value = this.#content;
    if (value.isPending) await evaluate([leafOf(value)]);
    return await value.read();
  }

  /** Replaces the content by a copy of `data`. */
  assign(data: NumberArray): void {
    if (data.length !== this.size) {
      throw new TypeError(
        `${this.name}: expected ${this.size} numbers for ${formatShape(this.shape)}, found ` +
          `${data.length}`,
      );
    }
    const copy = typedArray(this.dtype, data), value = this.#value;
    if (!value?.write(copy)) this.#take(new Value(this, copy, value?.home ?? this.#home));
  }

  /** Gives its device memory back, and the content with it: the next use begins with the first one. */
  release(): void {
    this.#letGo();
  }
}
