import type { Expression, View } from "../../../lib/graph/kernel.ts";
import { type Shape, sizeOf, stridesOf } from "../../../lib/core/shape.ts";
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
  const views = steps.flatMap((step) =>
    step.kind === "load" ? [step.view] : step.kind === "iota" ? [axisView(shape, step.axis)] : []
  );
  const space = new Space(shape, views, point, lines);
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
        code = `${dtype}(${space.position(axisView(shape, step.axis))})`;
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

/** The index along an axis, as a view. */
function axisView(shape: Shape, axis: number): View {
  return { offset: 0, strides: shape.map((_, a) => a === axis ? 1 : 0) };
}

/**
 * Positions in views over an iteration space. Neighbouring axes that no view tells apart are taken
 * as one, so that mostly no index needs to be divided.
 */
class Space {
  readonly #shape: Shape;
  readonly #point: Point;
  readonly #lines: string[];
  /** Runs of axes that are taken as one, as [first, last]. */
  readonly #runs: [number, number][] = [];
  readonly #coordinates = new Map<number, string>();

  constructor(shape: Shape, views: readonly View[], point: Point, lines: string[]) {
    this.#shape = shape;
    this.#point = point;
    this.#lines = lines;
    for (let axis = 0; axis < shape.length; axis++) {
      if (shape[axis] === 1) continue;
      const run = this.#runs.at(-1);
      const joins = run !== undefined &&
        views.every(({ strides }) => strides[run[1]] === strides[axis]! * shape[axis]!);
      if (joins) run[1] = axis;
      else this.#runs.push([axis, axis]);
    }
  }

  /** WGSL (u32): the position in a view. */
  position({ offset, strides }: View): string {
    const terms = this.#runs.flatMap(([, axis], run) => {
      const stride = strides[axis]!;
      if (stride === 0) return [];
      const coordinate = this.#coordinate(run);
      // Negative strides wrap around, and so does the sum, back into the buffer.
      return [stride === 1 ? coordinate : `${coordinate} * ${stride >>> 0}u`];
    });
    if (offset !== 0 || terms.length === 0) terms.push(`${offset >>> 0}u`);
    return terms.join(" + ");
  }

  #coordinate(run: number): string {
    const known = this.#coordinates.get(run);
    if (known !== undefined) return known;
    const [first, last] = this.#runs[run]!;
    const size = sizeOf(this.#shape.slice(first, last + 1));
    const inner = stridesOf(this.#shape)[last]!;
    const { index } = this.#point;
    let code: string;
    if (run === this.#runs.length - 1 && first === this.#shape.length - 1 && this.#point.last) {
      code = this.#point.last;
    } else {
      const divided = inner === 1 ? index : `${index} / ${inner}u`;
      code = run === 0 ? divided : `(${divided}) % ${size}u`;
    }
    const name = `at${run}`;
    this.#lines.push(`let ${name} = ${code};`);
    this.#coordinates.set(run, name);
    return name;
  }
}
