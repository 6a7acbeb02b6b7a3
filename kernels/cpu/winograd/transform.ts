/**
 * Winograd's minimal filtering of one line, F(m, 3): `m` neighbouring outputs of a filter of 3 taps from
 * m + 2 products in place of 3 m. Applied along both axes of a tile it is F(m x m, 3 x 3).
 *
 * A product stands for each of the points 0, ±a, ±b, … and infinity, at which the polynomials of the
 * filter and of the outputs are multiplied (Toom and Cook). The outputs of a tile are
 * A^T [(G g) · (B^T d)]; the matrices follow from the points, and are written here as sums over even and
 * over odd places, which the two points of a pair share.
 *
 * Source: A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016.
 *
 * @module
 */

import type { Arithmetic } from "../../native/vector_loop.ts";
import type { FunctionBuilder, Vector } from "../wasm/assembler.ts";
import { f32x4 } from "../wasm/instructions.ts";

/** The transforms for tiles of so many outputs a side. */
export interface Filtering {
  /** Outputs of a tile along an axis: twice the pairs of points. */
  readonly outputs: number;
  /** The positive points. */
  readonly points: readonly number[];
}

/** F(2x2, 3x3): 16 products for 4 outputs, 2.25 times fewer than direct. */
export const f2: Filtering = { outputs: 2, points: [1] };

/**
 * F(4x4, 3x3): 36 products for 16 outputs, 4 times fewer than direct. Of these points two are each
 * other's inverse, so that no number grows much on its way: the error is 2 to 4 times smaller than with
 * the usual 1 and 2.
 */
export const f4: Filtering = { outputs: 4, points: [Math.SQRT1_2, Math.SQRT2] };

/** Inputs of a tile along an axis, which are also its products. */
export const sideOf = ({ outputs }: Filtering): number => outputs + 2;

/** Coefficients of the product of (x² - a²) over some points: of x⁰, x², x⁴, … */
function evenPolynomial(points: readonly number[]): number[] {
  return points.reduce<number[]>(
    (polynomial, a) =>
      [...polynomial, 0].map((_, k) => (polynomial[k - 1] ?? 0) - a * a * (polynomial[k] ?? 0)),
    [1],
  );
}

/** A sum of vectors with coefficients, the last of which is 1. */
function monic<V>(
  vectors: Arithmetic<V>,
  coefficients: readonly number[],
  values: readonly V[],
): V {
  return coefficients.slice(0, -1).reduceRight<V>(
    (sum, coefficient, k) => vectors.multiplyAdd(values[k]!, coefficient, sum),
    values[coefficients.length - 1]!,
  );
}

/** B^T d: a line of inputs. */
export function transformInputs<V>(
  vectors: Arithmetic<V>,
  { points }: Filtering,
  d: readonly V[],
): V[] {
  const all = evenPolynomial(points);
  const every2nd = (from: number) => d.filter((_, i) => i >= from && (i - from) % 2 === 0);
  return [
    monic(vectors, all, every2nd(0)),
    ...points.flatMap((a) => {
      const others = evenPolynomial(points.filter((point) => point !== a));
      const odd = monic(vectors, others, every2nd(1)), even = monic(vectors, others, every2nd(2));
      return [vectors.multiplyAdd(odd, a, even), vectors.multiplySubtract(odd, a, even)];
    }),
    monic(vectors, all, every2nd(1)),
  ];
}

/** A line of taps. */
type Three = readonly [Vector, Vector, Vector];

/** Three of something, by number. */
export const three = (of: (number: number) => Vector): Three => [of(0), of(1), of(2)];

/** What G multiplies by: the point 0, and each pair of points ±a. */
export function tapScales({ points }: Filtering) {
  const valueAt = (points: readonly number[], x: number) =>
    points.reduce((product, a) => product * (x * x - a * a), 1);
  return {
    zero: 1 / valueAt(points, 0),
    pairs: points.map((a) => {
      const others = points.filter((point) => point !== a);
      return { a, scale: 1 / (2 * a * a * valueAt(others, a)) };
    }),
  };
}

/** G g: a line of the filter's taps. */
export function transformTaps(
  f: FunctionBuilder,
  filtering: Filtering,
  [g0, g1, g2]: Three,
): Vector[] {
  const { zero, pairs } = tapScales(filtering);
  return [
    f.local(f32x4.mul(g0, zero)),
    ...pairs.flatMap(({ a, scale }) => {
      const even = f.local(f32x4.mul(f32x4.madd(g2, a * a, g0), scale));
      const odd = f.local(f32x4.mul(g1, a * scale));
      return [f.local(f32x4.add(even, odd)), f.local(f32x4.sub(even, odd))];
    }),
    f.local(f32x4.add(g2, 0)),
  ];
}

/** A^T m: a line of products. */
export function transformOutputs<V>(
  vectors: Arithmetic<V>,
  { outputs, points }: Filtering,
  m: readonly V[],
): V[] {
  const pairs = points.map((a, i) => {
    const plus = m[1 + 2 * i]!, minus = m[2 + 2 * i]!;
    return { a, sum: vectors.add(plus, minus), difference: vectors.subtract(plus, minus) };
  });
  return Array.from({ length: outputs }, (_, k) => {
    const start = k === 0 ? m[0] : k === outputs - 1 ? m.at(-1) : undefined;
    const value = pairs.reduce<V | undefined>((sum, { a, ...pair }) => {
      const term = k % 2 === 0 ? pair.sum : pair.difference, factor = a ** k;
      if (sum === undefined) return vectors.multiply(term, factor);
      return factor === 1 ? vectors.add(sum, term) : vectors.multiplyAdd(term, factor, sum);
    }, start);
    return value!;
  });
}
