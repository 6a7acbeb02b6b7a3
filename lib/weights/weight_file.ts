import type { TensorData } from "../core/dtype.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";

/** A tensor of a file of weights; its numbers are read when they are asked for. */
export interface WeightTensor {
  /** Its name in the file. */
  readonly name: string;
  /** Its shape in the file. */
  readonly shape: Shape;
  /**
   * Type of its numbers in the file: an {@linkcode ElementType}, or the file's word for what cannot be
   * read, such as complex numbers.
   */
  readonly type: string;
  /**
   * A copy of the numbers from `begin` to `end` (all by default), in row-major order: floating-point ones as
   * f32, integers as i32, bytes and truth values as u8.
   *
   * @throws {SyntaxError} where the file ends before, or its type cannot be read
   * @throws {RangeError} for an integer that i32 cannot hold
   */
  read(begin?: number, end?: number): Promise<TensorData>;
}

/** An open file of weights. */
export interface WeightFile {
  /** The path or URL. */
  readonly where: string;
  /** What kind of file it is; found by content. */
  readonly format: "safetensors" | "pytorch" | "keras" | "caffe";
  /** The tensors by name, in the file's order. */
  readonly tensors: ReadonlyMap<string, WeightTensor>;
  /**
   * The sets of tensors that were saved apart, by their places, where a PyTorch file has several:
   * "state_dict", "state_dict_ema", "generator". `tensors` are those of one of them, where that is
   * sure to be the network's, or else all.
   */
  readonly parts: ReadonlyMap<string, ReadonlyMap<string, WeightTensor>>;
  /** Texts by name, where the format has them. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Closes the file; tensors cannot be read any more. */
  close(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
}

/** A tensor never has more numbers: indices are 32 bits. */
export const mostNumbers = 2 ** 31 - 1;

/** Names are no longer: of long ones, joined from parts that repeat, a small file could make many. */
const longestName = 1000;

/** A file of weights; `close` is also what `using` calls. */
export function weightFile(
  { tensors, parts = new Map(), ...file }:
    & Pick<WeightFile, "where" | "format" | "close">
    & Partial<Pick<WeightFile, "metadata">>
    & {
      readonly tensors: Iterable<WeightTensor>;
      readonly parts?: ReadonlyMap<string, Iterable<WeightTensor>>;
    },
): WeightFile {
  return {
    metadata: {},
    ...file,
    tensors: byName(tensors, file.where),
    parts: new Map(Array.from(parts, ([name, part]) => [name, byName(part, file.where)])),
    [Symbol.dispose]: file.close,
  };
}

function byName(list: Iterable<WeightTensor>, where: string): Map<string, WeightTensor> {
  const tensors = new Map<string, WeightTensor>();
  for (const tensor of list) {
    const { name, shape } = tensor;
    if (name.length > longestName) {
      throw new SyntaxError(`${where}: a tensor's name has more than ${longestName} characters`);
    }
    if (tensors.has(name)) {
      throw new SyntaxError(`${where}: two tensors are named ${JSON.stringify(name)}`);
    }
    if (sizeOf(shape) > mostNumbers) {
      const found = `${JSON.stringify(name)} ${formatShape(shape)}`;
      throw new SyntaxError(`${where}: tensor ${found} has more than ${mostNumbers} numbers`);
    }
    tensors.set(name, tensor);
  }
  return tensors;
}

/** A tensor whose numbers in a range `read` gives; the range has been checked then. */
export function weightTensor(
  { name, shape, type }: Omit<WeightTensor, "read">,
  read: (begin: number, end: number) => TensorData | Promise<TensorData>,
): WeightTensor {
  const size = sizeOf(shape);
  return {
    name,
    shape,
    type,
    read: async (begin = 0, end = size) => {
      if (begin >= 0 && begin <= end && end <= size) return await read(begin, end);
      throw new RangeError(
        `${name}: expected a range within 0 to ${size}, found ${begin} to ${end}`,
      );
    },
  };
}

/** A tensor that is known by name, but whose numbers cannot be read. */
export function unreadableTensor(
  { name, shape, type }: Omit<WeightTensor, "read">,
  where: string,
): WeightTensor {
  return {
    name,
    shape,
    type,
    // deno-lint-ignore require-await
    read: async () => {
      throw new SyntaxError(
        `${where}: ${name}: numbers of the kind ${type} cannot be read; expected ordinary ` +
          "floating-point numbers or integers: convert them, or leave the tensor out by ignore",
      );
    },
  };
}
