/**
 * Batches: what data sets and streams hand to a model, as typed arrays on the host.
 *
 * @module
 */
import { describeValue } from "../core/errors.ts";
import { custom, flag, integer, positiveInteger, required } from "../core/option_kinds.ts";
import { type DType, dtypeOf, type TensorData, typedArray } from "../core/dtype.ts";
import type { Normalization } from "../core/preprocessing.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import type { ByName } from "../nn/end_names.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** One array of an example: `[28, 28, 1]` and `u8` for a grey image, `[]` and `i32` for a label. */
export interface Field {
  /** The shape of ONE example, without the batch axis. */
  readonly shape: readonly number[];
  /** The element type in which batches hold it. */
  readonly dtype: DType;
  /** The input or output of a model that it is for; fields without names go by their order. */
  readonly name?: string;
}

/** One example: an array for each input field and each target field. */
export interface Example {
  /** One array for each input of the model. */
  readonly inputs: readonly TensorData[];
  /** One array for each target. */
  readonly targets: readonly TensorData[];
  /** One array for each field of weights; only where there are any. */
  readonly weights?: readonly TensorData[];
}

/** Several examples; each array is row-major with the batch as its first axis. */
export interface Batch extends Example {
  /** The number of examples. */
  readonly size: number;
  /** Of a share of a batch: its first place in the whole, and how many places that has. */
  readonly share?: { readonly first: number; readonly of: number };
}

