import type { Expression, View } from "../../../lib/graph/kernel.ts";
import { type Shape, stridesOf } from "../../../lib/core/shape.ts";
import type { Bindings } from "../shader/bindings.ts";
import { emitElementwise, emitLiteral, type Operand } from "./elementwise.ts";
import math from "./math.wgsl" with { type: "text" };
import philox from "./philox.wgsl" with { type: "text" };

/** What an expression is evaluated at. */
export interface Point {
  /** WGSL (u32): the row-major index in the iteration space. */
  readonly index: string;
  /** WGSL (u32): the index along the last axis, where it is known anyway. */
  readonly last?: string;
  /** WGSL (f32): what the kernel before a tail computed. */
  readonly result?: string;
}

/** Functions that emitted expressions call. */
export const prelude = `${math}
${philox}
fn from_bits(bits: u32) -> f32 {
  var word = bits;
  return bitcast<f32>(word);
}
`;

/**
 * Emits statements that compute an expression over the iteration space `shape` at a point, and the
 * names of the values to store, in the order of its stores.
 */
export function emitExpression(
  { steps, stores }: Expression,
  shape: Shape,
  point: Point,
  bindings: Bindings,
): { code: string; values: string[] } {
  const lines: string[] = [];
  const space = new Space(shape, point, lines);
  const operands: Operand[] = [];
  for (const [number, step] of steps.entries()) {
    const name = `v${number}`;
    const dtype = step.dtype === "u8" ? "i32" : step.dtype;
    let code: string;
    switch (step.kind) {
      case "load":
        code = bindings.load(step.input, step.dtype, space.position(step.view));
        break;
      case "result":
        code = point.result!;
        break;
      case "literal":
        code = emitLiteral(step.value, step.dtype);
        break;
      case "iota":
        code = `${dtype}(${space.coordinate(step.axis)})`;
        break;
      case "randomUniform": {
        const state = [0, 1, 2].map((word) => bindings.load(step.input, "i32", `${word}u`));
        code = `random_uniform(${state.join(", ")}, ${step.stream >>> 0}u, ${point.index})`;
        break;
      }
      case "apply":
        code = emitElementwise(step.op, step.operands.map((k) => operands[k]!), step.attributes);
        break;
    }
    lines.push(`let ${name} = ${code};`);
    operands.push({ code: name, dtype });
  }
  return { code: lines.join("\n  "), values: stores.map(({ step }) => `v${step}`) };
}

/** Statements that compute an expression at a point, and store there what it stores in the outputs. */
export function emitStored(
  expression: Expression,
  shape: Shape,
  point: Point,
  bindings: Bindings,
): string {
  const store = (values: readonly string[]) =>
    expression.stores.map(({ dtype }, k) => bindings.store(k, dtype, point.index, values[k]!));
  // Outputs are declared first: what is updated in place has the type of what is stored.
  store(expression.stores.map(() => "0"));
  const { code, values } = emitExpression(expression, shape, point, bindings);
  return [code, ...store(values)].join("\n  ");
}

/** Positions in views over an iteration space. */
class Space {
  readonly #shape: Shape;
  readonly #strides: readonly number[];
  readonly #point: Point;
  readonly #lines: string[];
  readonly #coordinates = new Map<number, string>();

  constructor(shape: Shape, point: Point, lines: string[]) {
    this.#shape = shape;
    this.#strides = stridesOf(shape);
    this.#point = point;
    this.#lines = lines;
  }

  /** WGSL (u32): the position in a view. */
  position({ offset, strides }: View): string {
    const isRowMajor = offset === 0 && strides.length > 0 &&
      this.#shape.every((size, axis) => size === 1 || strides[axis] === this.#strides[axis]);
    if (isRowMajor) return this.#point.index;
    const terms = strides.flatMap((stride, axis) => {
      if (stride === 0) return [];
      const coordinate = this.coordinate(axis);
      // Negative strides wrap around, and so does the sum, back into the buffer.
      return [stride === 1 ? coordinate : `${coordinate} * ${stride >>> 0}u`];
    });
    if (offset !== 0 || terms.length === 0) terms.push(`${offset >>> 0}u`);
    return terms.join(" + ");
  }

  /** WGSL (u32): the index along an axis. */
  coordinate(axis: number): string {
    return this.#coordinates.getOrInsertComputed(axis, () => {
      const inner = this.#strides[axis]!, { index, last } = this.#point;
      const divided = inner === 1 ? index : `${index} / ${inner}u`;
      const isKnown = axis === this.#shape.length - 1 && last !== undefined;
      const whole = axis === 0 ? divided : `(${divided}) % ${this.#shape[axis]}u`;
      this.#lines.push(`let at${axis} = ${isKnown ? last : whole};`);
      return `at${axis}`;
    });
  }
}
