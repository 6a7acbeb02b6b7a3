import type { DType } from "../../core/dtype.ts";
import { broadcastShapes, formatShape, sameShape } from "../../core/shape.ts";
import { apply, type Attributes, defineOp, type Node, type Op, type TensorType } from "../node.ts";
import { constantOf, literal, literalFor } from "./generate.ts";
import { broadcastTo } from "./layout.ts";

// elementwise.ts, layout.ts and reduce.ts import each other, the only circle of imports: gradients
// and cheaper forms of their ops need one another, but only once all three modules are there.

type Gradient = (g: Node, node: Node) => (Node | undefined)[];

/** What else a row may know. */
interface Rules {
  /** Whether it takes i32 too. */
  readonly integer?: boolean;
  /** See `Op`. */
  readonly isCostly?: boolean;
  /** An equal node that is cheaper, or the node itself. */
  simplify?(node: Node): Node;
}

const costly: Rules = { isCostly: true };

/** A builder of nodes, with the row of their op. */
type Builder<Operands extends Node[]> = ((...operands: Operands) => Node) & { readonly op: Op };
type Unary = Builder<[x: Node]>;
type Binary = Builder<[a: Node, b: Node]>;

/** A function of one f32 number. */
function unary(name: string, gradient: Gradient, { integer = false, ...rules }: Rules = {}): Unary {
  const infer = ([x]: readonly TensorType[]) => {
    if (x!.dtype === "f32" || (integer && x!.dtype === "i32")) return x!;
    throw new TypeError(
      `${name}: expected ${integer ? "f32 or i32" : "f32"}, found ${x!.dtype}; cast() it first`,
    );
  };
  const op = defineOp({ name, kind: "elementwise", infer, gradient, ...rules });
  return Object.assign((x: Node) => apply(op, [x], {}), { op });
}

/** Both operands have one shape and one type: the builders below broadcast before they come here. */
function samePair(name: string, a: TensorType, b: TensorType): void {
  if (a.dtype !== b.dtype) {
    throw new TypeError(
      `${name}: expected operands of one type, found ${a.dtype} and ${b.dtype}; cast() one of them`,
    );
  }
  if (a.dtype === "u8") {
    throw new TypeError(`${name}: u8 is for storage only; cast() it to "f32" or "i32" first`);
  }
  if (!sameShape(a.shape, b.shape)) {
    throw new TypeError(
      `${name}: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)} do not broadcast`,
    );
  }
}

/** A function of two numbers, i32 too unless it says otherwise. */
function binary(
  name: string,
  gradient: Gradient,
  { integer = true, ...rules }: Rules = {},
): Binary {
  const infer = ([a, b]: readonly TensorType[]) => {
    samePair(name, a!, b!);
    if (integer || a!.dtype === "f32") return a!;
    throw new TypeError(`${name}: expected f32, found ${a!.dtype}; cast() it first`);
  };
  const op = defineOp({ name, kind: "elementwise", infer, gradient, ...rules });
  return Object.assign((a: Node, b: Node) => broadcasting(op, [a, b], {}), { op });
}

/** The literal that arithmetic with literals comes to. */
function fold(node: Node, f: (...operands: number[]) => number): Node | undefined {
  const operands = node.inputs.map(constantOf).filter((number) => number !== undefined);
  if (operands.length < node.inputs.length) return undefined;
  const value = f(...operands);
  // The product of two integers may need more bits than a double has; the device keeps the lowest.
  if (node.dtype === "i32" && !Number.isSafeInteger(value)) return undefined;
  return literalFor(node, value);
}

/**
 * The rule of arithmetic that is done now where both operands are literals, and that changes
 * nothing where one is `left` or `right`.
 */
const arithmetic = (f: (a: number, b: number) => number, left?: number, right?: number): Rules => ({
  simplify: (node) => {
    const [a, b] = node.inputs as [Node, Node];
    const folded = fold(node, f);
    if (folded !== undefined) return folded;
    if (left !== undefined && constantOf(a) === left) return b;
    return right !== undefined && constantOf(b) === right ? a : node;
  },
});

const input = (node: Node, index = 0): Node => node.inputs[index]!;

