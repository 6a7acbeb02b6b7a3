/**
 * The transforms of the gradient for a kernel, F(3, m) of one line: 3 neighbouring taps, each a sum of m
 * products of inputs with the gradients of outputs. The matrices are those of F(m, 3), transposed: where
 * the outputs of a tile are A^T [(G g) · (B^T d)], the gradient for the taps is G^T [(A y) · (B^T d)].
 *
 * @module
 */

import type { FunctionBuilder, Local, Vector } from "../wasm/assembler.ts";
import { f32x4 } from "../wasm/instructions.ts";
import { type Filtering, tapScales } from "./transform.ts";

/** A polynomial at a point, by its coefficients. */
const polynomialAt = (x: number, coefficients: readonly Vector[]): Vector =>
  coefficients.reduceRight((sum, coefficient) => f32x4.madd(sum, x, coefficient));

/** A y: a line of the gradients of outputs. */
export function transformGradients(
  f: FunctionBuilder,
  { points }: Filtering,
  y: readonly Local<"v128">[],
): Local<"v128">[] {
  const pairs = points.flatMap((a) => {
    const every2nd = (from: number) =>
      f.local(polynomialAt(a * a, y.filter((_, k) => k % 2 === from)));
    const even = every2nd(0), odd = every2nd(1);
    return [f.local(f32x4.madd(odd, a, even)), f.local(f32x4.nmadd(odd, a, even))];
  });
  return [y[0]!, ...pairs, y.at(-1)!];
}

/** G^T m: a line of sums of products. */
export function transformSums(
  f: FunctionBuilder,
  filtering: Filtering,
  m: readonly Vector[],
): Local<"v128">[] {
  const { zero, pairs } = tapScales(filtering);
  const taps: [Vector, Vector | undefined, Vector] = [f32x4.mul(m[0]!, zero), undefined, m.at(-1)!];
  pairs.forEach(({ a, scale }, i) => {
    const plus = m[1 + 2 * i]!, minus = m[2 + 2 * i]!;
    const sum = f.local(f32x4.mul(f32x4.add(plus, minus), scale));
    const difference = f.local(f32x4.sub(plus, minus));
    taps[0] = f32x4.add(taps[0], sum);
    taps[1] = taps[1] === undefined
      ? f32x4.mul(difference, a * scale)
      : f32x4.madd(difference, a * scale, taps[1]);
    taps[2] = f32x4.madd(sum, a * a, taps[2]);
  });
  return taps.map((tap) => f.local(tap!));
}