/** One of several who each take a share of every batch: a group's process, say. */
export interface Share {
  /** Which one, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
}

/** The places of a batch of `count` that are one's share, from `first` up to `end`; shares differ by 1 at most. */
export function placesOf(count: number, { rank, size }: Share) {
  return { first: Math.floor(rank * count / size), end: Math.floor((rank + 1) * count / size) };
}

/** A batch as tensors, for a training loop of one's own. */
export interface TensorBatch {
  /** The number of examples. */
  readonly size: number;
  /** The first input, [size, ...]. */
  readonly x: Tensor;
  /** The first target, [size, ...]. */
  readonly y: Tensor;
  /** All inputs. */
  readonly inputs: readonly Tensor[];
  /** All targets. */
  readonly targets: readonly Tensor[];
  /** What the examples count in the loss, [size, ...]; only where there are any weights. */
  readonly weights?: readonly Tensor[];
  /** The same by name, as far as fields have names: `net.apply(batch.named.inputs)`. */
  readonly named: {
    /** The inputs. */
    readonly inputs: ByName<Tensor>;
    /** The targets. */
    readonly targets: ByName<Tensor>;
    /** What the examples count, where there are any weights. */
    readonly weights?: ByName<Tensor>;
  };
}

/** What every example of a data set looks like. */
export interface Schema {
  /** One field for each input of the model. */
  readonly inputs: readonly Field[];
  /** One field for each target. */
  readonly targets: readonly Field[];
  /**
   * What an example counts in the loss: one field for all outputs of a model, or one for each. Of
   * shape [], or of the first axes of what the loss compares: a number for each pixel, say.
   */
  readonly weights?: readonly Field[];
  /** The names of the classes, by label, where the target is a class. */
  readonly classes?: readonly string[];
  /**
   * Constants for uint8 images, which a model sees as x / 255 without them: for input 0, and for
   * further inputs of as many channels.
   */
  readonly normalization?: Normalization;
}

/**
 * A schema with other fields. A normalization belongs to input 0: where the inputs change, it is
 * dropped unless another is given. An empty list of weights drops them.
 */
export function changedSchema(schema: Schema, changes: Partial<Schema>): Schema {
  const { inputs = schema.inputs, targets = schema.targets, classes = schema.classes } = changes;
  const { weights = schema.weights ?? [] } = changes;
  const normalization = changes.normalization ??
    (changes.inputs ? undefined : schema.normalization);
  return {
    inputs,
    targets,
    ...(weights.length > 0 && { weights }),
    ...(classes && { classes }),
    ...(normalization && { normalization }),
  };
}

/** The lists of fields. */
const sides = ["inputs", "targets", "weights"] as const;

/** The options by which examples are cut into batches. */
export const cutSchema = {
  batchSize: required(positiveInteger()),
  epoch: integer({ least: 0 }, 0),
  seed: integer({}, 0),
  start: integer({ least: 0 }, 0),
  dropRemainder: flag(false),
  share: custom(
    "{ rank, size } with a rank below the size, as a group has them",
    (value): value is Share => {
      const { rank, size } = (value ?? {}) as Partial<Share>;
      return Number.isInteger(rank) && Number.isInteger(size) && rank! >= 0 && rank! < size!;
    },
  ),
};

/** A batch of zeros with the arrays that `schema` asks for. */
export function emptyBatch(schema: Schema, size: number): Batch {
  const make = (field: Field) => typedArray(field.dtype, size * sizeOf(field.shape));
  return { size, ...onSides(schema, (fields) => fields.map(make)) };
}

/** Something of inputs, of targets, and of weights where there are any. */
export function onSides<T, R>(
  { inputs, targets, weights }: Sides<T>,
  change: (side: T, name: keyof Sides<T>) => R,
): Sides<R> {
  return {
    inputs: change(inputs, "inputs"),
    targets: change(targets, "targets"),
    ...weights && { weights: change(weights, "weights") },
  };
}

/** Inputs, targets, and weights where there are any. */
export interface Sides<T> {
  readonly inputs: T;
  readonly targets: T;
  readonly weights?: T;
}

/** The first `size` examples of a batch, as views of its arrays. */
export function firstRows(batch: Batch, size: number): Batch {
  const cut = (data: TensorData) => data.subarray(0, data.length / batch.size * size);
  return { size, ...onSides(batch, (arrays) => arrays.map(cut)) };
}

/** A batch without some of its rows, in the same arrays. */
export function keptRows(schema: Schema, batch: Batch, isKept: (row: number) => boolean): Batch {
  let size = 0;
  for (let row = 0; row < batch.size; row++) {
    if (!isKept(row)) continue;
    if (size < row) copyRow(schema, batch, row, batch, size);
    size++;
  }
  return size === batch.size ? batch : firstRows(batch, size);
}

/** A batch's arrays as tensors of their own. */
export function tensorBatch(schema: Schema, batch: Batch): TensorBatch {
  const { size } = batch;
  const tensors = onSides<readonly Field[], readonly Tensor[]>(
    schema,
    (fields, side) =>
      fields.map(({ shape }, i) => tensor(batch[side]![i]!, { shape: [size, ...shape] })),
  );
  const named = onSides<readonly Field[], ByName<Tensor>>(
    schema,
    (fields, side) =>
      Object.fromEntries(
        fields.flatMap(({ name }, i) => name === undefined ? [] : [[name, tensors[side]![i]!]]),
      ),
  );
  return { size, x: tensors.inputs[0]!, y: tensors.targets[0]!, ...tensors, named };
}

/** Copies row `from` of `source` (a batch, or one example as row 0) to row `row` of `batch`. */
export function copyRow(
  schema: Schema,
  source: Example,
  from: number,
  batch: Batch,
  row: number,
): void {
  for (const side of sides) {
    const fields = schema[side];
    if (fields === undefined) continue;
    const sources = source[side]!, targets = batch[side]!;
    for (let i = 0; i < fields.length; i++) {
      const array = sources[i]!, target = targets[i]!, size = sizeOf(fields[i]!.shape);
      if (size === 1) target[row] = array[from]!;
      else target.set(array.subarray(from * size, (from + 1) * size), row * size);
    }
  }
}

/** `u8[28, 28, 1]`, or with its name `image: u8[28, 28, 1]`. */
export function formatField({ name, dtype, shape }: Field): string {
  return `${name === undefined ? "" : `${name}: `}${dtype}${formatShape(shape)}`;
}

/** `(u8[28, 28, 1]) -> (i32[])`, and `weighted by (f32[])` where there are weights. */
export function formatFields(schema: Schema): string {
  const { inputs, targets, weights } = onSides<readonly Field[], string>(
    schema,
    (fields) => fields.map(formatField).join(", "),
  );
  return `(${inputs}) -> (${targets})${weights === undefined ? "" : ` weighted by (${weights})`}`;
}

/** Refuses data with other fields or classes than the first. */
export function checkAlike(first: Schema, other: Schema, where: string): void {
  const [expected, found] = [formatFields(first), formatFields(other)];
  if (found !== expected) {
    throw new TypeError(`${where}: expected fields ${expected}, found ${found}`);
  }
  const { classes } = first;
  if (!classes || !other.classes || String(classes) === String(other.classes)) return;
  throw new RangeError(
    `${where}: expected the same classes in the same order (${classes}), found ` +
      `${other.classes}; map the labels of one of them`,
  );
}

/** Checks that an example made by a user has the arrays that `schema` declares. */
export function checkExample(schema: Schema, example: Example, what: string): void {
  if (example === null || typeof example !== "object") {
    throw new TypeError(
      `${what}: expected { inputs, targets }, found ${describeValue(example)}`,
    );
  }
  for (const side of sides) {
    const fields = schema[side], arrays = example[side];
    if (fields === undefined) continue;
    if (arrays?.length !== fields.length) {
      throw new TypeError(
        `${what}: expected ${fields.length} ${side}, found ${arrays?.length ?? "none"}`,
      );
    }
    fields.forEach((field, i) => {
      const dtype = dtypeOf(arrays[i]), length = arrays[i]!.length, size = sizeOf(field.shape);
      if (dtype !== field.dtype || length !== size) {
        throw new TypeError(
          `${what}, ${side}[${i}]: expected ${formatField(field)} (${size} elements), found ` +
            `${dtype ?? "no typed array"} with ${length} elements`,
        );
      }
    });
  }
}

/** The fields of examples of which tensors are a batch. */
export const fieldsOf = (tensors: readonly Tensor[]): Field[] =>
  tensors.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }));