// One row each, the gradient beside the name. Where the gradient can be written with the result
// instead of the input it is, because then the input need not be kept.
export const negate: Unary = unary("negate", (g) => [negate(g)], {
  integer: true,
  simplify: (y) => fold(y, (x) => -x) ?? (input(y).op === negate.op ? input(input(y)) : y),
});
export const abs: Unary = unary("abs", (g, y) => [multiply(g, sign(input(y)))], { integer: true });
export const sign: Unary = unary("sign", (g) => [literal(0, g.shape)], { integer: true });
export const exp: Unary = unary("exp", (g, y) => [multiply(g, y)], costly);
export const log: Unary = unary("log", (g, y) => [divide(g, input(y))], costly);
export const sqrt: Unary = unary("sqrt", (g, y) => [divide(scale(g, 0.5), y)], costly);
export const rsqrt: Unary = unary(
  "rsqrt",
  (g, y) => [multiply(g, scale(multiply(y, multiply(y, y)), -0.5))],
  costly,
);
export const sin: Unary = unary("sin", (g, y) => [multiply(g, cos(input(y)))], costly);
export const cos: Unary = unary("cos", (g, y) => [negate(multiply(g, sin(input(y))))], costly);
export const tanh: Unary = unary(
  "tanh",
  (g, y) => [multiply(g, subtract(literal(1, y.shape), multiply(y, y)))],
  costly,
);
export const logistic: Unary = unary(
  "logistic",
  (g, y) => [multiply(g, multiply(y, subtract(literal(1, y.shape), y)))],
  costly,
);
export const erf: Unary = unary("erf", (g, y) => {
  const x = input(y);
  return [multiply(g, scale(exp(negate(multiply(x, x))), 2 / Math.sqrt(Math.PI)))];
}, costly);
/** max(x, 0) with the gradient 0 at 0. */
export const relu: Unary = unary(
  "relu",
  (g, y) => [select(compare("greater", y, literal(0, y.shape)), g, literal(0, g.shape))],
);
export const floor: Unary = unary("floor", (g) => [literal(0, g.shape)]);
export const ceil: Unary = unary("ceil", (g) => [literal(0, g.shape)]);
/** To the nearest integer, halves to the even one. */
export const round: Unary = unary("round", (g) => [literal(0, g.shape)]);

export const add: Binary = binary("add", (g) => [g, g], arithmetic((a, b) => a + b, 0, 0));
export const subtract: Binary = binary(
  "subtract",
  (g) => [g, negate(g)],
  arithmetic((a, b) => a - b, undefined, 0),
);
export const multiply: Binary = binary(
  "multiply",
  (g, y) => [multiply(g, input(y, 1)), multiply(g, input(y, 0))],
  arithmetic((a, b) => a * b, 1, 1),
);
export const divide: Binary = binary("divide", (g, y) => {
  const left = divide(g, input(y, 1));
  return [left, negate(multiply(left, y))];
}, { integer: false, ...costly, ...arithmetic((a, b) => a / b, undefined, 1) });
export const power: Binary = binary("power", (g, y) => {
  const [a, b] = [input(y, 0), input(y, 1)];
  const one = literal(1, y.shape), zero = literal(0, y.shape);
  // a^b is flat in b at a = 0 (for b > 0), where log(a) is not finite.
  const positive = compare("greater", a, zero);
  const byExponent = multiply(y, log(select(positive, a, one)));
  // a^0 is 1 everywhere, though 0 * 0^-1 is not a number.
  const byBase = select(compare("equal", b, zero), zero, multiply(b, power(a, subtract(b, one))));
  return [multiply(g, byBase), multiply(g, byExponent)];
}, { integer: false, ...costly });
export const maximum: Binary = binary(
  "maximum",
  (g, y) => extremumGradient("greater", g, y),
  arithmetic(Math.max),
);
export const minimum: Binary = binary(
  "minimum",
  (g, y) => extremumGradient("less", g, y),
  arithmetic(Math.min),
);

/** The winner takes the gradient; a tie shares it. */
function extremumGradient(direction: Direction, g: Node, y: Node): Node[] {
  const [a, b] = [input(y, 0), input(y, 1)];
  const half = select(compare("equal", a, b), scale(g, 0.5), literal(0, g.shape));
  return [select(compare(direction, a, b), g, half), select(compare(direction, b, a), g, half)];
}

/** How two numbers are compared, in StableHLO's words. */
export type Direction =
  | "equal"
  | "notEqual"
  | "less"
  | "lessOrEqual"
  | "greater"
  | "greaterOrEqual";

/** 1 where the comparison holds, else 0, as i32. */
export const compareOp = defineOp<{ direction: Direction }>({
  name: "compare",
  kind: "elementwise",
  infer: ([a, b]) => {
    samePair("compare", a!, b!);
    return { shape: a!.shape, dtype: "i32" };
  },
  gradient: () => [undefined, undefined],
});

