import { positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { Random } from "../core/random.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { readFeatures } from "./features.ts";

/** Settings of {@linkcode principalComponents}. */
export interface ComponentsOptions {
  /** Components; 2 by default. */
  readonly dimensions?: number;
}

/** Examples in few dimensions, and what these are. */
export interface Components {
  /** The examples, [n, dimensions]. */
  readonly points: Tensor;
  /** The directions, [dimensions, features]: of length 1, at right angles, that of most variance first. */
  readonly directions: Tensor;
  /** The share of the variance that lies in each direction. */
  readonly shares: readonly number[];
}

const componentsSchema = {
  dimensions: positiveInteger(2),
} satisfies Schema<ComponentsOptions>;

/**
 * The principal components of features [n, features]: examples seen from where they differ most. Of each
 * direction, the largest part is positive.
 *
 * ```ts
 * import { explain, tensor } from "@striate/striate";
 * const { points, shares } = await explain.principalComponents(
 *   tensor([[0, 0, 1], [2, 2, 1], [4, 4, 1], [6, 6, 1]]),
 *   { dimensions: 1 },
 * );
 * console.log(points.shape, shares[0]!.toFixed(3)); // [4, 1] 1.000
 * ```
 *
 * Source: Pearson 1901; found by simultaneous iteration.
 *
 * @throws {TypeError} for what is no matrix of features
 * @throws {RangeError} for more dimensions than examples or features
 */
export async function principalComponents(
  features: Tensor,
  given: ComponentsOptions = {},
): Promise<Components> {
  const where = "principalComponents";
  const { dimensions } = options(where, given, componentsSchema);
  const { n, width, rows } = await readFeatures(where, features);
  const most = Math.min(n, width);
  if (dimensions > most) {
    throw new RangeError(`${where}: dimensions: expected at most ${most}, found ${dimensions}`);
  }
  let total = 0;
  for (let j = 0; j < width; j++) {
    let mean = 0;
    for (const row of rows) mean += row[j]! / n;
    for (const row of rows) total += (row[j]! -= mean) ** 2;
  }
  // A few more than are wanted, so that the last of these are found as soon as the first.
  const random = new Random(0), size = Math.min(most, dimensions + 6);
  let basis = orthonormal(
    Array.from(
      { length: size },
      () => Float64Array.from({ length: width }, () => random.normal(0, 1)),
    ),
  );
  let lengths = new Float64Array(size);
  for (let round = 0; round < 200; round++) {
    const images = basis.map((direction) => turned(rows, direction, width));
    const found = images.map((image, i) => dot(image, basis[i]!));
    basis = orthonormal(images);
    const change = Math.max(...found.map((value, i) => Math.abs(value - lengths[i]!)));
    lengths = Float64Array.from(found);
    if (change <= 1e-11 * Math.max(...found, 1e-300)) break;
  }
  const directions = basis.slice(0, dimensions).map((direction) => {
    const largest = direction.reduce((a, b) => Math.abs(b) > Math.abs(a) ? b : a);
    return largest < 0 ? direction.map((x) => -x) : direction;
  });
  const points = rows.flatMap((row) => directions.map((direction) => dot(row, direction)));
  return {
    points: tensor(points, { shape: [n, dimensions] }),
    directions: tensor(directions.flatMap((direction) => [...direction]), {
      shape: [dimensions, width],
    }),
    shares: directions.map((direction) => {
      const along = rows.reduce((sum, row) => sum + dot(row, direction) ** 2, 0);
      return total === 0 ? 0 : along / total;
    }),
  };
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** The matrix of scatter times a direction. */
function turned(rows: readonly Float64Array[], direction: Float64Array, width: number) {
  const result = new Float64Array(width);
  for (const row of rows) {
    const along = dot(row, direction);
    for (let j = 0; j < width; j++) result[j]! += along * row[j]!;
  }
  return result;
}

/** Vectors made of length 1 and at right angles to those before them (Gram and Schmidt, twice). */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = vector.slice();
    for (let pass = 0; pass < 2; pass++) {
      for (const before of done) {
        const along = dot(rest, before);
        for (let j = 0; j < rest.length; j++) rest[j]! -= along * before[j]!;
      }
    }
    const length = Math.sqrt(dot(rest, rest)) || 1;
    done.push(rest.map((x) => x / length));
  }
  return done;
}
