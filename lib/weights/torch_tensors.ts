import type { TensorData } from "../core/dtype.ts";
import { formatShape, type Shape, sizeOf, stridesOf } from "../core/shape.ts";
import { mostNumbers, type WeightTensor, weightTensor } from "./weight_file.ts";
import { bytesPerNumber, decodeNumbers, type ElementType, isReadable } from "./element_types.ts";
import { PickleGlobal, type PickleValue, StandIn } from "./pickle.ts";
import type { ByteSource } from "./byte_source.ts";

/** Numbers that tensors are views of: `length` from `offset` on in the stored run named `key`. */
export class TorchStorage {
  /** Numbers from `offset` on in the run named `key`, of a type that is known here or of PyTorch's. */
  constructor(
    readonly key: string,
    readonly type: string,
    readonly offset: number,
    readonly length: number,
  ) {}
}

/** A view of a storage, as PyTorch describes it: offset and strides in numbers. */
export class TorchTensor {
  /** A view of `storage`. */
  constructor(
    readonly storage: TorchStorage & { readonly type: ElementType },
    readonly offset: number,
    readonly shape: Shape,
    readonly strides: readonly number[],
    /** Whether its numbers are those of the storage with the other sign. */
    readonly negated = false,
  ) {}
}

/** A tensor of a kind that cannot be read: of complex numbers, sparse, quantized. */
export class UnreadableTensor {
  /** What kind it is, in a word, and its shape as far as it is known. */
  constructor(readonly type: string, readonly shape: Shape) {}
}

/** Whether a value is a tensor of whatever kind. */
export const isTensor = (value: unknown): value is TorchTensor | UnreadableTensor =>
  value instanceof TorchTensor || value instanceof UnreadableTensor;

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

/** Other classes of storages, whose numbers cannot be read: what these are, and the bytes of one. */
const otherStorages: Readonly<Record<string, readonly [type: string, bytes: number]>> = {
  ComplexFloatStorage: ["complex64", 8],
  ComplexDoubleStorage: ["complex128", 16],
  QInt8Storage: ["qint8", 1],
  QUInt8Storage: ["quint8", 1],
  QInt32Storage: ["qint32", 4],
  QUInt4x2Storage: ["quint4x2", 1],
  QUInt2x4Storage: ["quint2x4", 1],
};
const otherTypes = new Map(Object.values(otherStorages));

/** Bytes of a number in a storage; undefined for a class that is not known. */
export function bytesInStorage({ type }: TorchStorage): number | undefined {
  if (isReadable(type)) return bytesPerNumber[type];
  return otherTypes.get(type);
}

/** A type of numbers, or a class of storages of it; neither is ever called. */
class NumberType extends PickleGlobal {
  constructor(name: string, readonly type: string) {
    super(name, () => {
      throw new SyntaxError(`${name} is called; expected a storage of the file`);
    });
  }
}

/** How a tensor of each kind is made, by the function's name in `torch`. */
const kinds: Readonly<Record<string, PickleGlobal["call"]>> = {
  "_utils._rebuild_tensor": (args) => rebuildTensor(args),
  "_utils._rebuild_tensor_v2": (args) => rebuildTensor(args, undefined, args[6]),
  "_utils._rebuild_tensor_v3": (args) => {
    const type = args[6];
    return type instanceof NumberType && isReadable(type.type)
      ? rebuildTensor(args, type.type, args[7])
      : new UnreadableTensor(typeName(type), shapeOf(args[2]));
  },
  "_utils._rebuild_parameter": ([tensor = null]) => tensor,
  "_utils._rebuild_parameter_with_state": ([tensor = null]) => tensor,
  "_utils._rebuild_device_tensor_from_cpu_tensor": ([tensor = null]) => tensor,
  // A tensor with attributes, or of a subclass: what makes it, its class, arguments, attributes.
  "_tensor._rebuild_from_type": (args) => rebuildFromType(args),
  "_tensor._rebuild_from_type_v2": (args) => rebuildFromType(args),
  "_utils._rebuild_qtensor": ([, , shape]) => new UnreadableTensor("quantized", shapeOf(shape)),
  "_utils._rebuild_sparse_tensor": ([, parts]) =>
    new UnreadableTensor(
      "sparse",
      shapeOf(Array.isArray(parts) ? parts.findLast((part) => Array.isArray(part)) : undefined),
    ),
  "_utils._rebuild_nested_tensor": () => new UnreadableTensor("nested", []),
  "_utils._rebuild_meta_tensor_no_storage": ([, shape]) =>
    new UnreadableTensor("meta (without numbers)", shapeOf(shape)),
  "_utils._rebuild_wrapper_subclass": ([type, , shape]) =>
    new UnreadableTensor(typeName(type), shapeOf(shape)),
};

/** Storages of bytes, as versions of PyTorch have called them. */
const untyped = ["storage.UntypedStorage", "storage._UntypedStorage", "UntypedStorage"];

const globals = new Map(
  [
    new PickleGlobal("torch.Size", ([sizes]) => sizes ?? []),
    ...Object.entries(kinds).map(([name, call]) => new PickleGlobal(`torch.${name}`, call)),
    ...Object.entries(types).map(([name, type]) => new NumberType(`torch.${name}`, type)),
    ...Object.entries(otherStorages).map(([name, [type]]) => new NumberType(`torch.${name}`, type)),
    ...untyped.map((name) => new NumberType(`torch.${name}`, "u8")),
  ].map((global) => [global.name, global]),
);

