import type { DType } from "../../../lib/core/dtype.ts";

/** How a kernel sees a buffer: an array of this WGSL type. */
export type ElementType = "f32" | "i32" | "u32" | "vec2f" | "vec4f" | "vec4i";

/** A buffer of a dispatch: `buffer` counts the launch's distinct buffers, then its scratch buffers. */
export interface Binding {
  readonly buffer: number;
  readonly writable: boolean;
}

/**
 * The buffers of a launch, by number: equal numbers are one buffer. An output that is also an input
 * is an update in place.
 */
export interface Operands {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/**
 * Collects the bindings of one dispatch: one for each buffer and type that is only read, and exactly
 * one for a buffer that is written, since WebGPU forbids a second beside it.
 */
export class Bindings {
  readonly #operands: Operands;
  readonly #written: ReadonlySet<number>;
  readonly #names = new Map<string, { name: string; type: ElementType }>();
  readonly #list: Binding[] = [];
  #declarations = "";

  /** `written` are the numbers of the buffers that the dispatch stores into. */
  constructor(operands: Operands, written: readonly number[] = operands.outputs) {
    this.#operands = operands;
    this.#written = new Set(written);
  }

  /** The bindings in the order of their numbers. */
  get list(): readonly Binding[] {
    return this.#list;
  }

  /** The WGSL declarations of all bindings. */
  get declarations(): string {
    return this.#declarations;
  }

  /** An element of an input, as an expression of type f32 or i32 (or vec4f or u32, if asked for). */
  load(input: number, type: DType | ElementType, index: string): string {
    return this.read(this.#operands.inputs[input]!, type, index);
  }

  /** A statement that stores an element of an output. */
  store(output: number, type: ElementType, index: string, value: string): string {
    return this.write(this.#operands.outputs[output]!, type, index, value);
  }

  /** A function that reads an element of an input: `name(i)`. */
  loader(name: string, input: number, type: ElementType): string {
    return `fn ${name}(i: u32) -> ${type} { return ${this.load(input, type, "i")}; }`;
  }

  /** A function that stores an element of the only output: `finish(i, value)`. */
  finisher(type: ElementType): string {
    return `fn finish(i: u32, value: ${type}) { ${this.store(0, type, "i", "value")} }`;
  }

  /** An element of a buffer, by the buffer's number. */
  read(buffer: number, type: DType | ElementType, index: string): string {
    // Four u8 share a word.
    if (type === "u8") {
      const array = this.#declare(buffer, "u32");
      return `i32((${cast(`${array.name}[(${index}) / 4u]`, array.type, "u32")} ` +
        `>> (((${index}) % 4u) * 8u)) & 255u)`;
    }
    const array = this.#declare(buffer, type);
    return cast(`${array.name}[${index}]`, array.type, type);
  }

  /** A statement that stores an element of a buffer, by the buffer's number. */
  write(buffer: number, type: ElementType, index: string, value: string): string {
    const array = this.#declare(buffer, type);
    return `${array.name}[${index}] = ${cast(value, type, array.type)};`;
  }

  #declare(buffer: number, type: ElementType): { name: string; type: ElementType } {
    const writable = this.#written.has(buffer);
    const key = writable ? `${buffer}` : `${buffer} ${type}`;
    return this.#names.getOrInsertComputed(key, () => {
      const number = this.#list.push({ buffer, writable }) - 1, name = `buffer${number}`;
      const access = writable ? "read_write" : "read";
      this.#declarations +=
        `@group(0) @binding(${number}) var<storage, ${access}> ${name}: array<${type}>;\n`;
      return { name, type };
    });
  }
}

/** The same bits as another type. */
function cast(value: string, from: ElementType, to: ElementType): string {
  return from === to ? value : `bitcast<${to}>(${value})`;
}
