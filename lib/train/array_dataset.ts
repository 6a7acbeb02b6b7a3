import { type ArrayDatasetOptions, examplesOf } from "./columns.ts";
import { type Dataset, inMemory } from "./dataset.ts";

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
  return inMemory(examplesOf(options));
}
