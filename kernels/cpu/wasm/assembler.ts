/**
 * A small WebAssembly assembler: modules of functions over one shared memory. Instructions are in
 * `instructions.ts`; they are values (trees of operands), and a function is a list of statements
 * and nested blocks. A module is encoded in one go by `ModuleBuilder.encode`.
 *
 * Source: WebAssembly Core Specification, with fixed-width and relaxed SIMD and threads.
 *
 * @module
 */

import {
  Bytes,
  type Code,
  constantOf,
  type FunctionIndex,
  type Integer,
  known,
  type Operand,
  type Statement,
  unsigned,
  type Value,
  type ValueType,
  type VectorConstant,
} from "./encoding.ts";
import { i32 } from "./instructions.ts";

export type * from "./encoding.ts";

/** A local variable; used as a value it reads the variable. */
export interface Local<T extends ValueType = ValueType> extends Value<T> {
  readonly index: number;
}

const typeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, v128: 0x7b };

/** The body of one function while it is written. */
export class FunctionBuilder {
  readonly #body: (number | Code)[] = [];
  readonly #locals: ValueType[] = [];
  readonly #free: Record<ValueType, Local[]> = { i32: [], v128: [] };
  readonly #scopes: Local[][] = [[]];
  readonly #parameters: readonly ValueType[];

  /** An empty body; functions are made by `ModuleBuilder.function`. */
  constructor(parameters: readonly ValueType[]) {
    this.#parameters = parameters;
  }

