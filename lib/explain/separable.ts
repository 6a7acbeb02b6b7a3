/**
 * Linear maps of images that act on rows and columns by a matrix each: shifts, blurs, the cosine
 * transform. As the matrices are arguments, one program does all of them.
 *
 * @module
 */
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Images [n, h, w, c] whose columns went through `rows` [a, h], and rows through `columns` [b, w]: [n, a, b, c]. */
export function separable(x: Tensor, rows: Tensor, columns: Tensor): Tensor {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const [a, b] = [rows.shape[0]!, columns.shape[0]!];
  const down = rows.matmul(x.reshape([n, h, w * c])).reshape([n * a, w, c]);
  return columns.matmul(down).reshape([n, a, b, c]);
}

function matrix(rows: number, columns: number, at: (i: number, j: number) => number): Tensor {
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) data[i * columns + j] = at(i, j);
  return tensor(data, { shape: [rows, columns] });
}

/** Takes `count` of `length` pixels from one on; after the last comes the first again. */
export const window = (length: number, from: number, count = length): Tensor =>
  matrix(count, length, (i, j) => ((i + from) % length + length) % length === j ? 1 : 0);

/** A Gaussian blur of that standard deviation in pixels; none for 0. At an edge the rest counts more. */
export function blur(length: number, deviation: number): Tensor {
  if (deviation === 0) return window(length, 0);
  const weight = (d: number) => Math.exp(-0.5 * (d / deviation) ** 2);
  const sums = Array.from({ length }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < length; j++) sum += weight(i - j);
    return sum;
  });
  return matrix(length, length, (i, j) => weight(i - j) / sums[i]!);
}

/** The orthonormal cosine transform (DCT-II): pixels to frequencies; transposed, back again. */
export const cosines = (length: number): Tensor =>
  matrix(
    length,
    length,
    (u, i) => Math.sqrt((u === 0 ? 1 : 2) / length) * Math.cos(Math.PI * (i + 0.5) * u / length),
  );
