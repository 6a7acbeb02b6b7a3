/**
 * Functions of four f32 at a time, written inline into the kernel that uses them. Errors are a few
 * units in the last place. Subnormal results may come out as 0; infinities and NaN go where IEEE
 * 754 sends them.
 *
 * Sources: reductions and polynomials for exp, log, sin and cos as in Moshier's Cephes library
 * (single precision); the rational function for tanh and the polynomials for erf are minimax fits
 * (Lawson's algorithm) made for these ranges.
 *
 * @module
 */

import type { FunctionBuilder, Local, Operand, Vector } from "../wasm/assembler.ts";
import { f32x4, f64x2, i32x4, shuffle, v128 } from "../wasm/instructions.ts";

/** c[0] + c[1] x + c[2] x² + … by Horner's rule. */
function polynomial(x: Vector, coefficients: readonly number[]): Vector {
  let value: Operand<"v128"> = coefficients.at(-1)!;
  for (const c of coefficients.slice(0, -1).toReversed()) value = f32x4.madd(value, x, c);
  return value as Vector;
}

const signBit = -0x80000000;
const infinity = f32x4.constant(Infinity);
const sqrtHalfBits = 0x3f3504f3;

/** The number without its sign bit, and the sign bit alone. */
const magnitude = (x: Vector): Vector => f32x4.abs(x);
const signOf = (x: Vector): Vector => v128.and(x, signBit);

/** exp of a number from -ln(2)/2 to ln(2)/2. */
function expReduced(f: FunctionBuilder, r: Local<"v128">): Vector {
  const square = f.local(f32x4.mul(r, r));
  const rest = polynomial(r, [
    5.0000001201e-1,
    1.6666665459e-1,
    4.1665795894e-2,
    8.3334519073e-3,
    1.3981999507e-3,
    1.9875691500e-4,
  ]);
  return f32x4.add(f32x4.madd(rest, square, r), 1);
}

/** e^x. */
export function exp(f: FunctionBuilder, x: Vector): Vector {
  // Below, e^x is smaller than 2^-126.
  const least = -87.33654;
  const bounded = f.local(f32x4.pmin(f32x4.pmax(x, least), 88.8));
  // Adding 1.5 * 2^23 rounds to an integer and leaves that integer in the lowest bits.
  const magic = 12582912;
  const shifted = f.local(f32x4.madd(bounded, Math.LOG2E, magic));
  const n = f.local(f32x4.sub(shifted, magic));
  const r = f.local(f32x4.nmadd(n, 0.693359375, bounded));
  f.set(r, f32x4.nmadd(n, -2.12194440e-4, r));
  const power = f.local(expReduced(f, r));
  // 2^(n-1), twice: 2^128 itself is not a number. 2^-127 has no leading digit: its bits are these.
  const half = f.local(i32x4.maxS(i32x4.add(i32x4.shl(shifted, 23), 126 << 23), 1 << 22));
  const product = f.local(f32x4.mul(power, half));
  return v128.andnot(f32x4.add(product, product), f32x4.lt(x, least));
}

/** The natural logarithm. */
export function log(f: FunctionBuilder, x: Vector): Vector {
  const small = f.local(f32x4.lt(x, 2 ** -126));
  const bits = f.local(i32x4.sub(v128.bitselect(f32x4.mul(x, 2 ** 23), x, small), sqrtHalfBits));
  const exponent = f.local(
    f32x4.convertI32x4S(i32x4.sub(i32x4.shrS(bits, 23), v128.and(small, 23))),
  );
  // The mantissa, from sqrt(1/2) to sqrt(2), less 1.
  const m = f.local(f32x4.sub(i32x4.add(v128.and(bits, 0x7fffff), sqrtHalfBits), 1));
  const square = f.local(f32x4.mul(m, m));
  const rest = polynomial(m, [
    3.3333331174e-1,
    -2.4999993993e-1,
    2.0000714765e-1,
    -1.6668057665e-1,
    1.4249322787e-1,
    -1.2420140846e-1,
    1.1676998740e-1,
    -1.1514610310e-1,
    7.0376836292e-2,
  ]);
  const y = f.local(f32x4.mul(f32x4.mul(m, square), rest));
  f.set(y, f32x4.madd(exponent, -2.12194440e-4, y));
  f.set(y, f32x4.nmadd(square, 0.5, y));
  f.set(y, f32x4.madd(exponent, 0.693359375, f32x4.add(m, y)));
  const negative = v128.not(f32x4.ge(x, 0));
  f.set(y, v128.bitselect(f32x4.constant(NaN), y, negative));
  f.set(y, v128.bitselect(f32x4.constant(-Infinity), y, f32x4.eq(x, 0)));
  return v128.bitselect(x, y, f32x4.eq(x, infinity));
}

