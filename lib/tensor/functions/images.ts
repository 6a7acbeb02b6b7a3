import { formatShape } from "../../core/shape.ts";
import { checkTensor, type Tensor } from "../tensor.ts";

/** Checks that something given by a user is a batch of images. */
export function checkImages(x: unknown, where: string): asserts x is Tensor {
  checkTensor(x, where);
  if (x.rank === 4) return;
  throw new TypeError(
    `${where}: expected images [n, height, width, channels], found ${formatShape(x.shape)}`,
  );
}
