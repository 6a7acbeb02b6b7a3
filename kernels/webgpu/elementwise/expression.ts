import { type Expression, registerType, type View } from "../../../lib/graph/kernel.ts";
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
  /** WGSL (f32, or vec4f for four lanes): what the kernel before a tail computed. */
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

/** Whether elements can be computed by fours: the neighbours of a multiple of 4 are in one row. */
export const hasQuads = (shape: Shape): boolean => (shape.at(-1) ?? 1) % 4 === 0;

/** Elements that are computed at a time: 1, or 4 neighbours from a multiple of 4 on. */
export type Lanes = 1 | 4;

const components = [".x", ".y", ".z", ".w"] as const;

/**
 * Emits statements that compute an expression over the iteration space `shape` at a point (and, by
 * four `lanes`, at the next three), and for each of its stores the names of the value in each lane.
 */
export function emitExpression(
  { steps, stores }: Expression,
  shape: Shape,
  point: Point,
  bindings: Bindings,
  lanes: Lanes = 1,
): { code: string; values: string[][] } {
  const lines: string[] = [];
  const space = new Space(shape, point, lines);
  const all = Array.from({ length: lanes }, (_, lane) => lane);
  // Of each step its type, and names in the lanes: one where all are equal.
  const done: { readonly names: readonly string[]; readonly dtype: "f32" | "i32" }[] = [];
  const inLane = (step: number, lane: number) => {
    const { names, dtype } = done[step]!;
    return { code: names[lane] ?? names[0]!, dtype };
  };
  for (const [number, step] of steps.entries()) {
    const name = `v${number}`, dtype = registerType(step.dtype);
    const define = (codes: readonly string[]) => {
      const names = codes.map((_, lane) => codes.length === 1 ? name : `${name}_${lane}`);
      names.forEach((one, lane) => lines.push(`let ${one} = ${codes[lane]};`));
      done.push({ names, dtype });
    };
    switch (step.kind) {
      case "load": {
        const { input, view } = step;
        const position = space.position(view), apart = view.strides.at(-1) ?? 0;
        if (lanes === 1 || apart === 0) {
          define([bindings.load(input, step.dtype, position)]);
        } else if (space.isAligned(view)) {
          const vector = step.dtype === "u8" ? "u32" : step.dtype === "f32" ? "vec4f" : "vec4i";
          lines.push(`let ${name} = ${bindings.load(input, vector, `(${position}) / 4u`)};`);
          const names = all.map((lane) =>
            vector === "u32" ? `i32((${name} >> ${8 * lane}u) & 255u)` : name + components[lane]
          );
          done.push({ names, dtype });
        } else {
          lines.push(`let ${name} = ${position};`);
          define(
            all.map((lane) =>
              bindings.load(input, step.dtype, `${name} + ${(lane * apart) >>> 0}u`)
            ),
          );
        }
        break;
      }
      case "result":
        if (lanes === 1) define([point.result!]);
        else done.push({ names: all.map((lane) => point.result + components[lane]!), dtype });
        break;
      case "literal":
        define([emitLiteral(step.value, step.dtype)]);
        break;
      case "iota": {
        const at = space.coordinate(step.axis);
        const isLast = step.axis === shape.length - 1;
        define((isLast ? all : [0]).map((lane) => `${dtype}(${at} + ${lane}u)`));
        break;
      }
      case "randomUniform": {
        const state = [0, 1, 2].map((word) => bindings.load(step.input, "i32", `${word}u`));
        define(
          all.map((lane) =>
            `random_uniform(${state.join(", ")}, ${step.stream >>> 0}u, ${point.index} + ${lane}u)`
          ),
        );
        break;
      }
      case "apply": {
        const differ = step.operands.some((operand) => done[operand]!.names.length > 1);
        define((differ ? all : [0]).map((lane) => {
          const operands: Operand[] = step.operands.map((operand) => inLane(operand, lane));
          return emitElementwise(step.op, operands, step.attributes);
        }));
        break;
      }
    }
  }
  const values = stores.map(({ step }) => all.map((lane) => inLane(step, lane).code));
  return { code: lines.join("\n  "), values };
}

/**
 * Statements that compute an expression at a point (and at the next three), and store there what it
 * stores in the outputs.
 */
export function emitStored(
  expression: Expression,
  shape: Shape,
  point: Point,
  bindings: Bindings,
  lanes: Lanes = 1,
): string {
  const store = (values: readonly (readonly string[])[]) =>
    expression.stores.map(({ dtype }, k) => {
      if (lanes === 1) return bindings.store(k, dtype, point.index, values[k]![0]!);
      const type = dtype === "f32" ? "vec4f" : "vec4i";
      const vector = `${type}(${values[k]!.join(", ")})`;
      return bindings.store(k, type, `(${point.index}) / 4u`, vector);
    });
  // Outputs are declared first: what is updated in place has the type of what is stored.
  store(expression.stores.map(() => ["0"]));
  const { code, values } = emitExpression(expression, shape, point, bindings, lanes);
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

  /** Whether four neighbours lie side by side from a multiple of 4 on. */
  isAligned({ offset, strides }: View): boolean {
    return strides.at(-1) === 1 &&
      [offset, ...strides.slice(0, -1)].every((step) => step % 4 === 0);
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