/** What the globals of a file of tensors stand for. */
export function findTorchGlobal(name: string): PickleGlobal | undefined {
  return globals.get(name);
}

const isCount = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;
const areCounts = (list: unknown): list is number[] => Array.isArray(list) && list.every(isCount);
const shapeOf = (sizes: unknown): Shape =>
  areCounts(sizes) && sizes.length <= mostAxes && isCount(sizeOf(sizes)) ? [...sizes] : [];
const typeName = (type: unknown) =>
  type instanceof PickleGlobal || type instanceof StandIn ? type.name : "unknown";

/** More axes, or numbers that strides of 0 make of few, are no weights. */
const mostAxes = 32;
const mostRepeated = 1 << 26;

function rebuildFromType([make, , args]: readonly PickleValue[]): PickleValue {
  return make instanceof PickleGlobal && Array.isArray(args)
    ? make.call(args)
    : new UnreadableTensor(typeName(make), []);
}

/**
 * A view of a storage; `type` is that of its numbers where the storage is one of bytes, `marks` a
 * dict that says whether they are negated.
 */
function rebuildTensor(
  args: readonly PickleValue[],
  type?: ElementType,
  marks?: PickleValue,
): TorchTensor | UnreadableTensor {
  const [bytes, offset, shape, strides] = args;
  const storage = bytes instanceof TorchStorage && type !== undefined ? typed(bytes, type) : bytes;
  if (
    !(storage instanceof TorchStorage) || !isCount(offset) || !areCounts(shape) ||
    !areCounts(strides) || shape.length !== strides.length || shape.length > mostAxes
  ) {
    throw new SyntaxError("a tensor without a storage, an offset, a shape and strides");
  }
  if (!hasReadableType(storage)) return new UnreadableTensor(storage.type, shapeOf(shape));
  const size = sizeOf(shape);
  const last = shape.reduce((sum, d, axis) => sum + (d - 1) * strides[axis]!, offset);
  if (size > mostNumbers || (size > 0 && last >= storage.length)) {
    throw new SyntaxError(
      `a tensor ${formatShape(shape)} at ${offset} with strides [${strides.join(", ")}] does not ` +
        `fit its storage of ${storage.length} numbers`,
    );
  }
  if (size > storage.length && size > mostRepeated) {
    return new UnreadableTensor(`${storage.type}, ${storage.length} numbers repeated`, shape);
  }
  const negated = marks instanceof Map && marks.get("neg") === true;
  return new TorchTensor(storage, offset, [...shape], [...strides], negated);
}

const hasReadableType = (storage: TorchStorage): storage is TorchTensor["storage"] =>
  isReadable(storage.type);

/** A storage of bytes as one of numbers. */
function typed({ key, offset, length }: TorchStorage, type: ElementType): TorchStorage {
  const size = bytesPerNumber[type];
  return new TorchStorage(key, type, offset / size, Math.floor(length / size));
}

/** What a persistent id stands for: ("storage", class, key, device, length[, view]) for a storage. */
export function persistentObject(id: PickleValue): TorchStorage | StandIn {
  const [kind, type, key, , length, view] = partsOf(id);
  if (kind !== "storage") return new StandIn("persistent id");
  const isClass = type instanceof NumberType || type instanceof StandIn;
  if (!isClass || typeof key !== "string" || !isCount(length)) {
    throw new SyntaxError("a storage without a class, a key and a length");
  }
  const numbers = type instanceof NumberType ? type.type : type.name;
  if (!Array.isArray(view)) return new TorchStorage(key, numbers, 0, length);
  const [, offset, part] = view;
  if (!isCount(offset) || !isCount(part) || offset + part > length) {
    throw new SyntaxError(`a view of storage ${key} that leaves it`);
  }
  return new TorchStorage(key, numbers, offset, part);
}

/** The parts of a persistent id. Protocol 0 has it as a text, as Python prints the tuple. */
function partsOf(id: PickleValue): readonly PickleValue[] {
  if (typeof id !== "string") return Array.isArray(id) ? id : [];
  const [, type, key, length] =
    /^\('storage', <class '(.+)'>, '(.*)', '.*', (\d{1,15})(?:, None)?\)$/.exec(id) ?? [];
  if (type === undefined) return [];
  return ["storage", globals.get(type) ?? new StandIn(type), key!, "cpu", Number(length)];
}

/** A tensor of which `source` has the storage. */
export function torchWeight(
  name: string,
  { storage, shape, strides, offset, negated }: TorchTensor,
  source: ByteSource,
): WeightTensor {
  const { type } = storage;
  const item = bytesPerNumber[type];
  const size = sizeOf(shape);
  const readRun = async (from: number, count: number): Promise<TensorData> => {
    const at = (storage.offset + from) * item;
    const bytes = await source.read(at, count * item);
    const numbers = decodeNumbers(type, bytes, `${source.where}: ${name}`);
    return negated ? numbers.map((x) => -x) : numbers;
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
  const result = sameType(run, end - begin);
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

/** Room for so many numbers of a kind. */
function sameType(data: TensorData, count: number): TensorData {
  if (data instanceof Float32Array) return new Float32Array(count);
  return data instanceof Int32Array ? new Int32Array(count) : new Uint8Array(count);
}