/** The hyperbolic tangent: an odd rational function up to 9.017, from where on it rounds to 1. */
export function tanh(f: FunctionBuilder, x: Vector): Vector {
  const bounded = f.local(f32x4.pmin(f32x4.pmax(x, -9.017), 9.017));
  const square = f.local(f32x4.mul(bounded, bounded));
  const above = polynomial(square, [
    0.999999980395,
    0.13380550068,
    0.00349499755433,
    2.0598288382e-5,
    1.33376001791e-8,
  ]);
  const below = polynomial(square, [
    1,
    0.467138662605,
    0.0258748027668,
    0.000328462308777,
    7.77002514881e-7,
  ]);
  return f32x4.pmin(f32x4.pmax(f32x4.div(f32x4.mul(bounded, above), below), -1), 1);
}

/** 1 / (1 + e^-x). */
export function logistic(f: FunctionBuilder, x: Vector): Vector {
  return f32x4.div(1, f32x4.add(exp(f, f32x4.neg(x)), 1));
}

/** The error function. */
export function erf(f: FunctionBuilder, x: Vector): Vector {
  const square = f.local(f32x4.mul(x, x));
  const near = f32x4.mul(
    x,
    polynomial(square, [
      1.12837914822,
      -0.376124846597,
      0.112817202402,
      -0.0267630964947,
      0.00498796769945,
      -0.000596408570905,
    ]),
  );
  const t = f.local(f32x4.pmin(magnitude(x), 3.95));
  // 1 - erf(t) = exp(-t p(t))
  const exponent = f32x4.mul(
    f32x4.neg(t),
    polynomial(t, [
      1.1286371087,
      0.635197888372,
      0.106159307196,
      -0.023694803106,
      0.0036104612181,
      -0.000314889204277,
      1.04363935252e-5,
    ]),
  );
  const far = v128.or(f32x4.sub(1, exp(f, f.local(exponent))), signOf(x));
  return v128.bitselect(near, far, f32x4.lt(magnitude(x), 0.9277));
}

/** The lanes 2 and 3 of a vector, in its lanes 0 and 1. */
const upper = (x: Vector): Vector => shuffle(x, x, [2, 3, 2, 3]);

/** A number of quarter turns, and what an angle is beyond them, in radians: four i32 and four f32. */
interface QuarterTurns {
  readonly turns: Local<"v128">;
  readonly rest: Local<"v128">;
}

/** Both for four lanes, by `part` for two at a time: turns and rest as f64. */
function quarterTurns(
  f: FunctionBuilder,
  x: Vector,
  part: (wide: Local<"v128">) => readonly [Vector, Vector],
): QuarterTurns {
  const halves = [x, upper(x)].map((half) => {
    const [n, rest] = part(f.local(f64x2.promoteLowF32x4(half)));
    return [
      f.local(i32x4.truncSatF64x2SZero(n)),
      f.local(f32x4.demoteF64x2Zero(rest)),
    ] as const;
  });
  const [[low, lowRest], [high, highRest]] = halves as [typeof halves[0], typeof halves[0]];
  return {
    turns: f.local(shuffle(low, high, [0, 1, 4, 5])),
    rest: f.local(shuffle(lowRest, highRest, [0, 1, 4, 5])),
  };
}

/** Up to here an angle has so few quarter turns that their product with `quarterTurnHigh` is exact. */
const manyTurns = 2 ** 20;

/** A quarter turn: its first 33 bits, and what is missing. */
const quarterTurnHigh = 1.5707963267341256, quarterTurnLow = 6.077100506506192e-11;

/** Takes the quarter turns from an angle of few turns. */
const ofFewTurns = (f: FunctionBuilder, x: Vector): QuarterTurns =>
  quarterTurns(f, x, (wide) => {
    const n = f.local(f64x2.nearest(f64x2.mul(wide, 2 / Math.PI)));
    const rest = f64x2.sub(wide, f64x2.mul(n, quarterTurnHigh));
    return [n, f64x2.sub(rest, f64x2.mul(n, quarterTurnLow))];
  });

/** The digits of 2 / pi to the base 2^24. */
const digits = [
  0xa2f983,
  0x6e4e44,
  0x1529fc,
  0x2757d1,
  0xf534dd,
  0xc0db62,
  0x95993c,
  0x439041,
  0xfe5163,
];

/**
 * Takes the quarter turns from any angle: it is multiplied by 2 / pi digit by digit, which is exact
 * in f64, and whole rounds are taken from each product. Source: Payne and Hanek, "Radian reduction
 * for trigonometric functions", 1983.
 */
const ofManyTurns = (f: FunctionBuilder, x: Vector): QuarterTurns =>
  quarterTurns(f, x, (wide) => {
    const turns = f.local(f64x2.constant(0)), rest = f.local(f64x2.constant(0));
    digits.forEach((digit, place) =>
      f.scope(() => {
        const product = f.local(f64x2.mul(wide, digit * 2 ** (-24 * (place + 1))));
        const rounds = f64x2.mul(f64x2.nearest(f64x2.mul(product, 0.25)), 4);
        f.set(rest, f64x2.add(rest, f64x2.sub(product, rounds)));
        const whole = f.local(f64x2.nearest(rest));
        f.set(rest, f64x2.sub(rest, whole));
        f.set(turns, f64x2.add(turns, whole));
      })
    );
    return [turns, f64x2.mul(rest, Math.PI / 2)];
  });

