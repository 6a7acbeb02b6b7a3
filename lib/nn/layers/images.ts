import type { Shape } from "../../core/shape.ts";

/** Checks that a layer's input (without the batch axis) is [height, width, channels]. */
export function checkImages(
  shape: Shape | undefined,
): asserts shape is readonly [number, number, number] {
  if (shape?.length === 3) return;
  throw new TypeError("expected images of height, width and channels");
}