  /** The parameter at `index`. */
  parameter(index: number): Local {
    return local(this.#parameters[index]!, index);
  }

  /**
   * A new variable: of a type, its content undefined, or set to a value. It is reused by others
   * after the `scope` that it was made in.
   */
  local<T extends ValueType>(content: T | Value<T>): Local<T> {
    const type = typeof content === "string" ? content : content.type;
    const variable = (this.#free[type].pop() ?? this.#newLocal(type)) as Local<T>;
    this.#scopes.at(-1)!.push(variable);
    if (typeof content !== "string") this.set(variable, content);
    return variable;
  }

  #newLocal(type: ValueType): Local {
    this.#locals.push(type);
    return local(type, this.#parameters.length + this.#locals.length - 1);
  }

  /** Runs `body`; the variables that it made may then be reused by other code. */
  scope<R>(body: () => R): R {
    this.#scopes.push([]);
    const result = body();
    for (const variable of this.#scopes.pop()!) this.#free[variable.type].push(variable);
    return result;
  }

  /** variable = value. A number stands for a constant. */
  set<T extends ValueType>(variable: Local<T>, value: Operand<T>): void {
    const code = typeof value === "number" ? constantOf(variable.type, value).code : value.code;
    this.#body.push(code, 0x21, unsigned(variable.index));
  }

  /** Appends a statement. */
  do(statement: Statement): void {
    this.#body.push(statement.code);
  }

  /** variable += step (i32). */
  increase(variable: Local<"i32">, step: Operand<"i32">): void {
    this.set(variable, i32.add(variable, step));
  }

  /** Runs `then` where `condition` is not 0, else `otherwise`. */
  if(condition: Integer, then: () => void, otherwise?: () => void): void {
    if (condition.constant !== undefined) {
      if (condition.constant !== 0) then();
      else otherwise?.();
      return;
    }
    this.#body.push(condition.code, 0x04, 0x40);
    then();
    if (otherwise !== undefined) {
      this.#body.push(0x05);
      otherwise();
    }
    this.#body.push(0x0b);
  }

  /** Repeats `body` as long as the condition that it returns is not 0: the test is at the end. */
  repeat(body: () => Integer): void {
    this.#body.push(0x03, 0x40);
    const again = body();
    this.#body.push(again.code, 0x0d, 0, 0x0b);
  }

  /**
   * for (let index = from; index < to; index += step) body. Comparisons are unsigned, so that
   * addresses above 2 GiB count too; `to` must be a constant or not change in the body.
   */
  count(
    from: Operand<"i32">,
    to: Operand<"i32">,
    step: number,
    body: (index: Local<"i32">) => void,
  ): void {
    const first = known(from), last = known(to);
    const isKnown = first !== undefined && last !== undefined;
    this.scope(() => {
      const index = this.local("i32");
      if (isKnown && first >= last) return;
      this.set(index, from);
      if (isKnown && first + step >= last) return body(index);
      const loop = () =>
        this.repeat(() => {
          body(index);
          this.increase(index, step);
          return i32.ltU(index, to);
        });
      if (isKnown) loop();
      else this.if(i32.ltU(index, to), loop);
    });
  }

  /**
   * The encoded function: its locals, its instructions. Vector constants are put into variables
   * where the function begins, since V8 builds each anew wherever it is written (four instructions)
   * and does not move it out of loops.
   */
  encode(): Uint8Array {
    const prologue: Code[] = [], body = new Bytes();
    const constants = new Map<VectorConstant, Code>();
    const read = (constant: VectorConstant) => {
      const variable = this.#newLocal("v128");
      prologue.push([0xfd, 0x0c, ...constant.bytes, 0x21, unsigned(variable.index)]);
      return variable.code;
    };
    body.append(this.#body, (constant) => constants.getOrInsertComputed(constant, read));
    const runs: [ValueType, number][] = [];
    for (const type of this.#locals) {
      const run = runs.at(-1);
      if (run?.[0] === type) run[1]++;
      else runs.push([type, 1]);
    }
    const whole = new Bytes();
    whole.append(unsigned(runs.length));
    for (const [type, count] of runs) whole.append([unsigned(count), typeCodes[type]]);
    whole.append(prologue);
    whole.appendBytes(body.content);
    whole.append([0x0b]);
    return whole.content;
  }
}

function local<T extends ValueType>(type: T, index: number): Local<T> {
  return { type, index, code: [0x20, unsigned(index)] };
}

/** What modules with native code import: `env.native` calls it, with arguments at `env.frame`. */
export interface NativeImports {
  readonly native: FunctionIndex;
  readonly frame: Integer;
}

/**
 * A module that imports one shared memory, `env.memory`, and exports its functions as "f0", "f1", …
 * One that calls native code, or asks which thread runs it, imports more.
 */
export class ModuleBuilder {
  readonly #callsNative: boolean;
  #asksThread = false;
  readonly #types = new Map<string, number>();
  readonly #typeBytes: number[][] = [];
  readonly #functions: { readonly type: number; readonly builder: FunctionBuilder }[] = [];
  readonly #exported = new Set<number>();

  /** An empty module. */
  constructor({ callsNative = false }: { readonly callsNative?: boolean } = {}) {
    this.#callsNative = callsNative;
  }

  /** The imports of a module that calls native code. */
  native(): NativeImports {
    if (!this.#callsNative) throw new TypeError("the module was not said to call native code");
    return { native: { index: 0 }, frame: { type: "i32", code: [0x23, 0] } };
  }

  /** The number of the thread that runs the code: the import `env.thread`. */
  thread(): Integer {
    this.#asksThread = true;
    return { type: "i32", code: [0x23, this.#callsNative ? 1 : 0] };
  }

  /**
   * Adds a function. `body` is given the builder and the parameters; with `results`, it returns
   * the result.
   */
  function<P extends readonly ValueType[]>(
    parameters: readonly [...P],
    body: (f: FunctionBuilder, ...parameters: { [K in keyof P]: Local<P[K]> }) => Value | void,
  ): FunctionIndex {
    const builder = new FunctionBuilder(parameters);
    const locals = parameters.map((_, index) => builder.parameter(index));
    const result = body(builder, ...locals as { [K in keyof P]: Local<P[K]> });
    const results: ValueType[] = [];
    if (result !== undefined) {
      builder.do({ type: "none", code: result.code });
      results.push(result.type);
    }
    this.#functions.push({ type: this.#type(parameters, results), builder });
    return { index: this.#functions.length - (this.#callsNative ? 0 : 1) };
  }

  /** Makes a function callable from outside, as "f" and its index. */
  export(fn: FunctionIndex): void {
    this.#exported.add(fn.index);
  }

  #type(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    const bytes = [
      0x60,
      parameters.length,
      ...parameters.map((type) => typeCodes[type]),
      results.length,
      ...results.map((type) => typeCodes[type]),
    ];
    const key = bytes.join();
    return this.#types.getOrInsertComputed(key, () => this.#typeBytes.push(bytes) - 1);
  }

  /** The module's bytes. */
  encode(): Uint8Array<ArrayBuffer> {
    const name = (text: string): Code => [text.length, [...new TextEncoder().encode(text)]];
    const memory = [name("env"), name("memory"), 0x02, 0x03, 0, unsigned(65536)];
    const imports: Code[] = [memory];
    if (this.#callsNative) {
      imports.push([name("env"), name("native"), 0x00, unsigned(this.#type([], []))]);
      imports.push([name("env"), name("frame"), 0x03, typeCodes.i32, 0]);
    }
    if (this.#asksThread) imports.push([name("env"), name("thread"), 0x03, typeCodes.i32, 0]);
    const exports = [...this.#exported].map((index) => [name(`f${index}`), 0x00, unsigned(index)]);
    const bodies = new Bytes();
    bodies.append(unsigned(this.#functions.length));
    for (const { builder } of this.#functions) {
      const body = builder.encode();
      bodies.append(unsigned(body.length));
      bodies.appendBytes(body);
    }
    const bytes = new Bytes();
    bytes.append([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const section = (id: number, content: Uint8Array) => {
      bytes.append([id, unsigned(content.length)]);
      bytes.appendBytes(content);
    };
    const list = (items: readonly Code[]) => {
      const content = new Bytes();
      content.append([unsigned(items.length), items]);
      return content.content;
    };
    section(1, list(this.#typeBytes));
    section(2, list(imports));
    section(3, list(this.#functions.map(({ type }) => unsigned(type))));
    section(7, list(exports));
    section(10, bodies.content);
    return bytes.content.slice();
  }
}
