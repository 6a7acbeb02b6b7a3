/**
 * Whole data sets in memory: what a user passes as arrays becomes checked columns, one a field.
 *
 * @module
 */
import {
  type DType,
  dtypeOf,
  type NumberArray,
  type TensorData,
  typedArray,
} from "../core/dtype.ts";
import { describeValue } from "../core/errors.ts";
import type { Normalization } from "../core/preprocessing.ts";
import { checkShape, formatShape, sizeOf } from "../core/shape.ts";
import { checkNormalization } from "../nn/preprocess.ts";
import { type NestedNumbers, unnest } from "../tensor/print.ts";
import { type ByName, isByName } from "../nn/end_names.ts";
import { type Example, type Field, formatField, onSides, type Schema } from "./batch.ts";
import { checkWeights } from "./by_output.ts";

/**
 * One field of every example: typed data with the shape of one example; a typed array alone, one
 * number an example; or nested numbers, whose first axis counts the examples.
 */
export type ArraySource =
  | ShapedSource
  | NumberArray
  | NestedNumbers;

/** Numbers of all examples, one after another, and the shape of one; of plain numbers f32 is made. */
export interface ShapedSource {
  /** All numbers, row-major. */
  readonly data: NumberArray | readonly number[];
  /** The shape of one example. */
  readonly shape: readonly number[];
}

/** One field; for several, fields by name, or a list of `{ data, shape }`. */
export type ArraySources =
  | ArraySource
  | readonly ShapedSource[]
  | ByName<ArraySource>;

/** What {@linkcode arrayDataset} makes a data set of. */
export interface ArrayDatasetOptions {
  /**
   * The input; for several, inputs by name, which are those of the model, or a list of
   * `{ data, shape }`. Nested numbers become f32. (An object of `data` and `shape` is one input.)
   */
  readonly inputs: ArraySources;
  /**
   * The target, likewise; may be left out for prediction. A flat list of integers becomes i32
   * labels; for regression on integers give a Float32Array.
   */
  readonly targets?: ArraySources;
  /**
   * What each example counts in the loss, at least 0: one number an example; or by the names of a
   * model's outputs, or as a list of `{ data, shape }`, such for each output. The loss is the mean weighted by them.
   */
  readonly weights?: ArraySources;
  /** The names of the classes, or their number; then labels are checked against them. */
  readonly classes?: readonly string[] | number;
  /** Constants for input 0, where that is a uint8 image. */
  readonly normalization?: Normalization;
}

/** Checked arrays: how many examples, of which fields, and all of them, one after another. */
export interface Columns {
  readonly length: number;
  readonly schema: Schema;
  readonly examples: Example;
}

/** Checks arrays. */
export function examplesOf(
  given: ArrayDatasetOptions,
): Columns {
  if (!isByName(given)) {
    throw new TypeError(
      `arrayDataset: expected { inputs, targets } with arrays, found ${describeValue(given)}`,
    );
  }
  const { inputs, targets, weights, classes, normalization } = given;
  const names = typeof classes === "number"
    ? Array.from({ length: classes }, (_, label) => String(label))
    : classes;
  const columns = {
    inputs: columnsOf(inputs, "inputs"),
    targets: columnsOf(targets, "targets"),
    ...weights !== undefined && { weights: columnsOf(weights, "weights") },
  };
  const length = columns.inputs[0]?.count ?? 0;
  for (const [side, list] of Object.entries(columns)) {
    list.forEach(({ count }, i) => {
      if (count === length) return;
      throw new RangeError(
        `arrayDataset: ${placeOf(side, list, i)} has ${count} examples, but ` +
          `${placeOf("inputs", columns.inputs, 0)} has ${length}`,
      );
    });
  }
  if (length === 0) {
    throw new RangeError("arrayDataset: the data set is empty; expected at least 1 example");
  }
  if (names) checkLabels(columns.targets[0], names);
  columns.weights?.forEach(({ data }, i, list) =>
    checkWeights(data, `arrayDataset: ${placeOf("weights", list, i)}`)
  );
  if (normalization) {
    const channels = columns.inputs[0]!.field.shape.at(-1) ?? 1;
    checkNormalization(normalization, channels, "arrayDataset: normalization");
  }
  const schema: Schema = {
    ...onSides(columns, (list) => list.map(({ field }) => field)),
    ...(names && { classes: names }),
    ...(normalization && { normalization }),
  };
  return { length, schema, examples: onSides(columns, (list) => list.map(({ data }) => data)) };
}

