/**
 * How WebAssembly is written down: code as trees of bytes, integers in LEB128, constants.
 *
 * @module
 */

/** The types of locals, parameters and operands. */
export type ValueType = "i32" | "v128";

/** Encoded instructions; nested so that a tree of operands costs no copies until it is encoded. */
export type Code = readonly (number | Code | VectorConstant)[];

/** A v128.const. There is one object for each value, so that a function can tell which it has. */
export interface VectorConstant {
  readonly bytes: readonly number[];
}

/** Instructions that leave one value of type `T` on the stack. */
export interface Value<T extends ValueType = ValueType> {
  readonly type: T;
  readonly code: Code;
  /** The value, where it is known already. */
  readonly constant?: number;
}

/** A 32-bit integer. */
export type Integer = Value<"i32">;

/** A vector of 128 bits, whatever its lanes. */
export type Vector = Value<"v128">;

/** An instruction that leaves nothing on the stack: a store, a call without result. */
export interface Statement {
  readonly type: "none";
  readonly code: Code;
}

/** A function of a module, by its index. */
export interface FunctionIndex {
  readonly index: number;
}

/** A value, or a number that stands for a constant of the type that is wanted. */
export type Operand<T extends ValueType> = Value<T> | number;

/** The number that an operand is, where it is known already. */
export const known = (value: Operand<"i32">) => typeof value === "number" ? value : value.constant;

/** An unsigned integer in LEB128. */
export function unsigned(value: number): readonly number[] {
  return value < 128 ? shortIntegers[value]! : longInteger(value);
}

const shortIntegers: readonly (readonly number[])[] = Array.from({ length: 128 }, (_, i) => [i]);

function longInteger(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push(value % 128 | 0x80);
  return [...bytes, value];
}

/** A signed 32-bit integer in LEB128. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
      bytes.push(low);
      return bytes;
    }
    bytes.push(low | 0x80);
  }
}

const float = new Float32Array(1), floatBytes = new Uint8Array(float.buffer);
const floatWord = new Uint32Array(float.buffer);

/** What sets each lane to an f32, by its bits. */
const floatConstants = new Map<number, Code>();

/** A constant of a type; for v128, the number's f32 in each lane. */
export function constantOf<T extends ValueType>(type: T, value: number): Value<T> {
  if (type === "i32") return { type, code: [0x41, signed(value)], constant: value | 0 };
  float[0] = value;
  const code = floatConstants.getOrInsertComputed(floatWord[0]!, () => {
    const bytes = [...floatBytes];
    return vectorConstant([...bytes, ...bytes, ...bytes, ...bytes]);
  });
  return { type, code };
}

const vectorConstants = new Map<string, Code>();

/** A v128.const of 16 bytes. All zeros and all ones cost nothing and are written where they stand. */
export function vectorConstant(bytes: readonly number[]): Code {
  return vectorConstants.getOrInsertComputed(bytes.join(), () => {
    const isPlain = (bytes[0] === 0 || bytes[0] === 255) && bytes.every((b) => b === bytes[0]);
    return isPlain ? [0xfd, 0x0c, ...bytes] : [{ bytes }];
  });
}

const isCode = (part: Code | VectorConstant): part is Code => Array.isArray(part);

/** Bytes that grow. */
export class Bytes {
  #bytes = new Uint8Array(1024);
  #length = 0;

  /** What was appended so far. */
  get content(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Appends instructions; `constant` gives what stands for a vector constant. */
  append(code: Code, constant?: (constant: VectorConstant) => Code): void {
    for (let i = 0; i < code.length; i++) {
      const part = code[i]!;
      if (typeof part === "number") {
        if (this.#length === this.#bytes.length) this.#grow(1);
        this.#bytes[this.#length++] = part;
      } else if (isCode(part)) this.append(part, constant);
      else this.append(constant!(part));
    }
  }

  /** Appends bytes. */
  appendBytes(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #grow(by: number): void {
    if (this.#length + by <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + by));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
