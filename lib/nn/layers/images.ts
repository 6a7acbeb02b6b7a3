import type { Shape } from "../../core/shape.ts";
import { pairOf, type Size2d } from "../../tensor/functions/settings.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Checks that a layer's input (without the batch axis) is [height, width, channels]. */
export function checkImages(
  shape: Shape | undefined,
): asserts shape is readonly [number, number, number] {
  if (shape?.length === 3) return;
  throw new TypeError("expected images of height, width and channels");
}

/** A layer's only input, if it is a batch of images. */
export function imagesOf([x]: readonly Tensor[]): Tensor {
  checkImages(x!.shape.slice(1));
  return x!;
}

/** A size in words: "3x3". */
export const times = (size: Size2d): string => pairOf(size, "size").join("x");

/** How far a window moves in words, where that is not 1: " /2". */
export function strideWords(stride: Size2d): string {
  const [down, across] = pairOf(stride, "stride");
  if (down === 1 && across === 1) return "";
  return down === across ? ` /${down}` : ` /${down}x${across}`;
}
