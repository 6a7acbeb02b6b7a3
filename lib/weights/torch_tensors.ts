import type { TensorData } from "../core/dtype.ts";
import { formatShape, type Shape, sizeOf, stridesOf } from "../core/shape.ts";
import { checkNumbers, mostNumbers, type WeightTensor } from "./file.ts";
import { bytesPerNumber, decodeNumbers, type ElementType } from "./numbers.ts";
import { PickleGlobal, type PickleValue } from "./pickle.ts";
import type { ByteSource } from "./source.ts";

/** Numbers that tensors are views of: `length` from `offset` on in the stored run named `key`. */
export class TorchStorage {
  /** Numbers from `offset` on in the run named `key`. */
  constructor(
    readonly key: string,
    readonly type: ElementType,
    readonly offset: number,
    readonly length: number,
  ) {}
}

/** A view of a storage, as PyTorch describes it: offset and strides in numbers. */
export class TorchTensor {
  /** A view of `storage`. */
  constructor(
    readonly storage: TorchStorage,
    readonly offset: number,
    readonly shape: Shape,
    readonly strides: readonly number[],
  ) {}
}

/** Storage classes by their name in the module `torch`. */
const storageTypes: Readonly<Record<string, ElementType>> = {
  DoubleStorage: "f64",
  FloatStorage: "f32",
  HalfStorage: "f16",
  BFloat16Storage: "bf16",
  LongStorage: "i64",
  IntStorage: "i32",
  ShortStorage: "i16",
  CharStorage: "i8",
  ByteStorage: "u8",
  BoolStorage: "bool",
};

class StorageType extends PickleGlobal {
  constructor(name: string, readonly type: ElementType) {
    super(`torch.${name}`, () => {
      throw new SyntaxError(`torch.${name} is called; expected a storage of the file`);
    });
  }
}

const globals = new Map<string, PickleGlobal>(
  ([
    ["collections.OrderedDict", ([pairs]) => {
      const dict = new Map<PickleValue, PickleValue>();
      for (const pair of Array.isArray(pairs) ? pairs : []) {
        if (Array.isArray(pair)) dict.set(pair[0] ?? null, pair[1] ?? null);
      }
      return dict;
    }],
    ["torch.Size", ([sizes]) => sizes ?? []],
    ["torch._utils._rebuild_tensor", rebuildTensor],
    ["torch._utils._rebuild_tensor_v2", rebuildTensor],
    ["torch._utils._rebuild_parameter", ([tensor]) => {
      if (tensor instanceof TorchTensor) return tensor;
      throw new SyntaxError("a parameter is made of what is no tensor");
    }],
  ] satisfies [string, (args: readonly PickleValue[]) => PickleValue][]).map(
    ([name, make]) => [name, new PickleGlobal(name, make)],
  ),
);
for (const [name, type] of Object.entries(storageTypes)) {
  globals.set(`torch.${name}`, new StorageType(name, type));
}

/** What the globals of a file of tensors stand for. */
export function findTorchGlobal(module: string, name: string): PickleGlobal | undefined {
  return globals.get(`${module}.${name}`);
}

const isCount = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;

function rebuildTensor(args: readonly PickleValue[]): TorchTensor {
  const [storage, offset, shape, strides] = args;
  const counts = (list: unknown): list is number[] => Array.isArray(list) && list.every(isCount);
  if (
    !(storage instanceof TorchStorage) || !isCount(offset) || !counts(shape) ||
    !counts(strides) || shape.length !== strides.length || shape.length > 32
  ) {
    throw new SyntaxError("a tensor without a storage, an offset, a shape and strides");
  }
  const size = sizeOf(shape);
  const last = shape.reduce((sum, d, axis) => sum + (d - 1) * strides[axis]!, offset);
  // More numbers than the storage has would be one repeated by strides of 0: nothing that trains.
  if (size > storage.length || size > mostNumbers || (size > 0 && last >= storage.length)) {
    throw new SyntaxError(
      `a tensor ${formatShape(shape)} at ${offset} with strides [${strides.join(", ")}] does not ` +
        `fit its storage of ${storage.length} numbers`,
    );
  }
  return new TorchTensor(storage, offset, [...shape], [...strides]);
}

/** The storage that a persistent id ("storage", class, key, device, length[, view]) stands for. */
export function storageOf(id: PickleValue): TorchStorage {
  const [kind, type, key, , length, view] = Array.isArray(id) ? id : [];
  if (
    kind !== "storage" || !(type instanceof StorageType) || typeof key !== "string" ||
    !isCount(length)
  ) {
    throw new SyntaxError("a persistent id that is no storage");
  }
  if (!Array.isArray(view)) return new TorchStorage(key, type.type, 0, length);
  const [, offset, part] = view;
  if (!isCount(offset) || !isCount(part) || offset + part > length) {
    throw new SyntaxError(`a view of storage ${key} that leaves it`);
  }
  return new TorchStorage(key, type.type, offset, part);
}

/** A tensor whose storage begins at byte `start` of the file. */
export function torchWeight(
  name: string,
  { storage, shape, strides, offset }: TorchTensor,
  start: number,
  source: ByteSource,
): WeightTensor {
  const { type } = storage;
  const item = bytesPerNumber[type];
  const size = sizeOf(shape);
  const readRun = async (from: number, count: number): Promise<TensorData> => {
    const at = start + (storage.offset + from) * item;
    return decodeNumbers(type, await source.read(at, count * item), `${source.where}: ${name}`);
  };
  const packed = stridesOf(shape);
  const contiguous = shape.every((d, axis) => d === 1 || strides[axis] === packed[axis]);
  return {
    name,
    shape,
    type,
    read: async (begin = 0, end = size) => {
      checkNumbers(name, size, begin, end);
      if (contiguous || size === 0) return await readRun(offset + begin, end - begin);
      const last = shape.reduce((sum, d, axis) => sum + (d - 1) * strides[axis]!, 0);
      return gather(await readRun(offset, last + 1), shape, strides, begin, end);
    },
  };
}

/** The numbers `begin` to `end`, in row-major order, of a view with any strides. */
function gather(
  run: TensorData,
  shape: Shape,
  strides: readonly number[],
  begin: number,
  end: number,
): TensorData {
  const result = run.slice(0, end - begin) as TensorData;
  const packed = stridesOf(shape);
  for (let i = begin; i < end; i++) {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      at += Math.floor(i / packed[axis]!) % shape[axis]! * strides[axis]!;
    }
    result[i - begin] = run[at]!;
  }
  return result;
}
