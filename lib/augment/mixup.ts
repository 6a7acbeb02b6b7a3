import { checkData } from "../train/model_data.ts";
import { formatField, type Schema } from "../train/batch.ts";
import type { Dataset } from "../train/dataset.ts";
import type { DataStream } from "../train/stream.ts";
import { blended, mixed, type MixOptions } from "./mix.ts";

/** Inputs can be mixed where they are numbers, not indices. */
function checkInputs(source: Schema, where: string): void {
  checkData(source, where);
  for (const field of source.inputs) {
    if (field.dtype === "u8" || field.dtype === "f32") continue;
    throw new TypeError(`${where}: expected inputs of u8 or f32, found ${formatField(field)}`);
  }
}

/**
 * A data set whose examples are each mixed with another of it, drawn at random: the share of the
 * first, of inputs and targets alike, is drawn from a beta distribution. Labels become probabilities
 * of the classes, which the loss "crossEntropy" takes. Source: Zhang et al., "mixup: beyond empirical
 * risk minimization", 2018.
 *
 * The other example is read for each, and augmented as any; so reading costs twice as much. In a
 * stream each is mixed with the one before, which costs nothing: shuffle it before.
 *
 * ```ts
 * import { augmentation, shapes } from "@striate/striate";
 * const { train } = shapes({ train: 100, test: 10 });
 * const mixed = augmentation.mixup(train.map(augmentation.pipeline("crop-flip")), { alpha: 0.2 });
 * console.log(mixed.targets[0]); // { shape: [ 4 ], dtype: "f32" }, for as many classes
 * ```
 *
 * @throws {TypeError} for inputs or targets that cannot be mixed, labels of unknown classes
 * @throws {RangeError} for an alpha that is not above 0
 */
export function mixup(source: Dataset, given?: MixOptions): Dataset;
/** The same of a stream. */
export function mixup(source: DataStream, given?: MixOptions): DataStream;
export function mixup(source: Dataset | DataStream, given: MixOptions = {}): Dataset | DataStream {
  checkInputs(source, "mixup");
  return mixed(source, "mixup", given, (first, second, share) => ({
    inputs: first.map((data, i) => blended(data, second[i]!, share)),
    share,
  }));
}
