import { wrongType } from "../core/errors.ts";
import { concatenate } from "../tensor/combine.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";
import { checkModel } from "../train/check_model.ts";
import type { Model } from "../train/model.ts";

/** Where a feature answers. */
export interface Patch {
  /** The number of the image. */
  readonly index: number;
  /** How strongly it answers. */
  readonly answer: number;
  /** Row and column of the unit. */
  readonly unit: readonly [row: number, column: number];
}

/**
 * What units of a layer see: of each image the receptive field of one unit, [n, h, w, c]. What of it
 * lies beyond the image is 0, the mean colour of normalised images. Along an axis where the field is
 * larger than the image, it is all of it.
 *
 * ```ts
 * import { explain, ones, sequential } from "@striate/striate";
 * const net = sequential([8, 8, 1]).conv2d(2, 3, { padding: "same", name: "a" });
 * const seen = explain.patchOf(net, "a", ones([1, 8, 8, 1]), [[0, 0]]);
 * console.log(seen.shape, await seen.sum().item()); // [1, 3, 3, 1] 4
 * ```
 *
 * @throws {TypeError} if there is not one unit for each image, or the layer sees no part of an image
 */
export function patchOf(
  model: Model,
  layer: string,
  images: Tensor,
  units: readonly (readonly [row: number, column: number])[],
): Tensor {
  checkModel(model, "patchOf");
  checkTensor(images, "patchOf: images");
  const [n, height, width, channels] = images.shape as [number, number, number, number];
  const field = model.receptiveFields().find(({ name }) => name === layer);
  if (field === undefined) throw wrongType("patchOf: layer", "a layer of the model", layer);
  if (images.rank !== 4 || units.length !== n) {
    throw wrongType("patchOf: units", `${n}, one for each image`, units.length);
  }
  const extents = [height, width] as const;
  /** What a unit sees along an axis: where it begins and ends, which may be beyond the image. */
  const seen = (axis: 0 | 1, place: number): readonly [number, number] => {
    const size = field.size[axis];
    if (size >= extents[axis]) return [0, extents[axis]];
    const start = Math.round(field.center[axis] + place * field.stride[axis] - (size - 1) / 2);
    return [start, start + size];
  };
  const patches = units.map(([row, column], i) => {
    const [[top, bottom], [left, right]] = [seen(0, row), seen(1, column)];
    const [from, to] = [Math.max(0, top), Math.min(height, bottom)];
    const [first, last] = [Math.max(0, left), Math.min(width, right)];
    return images.slice([i, from, first, 0], [1, to - from, last - first, channels]).pad([
      [0, 0],
      [from - top, bottom - to],
      [first - left, right - last],
      [0, 0],
    ]);
  });
  return concatenate(patches);
}