/** The sine, or the cosine: a quarter turn later. */
function circular(f: FunctionBuilder, x: Vector, quarters: number): Vector {
  const { turns, rest: r } = ofFewTurns(f, x);
  const large = f.local(f32x4.gt(magnitude(x), manyTurns));
  f.if(v128.anyTrue(large), () =>
    f.scope(() => {
      const many = ofManyTurns(f, x);
      f.set(turns, v128.bitselect(many.turns, turns, large));
      f.set(r, v128.bitselect(many.rest, r, large));
    }));
  const turn = f.local(i32x4.add(turns, quarters));
  const z = f.local(f32x4.mul(r, r));
  const sine = f32x4.madd(
    f32x4.mul(polynomial(z, [-1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4]), z),
    r,
    r,
  );
  const cosine = f32x4.madd(
    f32x4.mul(
      polynomial(z, [4.166664568298827e-2, -1.388731625493765e-3, 2.443315711809948e-5]),
      z,
    ),
    z,
    f32x4.nmadd(z, 0.5, 1),
  );
  const odd = i32x4.ne(v128.and(turn, 1), 0);
  const value = v128.bitselect(cosine, sine, odd);
  return v128.xor(value, i32x4.shl(v128.and(turn, 2), 30));
}

/** The sine of an angle in radians. */
export const sin = (f: FunctionBuilder, x: Vector): Vector => circular(f, x, 0);

/** The cosine of an angle in radians. */
export const cos = (f: FunctionBuilder, x: Vector): Vector => circular(f, x, 1);

/** a^b. The product b log2(a) is in f64, since its error grows with the exponent of the result. */
export function power(f: FunctionBuilder, a: Vector, b: Vector): Vector {
  const base = f.local(magnitude(a));
  // Numbers below 2^-126 have no leading digit: they get one.
  const small = f.local(f32x4.lt(base, 2 ** -126));
  const scaled = v128.bitselect(f32x4.mul(base, 2 ** 23), base, small);
  const bits = f.local(i32x4.sub(scaled, sqrtHalfBits));
  const mantissa = f.local(i32x4.add(v128.and(bits, 0x7fffff), sqrtHalfBits));
  const exponent = f.local(i32x4.sub(i32x4.shrS(bits, 23), v128.and(small, 23)));
  const part = (m: Vector, e: Vector, factor: Vector) => {
    const wide = f.local(f64x2.promoteLowF32x4(m));
    // ln(m) = 2 artanh(s), with s = (m - 1) / (m + 1).
    const s = f.local(f64x2.div(f64x2.sub(wide, 1), f64x2.add(wide, 1)));
    const z = f.local(f64x2.mul(s, s));
    let series: Operand<"v128"> = 2 * Math.LOG2E / 13;
    for (const odd of [11, 9, 7, 5, 3, 1]) {
      series = f64x2.add(f64x2.mul(series, z), 2 * Math.LOG2E / odd);
    }
    const log2 = f64x2.add(f64x2.convertLowI32x4S(e), f64x2.mul(series, s));
    const y = f.local(f64x2.mul(f64x2.promoteLowF32x4(factor), log2));
    f.set(y, f64x2.pmin(f64x2.pmax(y, -200), 200));
    const n = f.local(f64x2.nearest(y));
    const rest = f32x4.demoteF64x2Zero(f64x2.mul(f64x2.sub(y, n), Math.LN2));
    return [f.local(i32x4.truncSatF64x2SZero(n)), f.local(rest)] as const;
  };
  const [low, lowRest] = part(mantissa, exponent, b);
  const [high, highRest] = part(upper(mantissa), upper(exponent), upper(b));
  const n = f.local(shuffle(low, high, [0, 1, 4, 5]));
  const result = f.local(shuffle(lowRest, highRest, [0, 1, 4, 5]));
  f.set(result, expReduced(f, result));
  // Times 2^n in two steps, since 2^n alone may be out of range.
  const half = f.local(i32x4.shrS(n, 1));
  const twoTo = (k: Vector) => i32x4.shl(i32x4.add(k, 127), 23);
  f.set(result, f32x4.mul(f32x4.mul(result, twoTo(half)), twoTo(i32x4.sub(n, half))));

  const infinite = f.local(f32x4.eq(base, infinity));
  const zero = f32x4.eq(base, 0);
  const edge = v128.andnot(infinity, v128.xor(infinite, f32x4.gt(b, 0)));
  f.set(result, v128.bitselect(edge, result, v128.or(infinite, zero)));
  const whole = f32x4.eq(f32x4.nearest(b), b);
  const halved = f.local(f32x4.mul(b, 0.5));
  const odd = v128.and(whole, f32x4.ne(f32x4.nearest(halved), halved));
  f.set(result, v128.or(result, v128.and(signOf(a), odd)));
  const undefinedRoot = v128.andnot(v128.and(f32x4.lt(a, 0), f32x4.lt(base, infinity)), whole);
  const notANumber = v128.or(v128.or(f32x4.ne(a, a), f32x4.ne(b, b)), undefinedRoot);
  f.set(result, v128.or(result, notANumber));
  return v128.bitselect(f32x4.constant(1), result, f32x4.eq(b, 0));
}
