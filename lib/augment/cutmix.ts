import { typedArray } from "../core/dtype.ts";
import { checkData } from "../train/model_data.ts";
import { formatField } from "../train/batch.ts";
import type { Dataset } from "../train/dataset.ts";
import type { DataStream } from "../train/stream.ts";
import { mixed, type MixOptions } from "./mix.ts";
import type { Window } from "./padding.ts";

/**
 * A data set whose images each have a rectangle from another one, drawn at random, in the same place.
 * Targets are mixed by the area; labels become probabilities of the classes. Source: Yun et al.,
 * "CutMix: regularization strategy to train strong classifiers with localizable features", 2019; the
 * rectangle as torchvision's `CutMix` draws it.
 *
 * @throws {TypeError} for inputs that are no images, or targets that cannot be mixed
 * @throws {RangeError} for an alpha that is not above 0
 */
export function cutmix(source: Dataset, given?: MixOptions): Dataset;
/** The same of a stream. */
export function cutmix(source: DataStream, given?: MixOptions): DataStream;
export function cutmix(
  source: Dataset | DataStream,
  given: MixOptions = {},
): Dataset | DataStream {
  checkData(source, "cutmix");
  const [field] = source.inputs, [height, width, channels] = field?.shape ?? [];
  if (source.inputs.length !== 1 || field!.shape.length !== 3) {
    throw new TypeError(
      `cutmix: expected one input of images [height, width, channels], found ${
        source.inputs.map(formatField).join(", ")
      }`,
    );
  }
  return mixed(source, "cutmix", given, ([first], [second], share, random) => {
    const box = cutmixBox(height!, width!, share, random.integer(width!), random.integer(height!));
    const data = typedArray(field!.dtype, first!.length);
    data.set(first!);
    for (let y = box.top; y < box.top + box.height; y++) {
      const start = (y * width! + box.left) * channels!, end = start + box.width * channels!;
      data.set(second!.subarray(start, end), start);
    }
    return { inputs: [data], share: 1 - box.width * box.height / (width! * height!) };
  });
}

/** The rectangle around a pixel whose area is the rest of a share, cut off at the edges. */
export function cutmixBox(
  height: number,
  width: number,
  share: number,
  x: number,
  y: number,
): Window {
  const half = Math.sqrt(1 - share) / 2;
  const halfWidth = Math.trunc(half * width), halfHeight = Math.trunc(half * height);
  const left = Math.max(0, x - halfWidth), right = Math.min(width, x + halfWidth);
  const top = Math.max(0, y - halfHeight), bottom = Math.min(height, y + halfHeight);
  return { left, top, width: right - left, height: bottom - top };
}
