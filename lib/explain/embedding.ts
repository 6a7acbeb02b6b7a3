import { integer, number, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { loadPackage } from "../core/package.ts";
import { Random } from "../core/random.ts";
import { formatShape } from "../core/shape.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

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
  for (let round = 0; round < 300; round++) {
    const images = basis.map((direction) => turned(rows, direction, width));
    const found = images.map((image, i) => dot(image, basis[i]!));
    basis = orthonormal(images);
    const change = Math.max(...found.map((value, i) => Math.abs(value - lengths[i]!)));
    lengths = Float64Array.from(found);
    if (change <= 1e-12 * Math.max(...found, 1e-300)) break;
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

/** Features as rows of numbers. */
async function readFeatures(where: string, features: Tensor) {
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

/** Settings of {@linkcode tsne}. */
export interface TsneOptions {
  /** About how many neighbours of an example count; 30 by default, at most a third of the examples. */
  readonly perplexity?: number;
  /** Steps; 500 by default. */
  readonly steps?: number;
  /** How far a step goes; 10 by default. */
  readonly learningRate?: number;
  /** Seeds the first places; 0 by default. */
  readonly seed?: number;
}

const tsneSchema = {
  perplexity: number({ above: 1 }, 30),
  steps: positiveInteger(500),
  learningRate: number({ above: 0 }, 10),
  seed: integer({ least: 0 }, 0),
} satisfies Schema<TsneOptions>;

/** As much of the package as is used here. */
interface Druid {
  readonly TSNE: new (
    rows: readonly Float64Array[],
    settings: {
      readonly perplexity: number;
      readonly epsilon: number;
      readonly d: number;
      readonly seed: number;
    },
  ) => { transform(steps: number): readonly ArrayLike<number>[] };
}

/**
 * Examples in the plane, [n, 2], so that near ones stay near: t-SNE of features [n, features]. Groups
 * mean something, distances between groups hardly. It compares all pairs, so a few thousand examples
 * are the most. The package that does it is fetched when first used.
 *
 * ```ts ignore
 * import { explain, plot, tensor } from "@striate/striate";
 * const places = await explain.tsne(features);
 * ```
 *
 * Source: van der Maaten and Hinton, "Visualizing data using t-SNE", JMLR 2008; npm's package
 * @saehrimnir/druidjs (LGPL-3.0).
 *
 * @throws {TypeError} for what is no matrix of features
 * @throws {Error} where the package cannot be loaded
 */
export async function tsne(features: Tensor, given: TsneOptions = {}): Promise<Tensor> {
  const where = "tsne", settings = options(where, given, tsneSchema);
  const { n, rows } = await readFeatures(where, features);
  const { TSNE } = await loadPackage<Druid>("npm:@saehrimnir/druidjs@0.9.0", "t-SNE");
  const search = new TSNE(rows, {
    perplexity: Math.min(settings.perplexity, Math.max(2, (n - 1) / 3)),
    epsilon: settings.learningRate,
    d: 2,
    seed: settings.seed,
  });
  const places = search.transform(settings.steps);
  return tensor(places.flatMap((place) => [place[0]!, place[1]!]), { shape: [n, 2] });
}