/** All examples of one field. */
interface Column {
  /** What one example holds. */
  readonly field: Field;
  /** All of them, row-major. */
  readonly data: TensorData;
  /** The number of examples. */
  readonly count: number;
}

/** What a column is called in errors. */
function placeOf(side: string, columns: readonly Column[], i: number): string {
  const { name } = columns[i]!.field;
  return name === undefined ? `${side}[${i}]` : `${side}.${name}`;
}

/** Checks that every label names a class; the error says which example does not. */
function checkLabels(column: Column | undefined, classes: readonly string[]): void {
  if (!column || column.field.dtype === "f32" || column.field.shape.length > 0) {
    throw new TypeError(
      "arrayDataset: with classes, expected targets[0] to be one integer label an example, found " +
        (column ? formatField(column.field) : "no targets"),
    );
  }
  const wrong = column.data.findIndex((label) => label < 0 || label >= classes.length);
  if (wrong < 0) return;
  throw new RangeError(
    `arrayDataset: label ${column.data[wrong]} of example ${wrong} is out of range; expected 0 ` +
      `to ${classes.length - 1} (${classes.length} classes)`,
  );
}

/** The columns of one side; `what` is its name in errors. */
function columnsOf(source: ArraySources | undefined, what: string): Column[] {
  if (source === undefined) return [];
  if (areNamed(source)) {
    return Object.entries(source).map(([name, one]) => {
      const { field, ...rest } = columnOf(one, `${what}.${name}`);
      return { field: { ...field, name }, ...rest };
    });
  }
  if (!Array.isArray(source)) return [columnOf(source as ArraySource, what)];
  const several = source.length > 0 && source.every((item) => typeof item?.data === "object");
  return several
    ? source.map((item, i) => columnOf(item as ArraySource, `${what}[${i}]`))
    : [columnOf(source as NestedNumbers, what)];
}

/** Whether they are fields by name, and not one as data and shape. */
function areNamed(source: unknown): source is ByName<ArraySource> {
  if (!isByName(source)) return false;
  const names = Object.keys(source);
  return names.some((name) => name !== "data" && name !== "shape");
}

function columnOf(source: ArraySource, what: string): Column {
  if (Array.isArray(source)) return nestedColumn(source as NestedNumbers, what);
  const { data: given, shape } = dtypeOf(source)
    ? { data: source as TensorData, shape: [] }
    : (source ?? {}) as { data: TensorData; shape: readonly number[] };
  const arePlain = Array.isArray(given) && given.every((x) => typeof x === "number");
  const data = arePlain ? Float32Array.from(given) : given;
  const dtype = dtypeOf(data);
  if (dtype === undefined) {
    throw new TypeError(
      `arrayDataset: ${what}: expected a Float32Array, Int32Array or Uint8Array (alone or as ` +
        `{ data, shape }), or nested arrays of numbers, found ${describeValue(data ?? source)}`,
    );
  }
  checkShape(shape, `arrayDataset: ${what}: shape`);
  const count = data.length / sizeOf(shape);
  if (!Number.isInteger(count)) {
    throw new TypeError(
      `arrayDataset: ${what}: ${data.length} elements are no whole number of examples of shape ` +
        `${formatShape(shape)} (${sizeOf(shape)} elements each)`,
    );
  }
  return { field: { shape: [...shape], dtype }, data, count };
}

/** What stands first in nested lists. */
function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? firstOf(list[0]) : list;
}

/** Nested numbers in a row; what else is often given is told what to do. */
function unnested(source: NestedNumbers, what: string) {
  try {
    return unnest(source, `arrayDataset: ${what}`);
  } catch (error) {
    const hint = what.startsWith("targets") && typeof firstOf(source) === "string"
      ? "; a label is the number of its class, and classes: [...] has their names"
      : what === "inputs" && source.length > 1 && source.every(Array.isArray)
      ? "; several inputs are given by name: inputs: { name: [...], other: [...] }"
      : "";
    throw new TypeError(`${(error as Error).message}${hint}`, { cause: error });
  }
}

function nestedColumn(source: NestedNumbers, what: string): Column {
  const { shape: [count, ...shape], elements } = unnested(source, what);
  const areLabels = what.startsWith("targets") && shape.length === 0 &&
    elements.every((x) => x === (x | 0));
  const dtype: DType = areLabels ? "i32" : "f32";
  return { field: { shape, dtype }, data: typedArray(dtype, elements), count: count! };
}
