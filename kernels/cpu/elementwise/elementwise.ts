import type { DType } from "../../../lib/core/dtype.ts";
import type { FunctionBuilder, Vector } from "../wasm/assembler.ts";
import { f32x4, i32x4, v128 } from "../wasm/instructions.ts";
import { cos, erf, exp, log, logistic, power, sin, tanh } from "./math.ts";

/** What a row of the table may want to know about the step that it is for. */
interface Application {
  /** Element type of the (last) operands. */
  readonly dtype: DType;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The last operand, where it is a constant of the formula. */
  readonly literal: number | undefined;
}

/** Operands are variables or constants, so that they may be used several times. */
type Emit = (f: FunctionBuilder, operands: readonly Vector[], application: Application) => Vector;

type Unary = (x: Vector) => Vector;
type Binary = (a: Vector, b: Vector) => Vector;

/** An op with one instruction (or a few) for f32 and, where allowed, one for i32. */
const one = (float: Unary, integer: Unary = float): Emit => (_, [x], { dtype }) =>
  (dtype === "f32" ? float : integer)(x!);
const two = (float: Binary, integer: Binary = float): Emit => (_, [a, b], { dtype }) =>
  (dtype === "f32" ? float : integer)(a!, b!);

const comparisons: Readonly<Record<string, readonly [Binary, Binary]>> = {
  equal: [f32x4.eq, i32x4.eq],
  notEqual: [f32x4.ne, i32x4.ne],
  less: [f32x4.lt, i32x4.ltS],
  lessOrEqual: [f32x4.le, i32x4.leS],
  greater: [f32x4.gt, i32x4.gtS],
  greaterOrEqual: [f32x4.ge, i32x4.geS],
};

/**
 * Element-wise ops whose result is 1 or 0 (i32); here as a mask, all bits or none. The expression
 * turns it into a number only where something but a select wants it.
 */
export const masks: Readonly<Record<string, Emit>> = {
  compare: (_, [a, b], { dtype, attributes }) => {
    const [float, integer] = comparisons[attributes.direction as string]!;
    return (dtype === "f32" ? float : integer)(a!, b!);
  },
  isFinite: (_, [x]) => f32x4.lt(f32x4.abs(x!), Infinity),
};

/** The other element-wise rows of the op table: four lanes at a time. `select` takes a mask. */
export const elementwise: Readonly<Record<string, Emit>> = {
  negate: one(f32x4.neg, i32x4.neg),
  abs: one(f32x4.abs, i32x4.abs),
  sign: one(
    // ±1 where x is neither 0 nor NaN, else x.
    (x) =>
      v128.bitselect(
        v128.or(v128.and(x, -0x80000000), f32x4.constant(1)),
        x,
        f32x4.gt(f32x4.abs(x), 0),
      ),
    (x) => i32x4.sub(i32x4.gtS(0, x), i32x4.gtS(x, 0)),
  ),
  exp: (f, [x]) => exp(f, x!),
  log: (f, [x]) => log(f, x!),
  sqrt: one(f32x4.sqrt),
  rsqrt: one((x) => f32x4.div(1, f32x4.sqrt(x))),
  sin: (f, [x]) => sin(f, x!),
  cos: (f, [x]) => cos(f, x!),
  tanh: (f, [x]) => tanh(f, x!),
  logistic: (f, [x]) => logistic(f, x!),
  erf: (f, [x]) => erf(f, x!),
  // pmax(x, 0) is x where x is NaN.
  relu: one((x) => f32x4.pmax(x, 0)),
  floor: one(f32x4.floor),
  ceil: one(f32x4.ceil),
  round: one(f32x4.nearest),
  detach: (_, [x]) => x!,
  add: two(f32x4.add, i32x4.add),
  subtract: two(f32x4.sub, i32x4.sub),
  multiply: two(f32x4.mul, i32x4.mul),
  divide: two(f32x4.div),
  maximum: two(f32x4.max, i32x4.maxS),
  minimum: two(f32x4.min, i32x4.minS),
  power: (f, [a, b], { literal }) => powerByConstant(f, a!, literal) ?? power(f, a!, b!),
  select: (_, [mask, a, b]) => v128.bitselect(a!, b!, mask!),
  convert: (_, [x], { dtype, attributes }) => {
    const to = attributes.dtype as DType;
    if ((dtype === "f32") === (to === "f32")) return x!;
    return to === "f32" ? f32x4.convertI32x4S(x!) : i32x4.truncSatF32x4S(x!);
  },
};

/** Exponents for which a few products and roots do; 3/4 is that of local response normalisation. */
function powerByConstant(f: FunctionBuilder, x: Vector, exponent: number | undefined) {
  switch (exponent) {
    case 1:
      return x;
    case 2:
      return f32x4.mul(x, x);
    case 3:
      return f32x4.mul(x, f32x4.mul(x, x));
    case -1:
      return f32x4.div(1, x);
    case -2:
      return f32x4.div(1, f32x4.mul(x, x));
    case 0.75:
    case -0.75: {
      const root = f.local(f32x4.sqrt(x));
      const value = f32x4.mul(root, f32x4.sqrt(root));
      return exponent > 0 ? value : f32x4.div(1, value);
    }
  }
}
