import { bytesPerElement, type TensorData } from "../core/dtype.ts";
import { sizeOf } from "../core/shape.ts";
import type { Device, Storage } from "../device/device.ts";
import { leaf, type Node } from "../graph/node.ts";

/** The data of an evaluated node: on the host, on a device, or both. */
export interface Value {
  data?: TensorData;
  storage?: Storage;
  device?: Device;
  /** Why it could not be computed. */
  failure?: unknown;
  /** Whether its user gave it up: it cannot be read any more. */
  disposed?: true;
  /** Host memory that is never touched, so that the garbage collector feels a device's memory. */
  pressure?: ArrayBuffer;
}

/** Beyond this a single value weighs no more on the garbage collector. */
const heaviest = 8 << 20;

const values = new WeakMap<Node, Value>();

/** Gives memory back once nothing can reach the value that held it. */
const abandoned = new FinalizationRegistry<Storage>((storage) => storage.release());

/** The data of a node, if it has been evaluated or was given. */
export function valueOf(node: Node): Value | undefined {
  return values.get(node);
}

/** A leaf that holds data of the host. */
export function constant(data: TensorData, shape: readonly number[], dtype: Node["dtype"]): Node {
  const node = leaf(shape, dtype);
  values.set(node, { data });
  return node;
}

/** Turns an evaluated node into a leaf over its storage. */
export function settle(node: Node, storage: Storage, device: Device): void {
  if (values.get(node)?.disposed) return storage.release();
  const value: Value = {};
  values.set(node, value);
  node.settle();
  place(value, storage, device);
}

/** Puts a value's data into memory of `device`, if it is not there yet. */
export function upload(node: Node, value: Value, device: Device): Storage {
  if (value.storage !== undefined && value.device === device) return value.storage;
  const storage = device.allocate(sizeOf(node.shape) * bytesPerElement[node.dtype]);
  device.write(storage, value.data!);
  place(value, storage, device);
  return storage;
}

function place(value: Value, storage: Storage, device: Device): void {
  if (value.storage !== undefined) forget(value);
  value.storage = storage;
  value.device = device;
  value.pressure = new ArrayBuffer(Math.min(storage.bytes, heaviest));
  abandoned.register(value, storage, value);
}

/** Gives a value up for good, on the host and on the device. */
export function dispose(value: Value): void {
  forget(value);
  delete value.data;
  value.disposed = true;
}

/** Turns a node into a leaf whose data is computed later. */
export function defer(node: Node): void {
  values.set(node, {});
  node.settle();
}

/** Notes why a deferred node has no data. */
export function fail(node: Node, failure: unknown): void {
  values.set(node, { failure });
}

/** Fails where a value could not be computed, or was given up before what depends on it was. */
export function checkAlive(value: Value | undefined): asserts value is Value {
  if (value === undefined) {
    throw new TypeError(
      "a tensor inside a loss or inside a function given to jit has no value yet: return it, and read the result",
    );
  }
  if (value.failure !== undefined) throw value.failure;
  if (value.disposed !== true) return;
  throw new TypeError(
    "a tensor was disposed of (by `using`, say) before this was computed from it: read the result first, or leave it to the garbage collector",
  );
}

/** Gives a value's device memory back now. */
export function forget(value: Value): void {
  if (value.storage === undefined) return;
  abandoned.unregister(value);
  value.storage.release();
  delete value.storage;
  delete value.device;
  delete value.pressure;
}
