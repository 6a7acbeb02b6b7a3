/**
 * Functions of two f64, to an ulp or so, as random numbers need them.
 *
 * Source: the algorithms and coefficients of fdlibm (Sun Microsystems 1993), e_log.c, k_sin.c, k_cos.c.
 *
 * @module
 */
import type { FunctionBuilder, Local, Vector } from "../wasm/assembler.ts";
import { f64x2, i32x4, shuffle, v128 } from "../wasm/instructions.ts";

/** A polynomial by Horner's rule, the highest coefficient last. */
function polynomial(x: Vector, coefficients: readonly number[]): Vector {
  const [last, ...rest] = coefficients.toReversed();
  return rest.reduce<Vector>((sum, c) => f64x2.add(f64x2.mul(sum, x), c), f64x2.constant(last!));
}

const logCoefficients = [
  6.666666666666735130e-01,
  3.999999999940941908e-01,
  2.857142874366239149e-01,
  2.222219843214978396e-01,
  1.818357216161805012e-01,
  1.531383769920937332e-01,
  1.479819860510658591e-01,
];
const ln2High = 6.93147180369123816490e-01, ln2Low = 1.90821492927058770002e-10;

/** An i32x4 whose lanes 2 k and 2 k + 1 are these: constants for the halves of f64. */
const halves = (low: number, high: number): Vector => i32x4.constant([low, high, low, high]);

/** The logarithm of positive integers times a power of two. */
export function logarithm(f: FunctionBuilder, x: Vector, power: number): Local<"v128"> {
  const bits = f.local(x);
  // x = 2^k * m, m from sqrt(1/2) to sqrt(2).
  const one = f.local(
    v128.or(v128.and(bits, halves(-1, 0xfffff)), halves(0, 0x3ff00000)),
  );
  const isLarge = f.local(f64x2.gt(one, Math.SQRT2));
  const m = f64x2.mul(one, v128.bitselect(f64x2.constant(0.5), f64x2.constant(1), isLarge));
  const high = i32x4.shrU(shuffle(bits, bits, [1, 3, 1, 3]), 20);
  const large = shuffle(isLarge, isLarge, [0, 2, 0, 2]);
  const exponent = i32x4.sub(i32x4.add(high, power - 1023), large);
  const k = f.local(f64x2.convertLowI32x4S(exponent));
  const r = f.local(f64x2.sub(m, 1));
  const s = f.local(f64x2.div(r, f64x2.add(r, 2))), z = f.local(f64x2.mul(s, s));
  const square = f.local(f64x2.mul(f64x2.mul(r, r), 0.5));
  const sum = f64x2.mul(polynomial(z, logCoefficients), z);
  const small = f64x2.add(f64x2.mul(s, f64x2.add(square, sum)), f64x2.mul(k, ln2Low));
  return f.local(
    f64x2.sub(f64x2.mul(k, ln2High), f64x2.sub(f64x2.sub(square, small), r)),
  );
}

const sineCoefficients = [
  -1.66666666666666324348e-01,
  8.33333333332248946124e-03,
  -1.98412698298579493134e-04,
  2.75573137070700676789e-06,
  -2.50507602534068634195e-08,
  1.58969099521155010221e-10,
];
const cosineCoefficients = [
  4.16666666666666019037e-02,
  -1.38888888888741095749e-03,
  2.48015872894767294178e-05,
  -2.75573143513906633035e-07,
  2.08757232129817482790e-09,
  -1.13596475577881948265e-11,
];

/** Sine and cosine of the lanes 0 and 1 of four i32, in units of 2^-24 of a full turn. */
export function sineAndCosine(
  f: FunctionBuilder,
  turn: Local<"v128">,
): { readonly sine: Local<"v128">; readonly cosine: Local<"v128"> } {
  // The next quarter of a turn, and how far it is from there.
  const quarter = f.local(i32x4.shrU(i32x4.add(turn, 2 ** 21), 22));
  const rest = i32x4.sub(turn, i32x4.shl(quarter, 22));
  const x = f.local(f64x2.mul(f64x2.convertLowI32x4S(rest), 2 * Math.PI * 2 ** -24));
  const z = f.local(f64x2.mul(x, x));
  const s = f.local(
    f64x2.add(x, f64x2.mul(f64x2.mul(x, z), polynomial(z, sineCoefficients))),
  );
  const c = f.local(
    f64x2.add(
      f64x2.sub(1, f64x2.mul(z, 0.5)),
      f64x2.mul(f64x2.mul(z, z), polynomial(z, cosineCoefficients)),
    ),
  );
  const wide = f.local(shuffle(quarter, quarter, [0, 0, 1, 1]));
  const swaps = f.local(i32x4.neg(v128.and(wide, 1)));
  // Signs: the sine's in the second half of the turn, the cosine's in the middle half.
  const signOf = (number: Vector) => v128.and(i32x4.shl(v128.and(number, 2), 30), halves(0, -1));
  return {
    sine: f.local(v128.xor(v128.bitselect(c, s, swaps), signOf(wide))),
    cosine: f.local(v128.xor(v128.bitselect(s, c, swaps), signOf(i32x4.add(wide, 1)))),
  };
}
