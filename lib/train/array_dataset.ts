import { copyRow } from "./batch.ts";
import { type ArrayDatasetOptions, examplesOf } from "./columns.ts";
import { type Dataset, makeDataset, type ReadExample } from "./dataset.ts";

export type { NestedNumbers } from "../tensor/print.ts";
export type { ArrayDatasetOptions, ArraySource, ArraySources, ShapedSource } from "./columns.ts";

/**
 * A data set in memory. Typed arrays are used as they are, without a copy.
 *
 * ```ts
 * import { arrayDataset } from "@striate/striate";
 *
 * const xor = arrayDataset({
 *   inputs: [[0, 0], [0, 1], [1, 0], [1, 1]],
 *   targets: [0, 1, 1, 0],
 *   classes: ["same", "different"],
 * });
 * console.log(xor.length, xor.inputs[0], xor.targets[0]);
 * // 4 { shape: [2], dtype: "f32" } { shape: [], dtype: "i32" }
 * ```
 *
 * @throws {TypeError} where data are not of the stated or of one common shape
 * @throws {RangeError} for no examples, unequal counts, or a label outside the classes
 */
export function arrayDataset(options: ArrayDatasetOptions): Dataset {
  const { length, schema, examples } = examplesOf(options), [labels] = schema.targets;
  const read: ReadExample = (index, batch, row) => copyRow(schema, examples, index, batch, row);
  if (labels === undefined || labels.dtype === "f32" || labels.shape.length > 0) {
    return makeDataset(length, schema, read);
  }
  return makeDataset(length, schema, read, () => examples.targets[0]!);
}
