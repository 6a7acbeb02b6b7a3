import type { TensorData } from "../core/dtype.ts";
import { formatShape, type Shape, sizeOf, stridesOf } from "../core/shape.ts";
import { mostNumbers, type WeightTensor, weightTensor } from "./weight_file.ts";
import { bytesPerNumber, decodeNumbers, type ElementType } from "./element_types.ts";
import { PickleGlobal, type PickleValue } from "./pickle.ts";
import type { ByteSource } from "./byte_source.ts";

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

/** Storage classes, and the types that have none of their own, by their names in the module `torch`. */
const types: Readonly<Record<string, ElementType>> = {
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
  uint16: "u16",
  uint32: "u32",
  uint64: "u64",
  float8_e5m2: "f8_e5m2",
  float8_e4m3fn: "f8_e4m3",
};

/** The other types, which only stand beside tensors. */
const otherTypes = [
  ...["float64", "float32", "float16", "bfloat16", "complex64", "complex128"],
  ...["int64", "int32", "int16", "int8", "uint8", "bool"],
];

/** A type of numbers, or a class of storages of it; neither is ever called. */
class NumberType extends PickleGlobal {
  constructor(name: string, readonly type?: ElementType) {
    super(name, () => {
      throw new SyntaxError(`${name} is called; expected a storage of the file`);
    });
  }
}

/** What checkpoints hold beside tensors: it is read as nothing. */
const neglected = [
  "collections.Counter",
  "torch.device",
  "torch.serialization._get_layout",
  "_codecs.encode",
  ...["__builtin__", "builtins"].flatMap((module) =>
    ["set", "frozenset", "bytearray", "complex"].map((name) => `${module}.${name}`)
  ),
];

const globals = new Map<string, PickleGlobal>(
  [
    new PickleGlobal("collections.OrderedDict", ([pairs]) => {
      const dict = new Map<PickleValue, PickleValue>();
      for (const pair of Array.isArray(pairs) ? pairs : []) {
        if (Array.isArray(pair)) dict.set(pair[0] ?? null, pair[1] ?? null);
      }
      return dict;
    }),
    new PickleGlobal("torch.Size", ([sizes]) => sizes ?? []),
    new PickleGlobal("torch._utils._rebuild_tensor", (args) => rebuildTensor(args)),
    new PickleGlobal("torch._utils._rebuild_tensor_v2", (args) => rebuildTensor(args)),
    new PickleGlobal("torch._utils._rebuild_tensor_v3", (args) => {
      const type = args[6] instanceof NumberType ? args[6].type : undefined;
      if (type !== undefined) return rebuildTensor(args, type);
      throw new SyntaxError("a tensor of an unknown type");
    }),
    new PickleGlobal("torch._utils._rebuild_parameter", ([tensor]) => {
      if (tensor instanceof TorchTensor) return tensor;
      throw new SyntaxError("a parameter is made of what is no tensor");
    }),
    ...neglected.map((name) => new PickleGlobal(name, () => null)),
    ...Object.entries(types).map(([name, type]) => new NumberType(`torch.${name}`, type)),
    ...otherTypes.map((name) => new NumberType(`torch.${name}`)),
    new NumberType("torch.storage.UntypedStorage", "u8"),
  ].map((global) => [global.name, global]),
);

/** What the globals of a file of tensors stand for. */
export function findTorchGlobal(module: string, name: string): PickleGlobal | undefined {
  return globals.get(`${module}.${name}`);
}

const isCount = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;

/** A view of a storage; `type` is that of its numbers where the storage is one of bytes. */
function rebuildTensor(args: readonly PickleValue[], type?: ElementType): TorchTensor {
  const [bytes, offset, shape, strides] = args;
  const storage = bytes instanceof TorchStorage && type !== undefined ? typed(bytes, type) : bytes;
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

/** A storage of bytes as one of numbers. */
function typed({ key, offset, length }: TorchStorage, type: ElementType): TorchStorage {
  const size = bytesPerNumber[type];
  return new TorchStorage(key, type, offset / size, Math.floor(length / size));
}

/** The storage that a persistent id ("storage", class, key, device, length[, view]) stands for. */
export function storageOf(id: PickleValue): TorchStorage {
  const [kind, type, key, , length, view] = Array.isArray(id) ? id : [];
  if (
    kind !== "storage" || !(type instanceof NumberType) || type.type === undefined ||
    typeof key !== "string" ||
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
  const last = shape.reduce((sum, d, axis) => sum + (d - 1) * strides[axis]!, 0);
  // Any part may lie anywhere in the run, which is kept for the parts after it until the last.
  let run: Promise<TensorData> | undefined;
  return weightTensor({ name, shape, type }, async (begin, end) => {
    if (contiguous || size === 0) return await readRun(offset + begin, end - begin);
    const numbers = await (run ??= readRun(offset, last + 1));
    if (end === size) run = undefined;
    return gather(numbers, shape, strides, begin, end);
  });
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
