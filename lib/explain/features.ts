import { formatShape } from "../core/shape.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";

/**
 * Features [n, features] as rows of numbers.
 *
 * @throws {TypeError} for another shape, or fewer than two examples
 */
export async function readFeatures(where: string, features: Tensor) {
  checkTensor(features, where);
  const [n, width] = features.shape as [number, number];
  if (features.rank !== 2 || n < 2 || width < 1) {
    throw new TypeError(
      `${where}: expected features [examples, features] of at least 2 examples, found ${
        formatShape(features.shape)
      }`,
    );
  }
  const data = await features.data();
  const rows = Array.from(
    { length: n },
    (_, i) => Float64Array.from(data.subarray(i * width, (i + 1) * width)),
  );
  return { n, width, rows };
}
