import { describeValue } from "../core/errors.ts";
import type { Normalization } from "../core/preprocessing.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * What a model sees of an input [..., channels]: f32 as it is, uint8 images as
 * (x / 255 - mean) / standard deviation, or x / 255 where no normalization is known. This runs on
 * the device, so that images travel as bytes.
 *
 * @throws {TypeError} if the normalization has other channels.
 */
export function preprocess(x: Tensor, normalization: Normalization | undefined): Tensor {
  if (x.dtype !== "u8") return x.cast("f32");
  const channels = x.shape.at(-1) ?? 1;
  const { mean, standardDeviation } = normalization ?? { mean: [0], standardDeviation: [1] };
  if (normalization !== undefined) checkNormalization(normalization, channels);
  const at = (list: readonly number[], c: number) => list[list.length === 1 ? 0 : c]!;
  const vector = (value: (c: number) => number) =>
    tensor(Float32Array.from({ length: channels }, (_, c) => value(c)));
  const factor = vector((c) => 1 / (255 * at(standardDeviation, c)));
  const shift = vector((c) => -at(mean, c) / at(standardDeviation, c));
  return x.cast("f32").mul(factor).add(shift);
}

/**
 * Checks that a normalization fits images with `channels` channels.
 *
 * @throws {TypeError} if there are neither 1 nor `channels` numbers, {RangeError} if one makes no sense.
 */
export function checkNormalization(
  { mean, standardDeviation }: Normalization,
  channels: number,
  where = "normalization",
): void {
  for (const [name, list] of Object.entries({ mean, standardDeviation })) {
    if (!Array.isArray(list)) {
      throw new TypeError(
        `${where}: ${name}: expected a list of numbers, found ${describeValue(list)}`,
      );
    }
    if (list.length !== 1 && list.length !== channels) {
      throw new TypeError(
        `${where}: ${name}: expected 1 or ${channels} numbers, found ${list.length}`,
      );
    }
    const wrong = list.find((x) => !Number.isFinite(x) || (name !== "mean" && x <= 0));
    if (wrong !== undefined) {
      throw new RangeError(
        `${where}: ${name}: expected finite numbers${name === "mean" ? "" : " above 0"}, found ` +
          describeValue(wrong),
      );
    }
  }
}
