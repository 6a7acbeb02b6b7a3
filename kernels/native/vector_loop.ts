/**
 * Straight steps on vectors, as data, and the loops around them: what a kernel does with runs of numbers
 * that lie side by side. `emitVectorLoop` makes machine code of it.
 *
 * @module
 */

/** A value for each lane, by the number of the step that makes it. */
export type Value = number;

/** One step; offsets are in bytes, and pointers are numbered. */
export type VectorStep =
  | { readonly op: "load"; readonly pointer: number; readonly offset: number }
  /** One number in all lanes. */
  | { readonly op: "constant"; readonly value: number }
  | {
    /** The maximum is b where neither is larger. */
    readonly op: "add" | "subtract" | "multiply" | "maximum";
    readonly a: Value;
    readonly b: Value;
  }
  /** c + a * b, and c - a * b, rounded once. */
  | {
    readonly op: "multiplyAdd" | "multiplySubtract";
    readonly a: Value;
    readonly b: Value;
    readonly c: Value;
  }
  | {
    readonly op: "store";
    readonly pointer: number;
    readonly offset: number;
    readonly value: Value;
  };

/**
 * Steps done for each vector of a run of numbers; and that as often as the word after the pointers says,
 * at least once, from pointers that have moved.
 */
export interface VectorLoop {
  readonly instructions: "avx2" | "avx512";
  readonly steps: readonly VectorStep[];
  /** Numbers of a run: whole vectors. */
  readonly length: number;
  /** Bytes that each pointer moves from run to run. */
  readonly moves: readonly number[];
}

/** Pointers that a loop has at most. */
export const mostPointers = 8;

/** The word among the arguments that says how many runs there are. */
export const runsWord = mostPointers;

/** What arithmetic on vectors of some kind is: WebAssembly's, or steps that are written down. */
export interface Arithmetic<V> {
  add(a: V, b: V): V;
  subtract(a: V, b: V): V;
  multiply(a: V, by: number): V;
  /** c + a * by, rounded once where the machine can. */
  multiplyAdd(a: V, by: number, c: V): V;
  /** c - a * by, rounded once where the machine can. */
  multiplySubtract(a: V, by: number, c: V): V;
}

/** Writes steps down. */
export class StepWriter implements Arithmetic<Value> {
  readonly steps: VectorStep[] = [];
  readonly #constants = new Map<number, Value>();

  #write(step: VectorStep): Value {
    return this.steps.push(step) - 1;
  }

  /** A number in all lanes; equal ones are one value. */
  constant(value: number): Value {
    return this.#constants.getOrInsertComputed(value, () => this.#write({ op: "constant", value }));
  }

  load(pointer: number, offset: number): Value {
    return this.#write({ op: "load", pointer, offset });
  }

  store(pointer: number, offset: number, value: Value): void {
    this.#write({ op: "store", pointer, offset, value });
  }

  add(a: Value, b: Value): Value {
    return this.#write({ op: "add", a, b });
  }

  subtract(a: Value, b: Value): Value {
    return this.#write({ op: "subtract", a, b });
  }

  multiply(a: Value, by: number): Value {
    return this.product(a, this.constant(by));
  }

  /** a * b, of two values. */
  product(a: Value, b: Value): Value {
    return this.#write({ op: "multiply", a, b });
  }

  /** max(0, a), which is a where that is NaN or -0. */
  relu(a: Value): Value {
    return this.#write({ op: "maximum", a: this.constant(0), b: a });
  }

  multiplyAdd(a: Value, by: number, c: Value): Value {
    return this.#write({ op: "multiplyAdd", a, b: this.constant(by), c });
  }

  multiplySubtract(a: Value, by: number, c: Value): Value {
    return this.#write({ op: "multiplySubtract", a, b: this.constant(by), c });
  }
}

/** The values that a step reads. */
export function operandsOf(step: VectorStep): readonly Value[] {
  switch (step.op) {
    case "load":
    case "constant":
      return [];
    case "store":
      return [step.value];
    case "multiplyAdd":
    case "multiplySubtract":
      return [step.a, step.b, step.c];
    default:
      return [step.a, step.b];
  }
}
