import type { DType } from "../../../lib/core/dtype.ts";

/** An operand of an element-wise op: a WGSL expression and its type. */
export interface Operand {
  readonly code: string;
  readonly dtype: DType;
}

type Attributes = Readonly<Record<string, unknown>>;
type Emit = (operands: readonly string[], first: DType, attributes: Attributes) => string;

const call = (name: string): Emit => (operands) => `${name}(${operands.join(", ")})`;
const infix = (operator: string): Emit => ([a, b]) => `(${a} ${operator} ${b})`;

/** A function of math.wgsl for f32; WGSL's own for i32. */
const byType = (float: string, integer: string): Emit => (operands, dtype) =>
  `${dtype === "i32" ? integer : float}(${operands.join(", ")})`;

// "notEqual" is written as the negation: drivers may find NaN "not unequal" to itself.
const comparisons: Readonly<Record<string, Emit>> = {
  equal: ([a, b]) => `select(0i, 1i, ${a} == ${b})`,
  notEqual: ([a, b]) => `select(1i, 0i, ${a} == ${b})`,
  less: ([a, b]) => `select(0i, 1i, ${a} < ${b})`,
  lessOrEqual: ([a, b]) => `select(0i, 1i, ${a} <= ${b})`,
  greater: ([a, b]) => `select(0i, 1i, ${a} > ${b})`,
  greaterOrEqual: ([a, b]) => `select(0i, 1i, ${a} >= ${b})`,
};

/** One row for each element-wise op of the op table, by name. */
const rows: Readonly<Record<string, Emit>> = {
  negate: ([x]) => `(-${x})`,
  abs: call("abs"),
  sign: byType("sign_of", "sign"),
  exp: call("exp"),
  log: call("log"),
  sqrt: call("sqrt"),
  rsqrt: call("inverseSqrt"),
  sin: call("sine"),
  cos: call("cosine"),
  tanh: call("hyperbolic_tangent"),
  logistic: call("logistic"),
  erf: call("error_function"),
  // Not max: NaN must stay NaN.
  relu: ([x], dtype) => dtype === "i32" ? `max(${x}, 0i)` : `select(${x}, 0.0, ${x} < 0.0)`,
  floor: call("floor"),
  ceil: call("ceil"),
  round: call("round"),
  detach: ([x]) => x!,
  add: infix("+"),
  subtract: infix("-"),
  multiply: infix("*"),
  divide: infix("/"),
  power: call("power"),
  maximum: byType("maximum", "max"),
  minimum: byType("minimum", "min"),
  compare: (operands, dtype, attributes) =>
    comparisons[attributes.direction as string]!(operands, dtype, attributes),
  isFinite: call("is_finite"),
  select: ([condition, a, b]) => `select(${b}, ${a}, ${condition} != 0i)`,
  convert: ([x], dtype, attributes) => {
    const to = attributes.dtype as DType, from = dtype === "u8" ? "i32" : dtype;
    if (to === from) return x!;
    return to === "i32" ? `integer(${x})` : `${to}(${x})`;
  },
};

/** The names of the ops that can be emitted. */
export const elementwiseNames: readonly string[] = Object.keys(rows);

/** The WGSL expression of an element-wise op. Operands are names or literals, so they may repeat. */
export function emitElementwise(
  op: string,
  operands: readonly Operand[],
  attributes: Attributes,
): string {
  const emit = rows[op];
  if (emit === undefined) throw new Error(`kernels/webgpu: no WGSL for the op ${op}`);
  return emit(operands.map(({ code }) => code), operands[0]!.dtype, attributes);
}

const bits = new DataView(new ArrayBuffer(4));

/** A number as WGSL of type f32 or i32, exactly. */
export function emitLiteral(value: number, dtype: DType): string {
  if (dtype !== "f32") return `i32(${Math.trunc(value)})`;
  const x = Math.fround(value);
  // A constant expression may be neither infinite nor NaN, nor (in some compilers) subnormal; bits
  // that pass through a variable are no constant expression.
  if (!Number.isFinite(x) || (x !== 0 && Math.abs(x) < 2 ** -126)) {
    bits.setFloat32(0, x);
    return `from_bits(${bits.getUint32(0)}u)`;
  }
  return `f32(${Object.is(x, -0) ? "-0.0" : x})`;
}
