import type { Tensor } from "../tensor.ts";
import { resolvePadding } from "./geometry.ts";
import { checkImages, type Padding } from "./settings.ts";

/** Padding by zeros: one number, [height, width], or [top, bottom, left, right]. */
export type ZeroPadding = Exclude<Padding, string>;

/** Images in a frame of zeros. */
export function zeroPadding2d(x: Tensor, padding: ZeroPadding): Tensor {
  checkImages(x, "zeroPadding2d");
  const [top, bottom, left, right] = resolvePadding(padding, [1, 1], [1, 1], [1, 1]);
  return x.pad([[0, 0], [top, bottom], [left, right], [0, 0]]);
}