/** 1 where a number is neither infinite nor NaN, else 0, as i32. */
export const isFiniteOp = defineOp({
  name: "isFinite",
  kind: "elementwise",
  infer: ([x]) => {
    if (x!.dtype !== "f32") throw new TypeError(`isFinite: expected f32, found ${x!.dtype}`);
    return { shape: x!.shape, dtype: "i32" };
  },
  gradient: () => [undefined],
});

/** The second input where the first (i32) is not 0, else the third. */
export const selectOp = defineOp({
  name: "select",
  kind: "elementwise",
  infer: ([condition, a, b]) => {
    if (condition!.dtype !== "i32") {
      throw new TypeError(`select: expected a condition of type i32, found ${condition!.dtype}`);
    }
    samePair("select", a!, b!);
    if (!sameShape(condition!.shape, a!.shape)) {
      throw new TypeError(
        `select: condition ${formatShape(condition!.shape)} does not fit ${formatShape(a!.shape)}`,
      );
    }
    return a!;
  },
  gradient: (g, y) => {
    const zero = literal(0, g.shape);
    return [undefined, select(input(y), g, zero), select(input(y), zero, g)];
  },
});

/** Another element type; f32 to i32 cuts the fraction off. */
export const convertOp = defineOp<{ dtype: DType }>({
  name: "convert",
  kind: "elementwise",
  infer: ([x], { dtype }) => {
    if (dtype === "u8") throw new TypeError("convert: u8 is for storage only; use i32");
    return { shape: x!.shape, dtype };
  },
  gradient: (g, y) => [input(y).dtype === "f32" ? g : undefined],
  simplify: (node) => convert(input(node), node.dtype),
});

/** The same number, but a constant for gradients (`stop_gradient` elsewhere). */
export const detach: Unary = unary("detach", () => [undefined], {
  integer: true,
  simplify: (y) => input(y),
});

/** 1 where a number is neither infinite nor NaN, else 0 (i32). */
export const isFiniteNode = (x: Node): Node => apply(isFiniteOp, [x], {});

/** Applies an element-wise op to operands that are first broadcast to one shape. */
function broadcasting<A extends Attributes>(op: Op<A>, operands: Node[], attributes: A): Node {
  let shape = operands[0]!.shape;
  for (const operand of operands) {
    const joint = broadcastShapes(shape, operand.shape);
    if (joint === undefined) {
      throw new TypeError(
        `${op.name}: shapes ${operands.map((o) => formatShape(o.shape)).join(" and ")} do not ` +
          "broadcast; axes are matched from the last one and must be equal or 1",
      );
    }
    shape = joint;
  }
  const same = operands.map((operand) => broadcastTo(operand, shape));
  return apply(op, same, attributes);
}

/** 1 where `a` and `b` compare as `direction` says, else 0 (i32). */
export function compare(direction: Direction, a: Node, b: Node): Node {
  return broadcasting(compareOp, [a, b], { direction });
}

/** `a` where the condition is not 0, else `b`. */
export function select(condition: Node, a: Node, b: Node): Node {
  return broadcasting(selectOp, [condition, a, b], {});
}

/** The same numbers as another element type. */
export function convert(x: Node, dtype: DType): Node {
  return x.dtype === dtype ? x : apply(convertOp, [x], { dtype });
}

/** `x` times a constant of the formula. */
export function scale(x: Node, factor: number): Node {
  return multiply(x, literal(factor, x.shape, x.dtype));
}

/** Functions of one number that every tensor has as methods, by the names that users know them by. */
export const methods = {
  /** Minus this. */
  neg: negate,
  /** Without the sign. */
  abs,
  /** -1, 0 or 1. */
  sign,
  /** e to the power of this. */
  exp,
  /** The natural logarithm. */
  log,
  /** The square root. */
  sqrt,
  /** One over the square root. */
  rsqrt,
  /** This times itself. */
  square: (x: Node): Node => multiply(x, x),
  /** The sine, of radians. */
  sin,
  /** The cosine, of radians. */
  cos,
  /** The error function. */
  erf,
  /** To the next integer below. */
  floor,
  /** To the next integer above. */
  ceil,
  /** To the nearest integer, halves to the even one. */
  round,
  /** 1 (i32) where a number is neither infinite nor NaN, else 0. */
  isFinite: isFiniteNode,
  /** The hyperbolic tangent. */
  tanh,
  /** 1 / (1 + e^-x). */
  sigmoid: logistic,
  /** max(x, 0). */
  relu,
};
