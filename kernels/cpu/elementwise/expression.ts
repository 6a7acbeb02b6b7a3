import type { DType } from "../../../lib/core/dtype.ts";
import type { Expression, Step } from "../../../lib/graph/kernel.ts";
import { loadLanes } from "../memory/lanes.ts";
import type { FunctionBuilder, Integer, Vector } from "../wasm/assembler.ts";
import { f32x4, i32x4, v128 } from "../wasm/instructions.ts";
import { elementwise, masks } from "./elementwise.ts";
import { randomUniform } from "./random.ts";

/** A step that reads an element of an input. */
export type LoadStep = Extract<Step, { kind: "load" }>;

/** Where the four lanes of a vector are. Each is asked for at most once a vector. */
export interface Lanes {
  /** The elements that a load reads (step number `index`); `loadLanes` helps. */
  load(step: LoadStep, index: number): Vector;
  /** What the kernel before a tail computed. */
  readonly result?: Vector;
  /** What step number `index` counts, as i32 lanes: the index along its axis, or the position. */
  count?(index: number): Vector;
}

/** The address of a launch's input, by number. */
type InputAddress = (input: number) => Integer;

/**
 * Writes an expression into a function, four lanes at a time. Make one where it runs once (before
 * the loops): it computes at once what is the same for all elements, such as a learning rate. Then
 * `emit` the rest for each vector.
 */
export class ExpressionEmitter {
  readonly #f: FunctionBuilder;
  readonly #expression: Expression;
  readonly #inputs: InputAddress;
  readonly #uniform = new Map<number, Computed>();

  /** Emits, at the current place of `f`, the steps that do not depend on the index. */
  constructor(f: FunctionBuilder, expression: Expression, inputs: InputAddress) {
    this.#f = f;
    this.#expression = expression;
    this.#inputs = inputs;
    const lanes: Lanes = {
      load: (step) => loadLanes(inputs(step.input), [step.view.offset], step.dtype),
    };
    expression.steps.forEach((step, index) => {
      const uniform = step.kind === "load"
        ? step.view.strides.every((stride) => stride === 0)
        : step.kind === "literal" ||
          (step.kind === "apply" && step.operands.every((operand) => this.#uniform.has(operand)));
      if (uniform) this.#uniform.set(index, this.#compute(step, index, this.#uniform, lanes));
    });
  }

  /**
   * Emits the other steps for one vector; returns the values of the stores, in their order. They
   * are in variables of the current scope.
   */
  emit(lanes: Lanes): Vector[] {
    const values = new Map(this.#uniform);
    this.#expression.steps.forEach((step, index) => {
      if (!values.has(index)) values.set(index, this.#compute(step, index, values, lanes));
    });
    return this.#expression.stores.map(({ step }) => numberOf(values.get(step)!));
  }

  #compute(step: Step, index: number, values: Values, lanes: Lanes): Computed {
    if (step.kind === "literal") return { value: literalOf(step.value, step.dtype), mask: false };
    if (step.kind === "result") return { value: lanes.result!, mask: false };
    const f = this.#f, value = f.local("v128");
    f.scope(() => f.set(value, this.#valueOf(step, index, values, lanes)));
    return { value, mask: step.kind === "apply" && step.op in masks };
  }

  #valueOf(
    step: Exclude<Step, { kind: "literal" | "result" }>,
    index: number,
    values: Values,
    lanes: Lanes,
  ): Vector {
    switch (step.kind) {
      case "load":
        return lanes.load(step, index);
      case "iota": {
        const count = lanes.count!(index);
        return step.dtype === "f32" ? f32x4.convertI32x4S(count) : count;
      }
      case "randomUniform":
        return randomUniform(this.#f, this.#inputs(step.input), lanes.count!(index), step.stream);
      case "apply":
        return this.#apply(step, values);
    }
  }

  #apply(step: Extract<Step, { kind: "apply" }>, values: Values): Vector {
    const last = this.#expression.steps[step.operands.at(-1)!]!;
    const emit = masks[step.op] ?? elementwise[step.op];
    if (emit === undefined) {
      throw new TypeError(`cpu: no kernel for the element-wise op ${JSON.stringify(step.op)}`);
    }
    const operands = step.operands.map((operand, position) => {
      const isCondition = step.op === "select" && position === 0;
      return (isCondition ? maskOf : numberOf)(values.get(operand)!);
    });
    return emit(this.#f, operands, {
      // A load of u8 is an i32 once it is in a register.
      dtype: last.dtype === "u8" ? "i32" : last.dtype,
      attributes: step.attributes,
      literal: last.kind === "literal" ? last.value : undefined,
    });
  }
}

/** A step's value; a comparison's is a mask (all bits or none) until a number is wanted. */
interface Computed {
  readonly value: Vector;
  readonly mask: boolean;
}

/** The values of steps, by number. */
type Values = ReadonlyMap<number, Computed>;

const numberOf = ({ value, mask }: Computed): Vector => mask ? v128.and(value, 1) : value;
const maskOf = ({ value, mask }: Computed): Vector => mask ? value : i32x4.ne(value, 0);

function literalOf(value: number, dtype: DType): Vector {
  return dtype === "f32" ? f32x4.constant(value) : i32x4.constant(value);
}
