/**
 * Batches: what data sets and streams hand to a model, as typed arrays on the host.
 *
 * @module
 */
import { flag, integer, positiveInteger, required } from "../core/option_kinds.ts";
import { type DType, dtypeOf, type TensorData, typedArray } from "../core/dtype.ts";
import type { Normalization } from "../core/preprocessing.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** One array of an example: `[28, 28, 1]` and `u8` for a grey image, `[]` and `i32` for a label. */
export interface Field {
  /** The shape of ONE example, without the batch axis. */
  readonly shape: readonly number[];
  /** The element type in which batches hold it. */
  readonly dtype: DType;
}

/** One example: an array for each input field and each target field. */
export interface Example {
  /** One array for each input of the model. */
  readonly inputs: readonly TensorData[];
  /** One array for each target. */
  readonly targets: readonly TensorData[];
}

/** Several examples; each array is row-major with the batch as its first axis. */
export interface Batch extends Example {
  /** The number of examples. */
  readonly size: number;
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
}

/** What every example of a data set looks like. */
export interface Schema {
  /** One field for each input of the model. */
  readonly inputs: readonly Field[];
  /** One field for each target. */
  readonly targets: readonly Field[];
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
 * dropped unless another is given.
 */
export function changedSchema(schema: Schema, changes: Partial<Schema>): Schema {
  const { inputs = schema.inputs, targets = schema.targets, classes = schema.classes } = changes;
  const normalization = changes.normalization ??
    (changes.inputs ? undefined : schema.normalization);
  return { inputs, targets, ...(classes && { classes }), ...(normalization && { normalization }) };
}

/** The two lists of fields. */
const sides = ["inputs", "targets"] as const;

/** The options by which examples are cut into batches. */
export const cutSchema = {
  batchSize: required(positiveInteger()),
  epoch: integer({ least: 0 }, 0),
  start: integer({ least: 0 }, 0),
  dropRemainder: flag(false),
};

/** A batch of zeros with the arrays that `schema` asks for. */
export function emptyBatch(schema: Schema, size: number): Batch {
  const make = (field: Field) => typedArray(field.dtype, size * sizeOf(field.shape));
  return { size, inputs: schema.inputs.map(make), targets: schema.targets.map(make) };
}

/** The first `size` examples of a batch, as views of its arrays. */
export function firstRows(batch: Batch, size: number): Batch {
  const cut = (data: TensorData) => data.subarray(0, data.length / batch.size * size);
  return { size, inputs: batch.inputs.map(cut), targets: batch.targets.map(cut) };
}

/** A batch's arrays as tensors of their own. */
export function tensorBatch(schema: Schema, { size, inputs, targets }: Batch): TensorBatch {
  const tensors = (fields: readonly Field[], arrays: readonly TensorData[]) =>
    fields.map(({ shape }, i) => tensor(arrays[i]!, { shape: [size, ...shape] }));
  const [x, y] = [tensors(schema.inputs, inputs), tensors(schema.targets, targets)];
  return { size, x: x[0]!, y: y[0]!, inputs: x, targets: y };
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
    const fields = schema[side], sources = source[side], targets = batch[side];
    for (let i = 0; i < fields.length; i++) {
      const array = sources[i]!, target = targets[i]!, size = sizeOf(fields[i]!.shape);
      if (size === 1) target[row] = array[from]!;
      else target.set(array.subarray(from * size, (from + 1) * size), row * size);
    }
  }
}

/** `u8[28, 28, 1]`. */
export function formatField(field: Field): string {
  return `${field.dtype}${formatShape(field.shape)}`;
}

/** `(u8[28, 28, 1]) -> (i32[])`. */
export function formatFields(schema: Schema): string {
  const [inputs, targets] = sides.map((side) => schema[side].map(formatField).join(", "));
  return `(${inputs}) -> (${targets})`;
}

/** Checks that an example made by a user has the arrays that `schema` declares. */
export function checkExample(schema: Schema, example: Example, what: string): void {
  if (example === null || typeof example !== "object" || "then" in example) {
    throw new TypeError(
      `${what}: expected { inputs, targets }, found ${Deno.inspect(example)}; what takes time to ` +
        "read can be a DataStream, whose map() waits for promises",
    );
  }
  for (const side of sides) {
    const fields = schema[side], arrays = example[side];
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
