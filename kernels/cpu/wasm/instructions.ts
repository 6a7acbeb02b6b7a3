/**
 * WebAssembly's instructions as functions from operands to values: `f32x4.add(x, f32x4.mul(y, 2))`.
 * A number as operand is a constant of the type wanted, in each lane for vectors.
 *
 * @module
 */

import {
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
  type Vector,
  vectorConstant,
} from "./encoding.ts";

/** Lanes of a vector, for constants. */
type Shape = "i32" | "f32x4" | "i32x4" | "f64x2";
type TypeOf<S extends Shape> = S extends "i32" ? S : "v128";

function operand<S extends Shape>(shape: S, value: Operand<TypeOf<S>>): Value<TypeOf<S>> {
  if (typeof value !== "number") return value;
  const constant: Value = shape === "i32x4"
    ? i32x4.constant(value)
    : shape === "f64x2"
    ? f64x2.constant(value)
    : constantOf(shape === "i32" ? "i32" : "v128", value);
  return constant as Value<TypeOf<S>>;
}

const simd = (opcode: number): Code => [0xfd, unsigned(opcode)];
const plain = (opcode: number): Code => [opcode];

type Encode = (opcode: number) => Code;

/** Instructions by name, each as what `make` makes of its code. */
function fromTable<Names extends string, F>(
  opcodes: Readonly<Record<Names, number>>,
  encode: Encode,
  make: (instruction: Code) => F,
): Record<Names, F> {
  const entries = Object.entries<number>(opcodes);
  const made = entries.map(([name, opcode]) => [name, make(encode(opcode))]);
  return Object.fromEntries(made) as Record<Names, F>;
}

function unary<S extends Shape, R extends ValueType, Names extends string>(
  shape: S,
  type: R,
  encode: Encode,
  opcodes: Readonly<Record<Names, number>>,
) {
  return fromTable(opcodes, encode, (instruction) => (x: Operand<TypeOf<S>>): Value<R> => ({
    type,
    code: [operand(shape, x).code, instruction],
  }));
}

function binary<S extends Shape, R extends ValueType, Names extends string>(
  shape: S,
  type: R,
  encode: Encode,
  opcodes: Readonly<Record<Names, number>>,
) {
  return fromTable(
    opcodes,
    encode,
    (instruction) => (a: Operand<TypeOf<S>>, b: Operand<TypeOf<S>>): Value<R> => ({
      type,
      code: [operand(shape, a).code, operand(shape, b).code, instruction],
    }),
  );
}

/** Where memory is read or written: `address` plus a constant number of bytes, which may be negative. */
type Address = Operand<"i32">;

/** The address operand and the memory argument; alignment is a hint and left at one byte. */
function memoryArgument(address: Address, offset: number): [Code, Code] {
  if (offset < 0) return [i32.add(address, offset).code, [0, 0]];
  return [operand("i32", address).code, [0, unsigned(offset)]];
}

function loads<T extends ValueType, Names extends string>(
  type: T,
  encode: Encode,
  opcodes: Readonly<Record<Names, number>>,
) {
  return fromTable(opcodes, encode, (instruction) => (address: Address, offset = 0): Value<T> => {
    const [base, argument] = memoryArgument(address, offset);
    return { type, code: [base, instruction, argument] };
  });
}

function store<T extends ValueType>(type: T, encode: Encode, opcode: number) {
  return (address: Address, value: Operand<T>, offset = 0): Statement => {
    const [base, argument] = memoryArgument(address, offset);
    const code = typeof value === "number" ? constantOf(type, value).code : value.code;
    return { type: "none", code: [base, code, encode(opcode), argument] };
  };
}

/** Moves a lane of a vector: to memory (`"none"`), or from there into a new vector. */
function moveLane<R extends "none" | "v128">(type: R, opcode: number) {
  return (address: Address, vector: Vector, lane: number, offset = 0) => {
    const [base, argument] = memoryArgument(address, offset);
    return { type, code: [base, vector.code, simd(opcode), argument, lane] };
  };
}

const integer = {
  ...binary("i32", "i32", plain, { eq: 0x46, ne: 0x47, ltS: 0x48, ltU: 0x49, gtS: 0x4a }),
  ...binary("i32", "i32", plain, { add: 0x6a, sub: 0x6b, mul: 0x6c, divU: 0x6e, remU: 0x70 }),
  ...binary("i32", "i32", plain, { and: 0x71, shrU: 0x76 }),
};

/** 32-bit integers. What is known already, and adding 0, costs no instruction. */
export const i32 = {
  ...integer,
  add(a: Operand<"i32">, b: Operand<"i32">): Integer {
    const x = known(a), y = known(b);
    if (x !== undefined && y !== undefined) return i32.constant(x + y);
    if (x === 0) return operand("i32", b);
    return y === 0 ? operand("i32", a) : integer.add(a, b);
  },
  sub(a: Operand<"i32">, b: Operand<"i32">): Integer {
    const x = known(a), y = known(b);
    if (x !== undefined && y !== undefined) return i32.constant(x - y);
    return y === 0 ? operand("i32", a) : integer.sub(a, b);
  },
  mul(a: Operand<"i32">, b: Operand<"i32">): Integer {
    const x = known(a), y = known(b);
    if (x !== undefined && y !== undefined) return i32.constant(Math.imul(x, y));
    if (x === 0 || y === 0) return i32.constant(0);
    if (x === 1) return operand("i32", b);
    return y === 1 ? operand("i32", a) : integer.mul(a, b);
  },
  and(a: Operand<"i32">, b: Operand<"i32">): Integer {
    const x = known(a), y = known(b);
    return x !== undefined && y !== undefined ? i32.constant(x & y) : integer.and(a, b);
  },
  constant: (value: number): Integer => constantOf("i32", value),
  ...loads("i32", plain, { load: 0x28, load8U: 0x2d }),
  store: store("i32", plain, 0x36),
  /** `a` where the condition is not 0, else `b`; both are computed. */
  select: (condition: Integer, a: Operand<"i32">, b: Operand<"i32">): Integer => ({
    type: "i32",
    code: [operand("i32", a).code, operand("i32", b).code, condition.code, 0x1b],
  }),
  /** The smaller of two unsigned values. */
  minU(a: Operand<"i32">, b: Operand<"i32">): Integer {
    return i32.select(i32.ltU(a, b), a, b);
  },
};

/** Vectors of 128 bits whatever their lanes. Numbers as operands are i32 in each lane. */
export const v128 = {
  /** 16 bytes. */
  constant: (bytes: readonly number[]): Vector => ({ type: "v128", code: vectorConstant(bytes) }),
  ...unary("i32x4", "v128", simd, { not: 0x4d }),
  /** 1 where any bit is set, else 0. */
  ...unary("i32x4", "i32", simd, { anyTrue: 0x53 }),
  ...binary("i32x4", "v128", simd, { and: 0x4e, andnot: 0x4f, or: 0x50, xor: 0x51 }),
  /** The bits of `a` where the mask has ones, else those of `b`. */
  bitselect: (a: Vector, b: Vector, mask: Vector): Vector => ({
    type: "v128",
    code: [a.code, b.code, mask.code, simd(0x52)],
  }),
  ...loads("v128", simd, { load: 0x00, load32Splat: 0x09, load32Zero: 0x5c, load64Zero: 0x5d }),
  store: store("v128", simd, 0x0b),
  store32Lane: moveLane("none", 0x5a),
  store64Lane: moveLane("none", 0x5b),
  load32Lane: moveLane("v128", 0x56),
  load64Lane: moveLane("v128", 0x57),
};

/** Four f32. */
export const f32x4 = {
  constant: (value: number): Vector => constantOf("v128", value),
  ...unary("f32x4", "v128", simd, { ceil: 0x67, floor: 0x68, nearest: 0x6a }),
  ...unary("f32x4", "v128", simd, { abs: 0xe0, neg: 0xe1, sqrt: 0xe3 }),
  ...unary("i32x4", "v128", simd, { convertI32x4S: 0xfa }),
  /** Two f64 in the low lanes, zeros above. */
  ...unary("f64x2", "v128", simd, { demoteF64x2Zero: 0x5e }),
  ...binary("f32x4", "v128", simd, { eq: 0x41, ne: 0x42, lt: 0x43, gt: 0x44, le: 0x45, ge: 0x46 }),
  ...binary("f32x4", "v128", simd, { add: 0xe4, sub: 0xe5, mul: 0xe6, div: 0xe7 }),
  ...binary("f32x4", "v128", simd, { min: 0xe8, max: 0xe9, pmin: 0xea, pmax: 0xeb }),
  /** a * b + c, rounded once where the machine can (relaxed SIMD). */
  madd: ternary(0x105),
  /** c - a * b, rounded once where the machine can (relaxed SIMD). */
  nmadd: ternary(0x106),
};

function ternary(opcode: number) {
  return (a: Operand<"v128">, b: Operand<"v128">, c: Operand<"v128">): Vector => ({
    type: "v128",
    code: [...[a, b, c].map((x) => operand("f32x4", x).code), simd(opcode)],
  });
}

function shift(opcode: number) {
  return (x: Vector, count: Operand<"i32">): Vector => ({
    type: "v128",
    code: [x.code, operand("i32", count).code, simd(opcode)],
  });
}

/** Four i32. */
export const i32x4 = {
  /** One number in each lane, or four. */
  constant(value: number | readonly number[]): Vector {
    const lanes = typeof value === "number" ? [value, value, value, value] : value;
    return v128.constant([...new Uint8Array(Int32Array.from(lanes).buffer)]);
  },
  ...unary("i32", "v128", simd, { splat: 0x11 }),
  replaceLane: (vector: Vector, lane: number, value: Operand<"i32">): Vector => ({
    type: "v128",
    code: [vector.code, operand("i32", value).code, simd(0x1c), lane],
  }),
  ...unary("i32x4", "v128", simd, { abs: 0xa0, neg: 0xa1 }),
  /** Saturating: NaN becomes 0. */
  ...unary("f32x4", "v128", simd, { truncSatF32x4S: 0xf8 }),
  /** Two f64 as i32 in the low lanes, zeros above. */
  ...unary("f64x2", "v128", simd, { truncSatF64x2SZero: 0xfc }),
  ...binary("i32x4", "v128", simd, { eq: 0x37, ne: 0x38 }),
  ...binary("i32x4", "v128", simd, { ltS: 0x39, gtS: 0x3b, leS: 0x3d, geS: 0x3f }),
  ...binary("i32x4", "v128", simd, { add: 0xae, sub: 0xb1, mul: 0xb5, minS: 0xb6, maxS: 0xb8 }),
  /** 64-bit products of the unsigned lanes 0 and 1, and of 2 and 3. */
  ...binary("i32x4", "v128", simd, { extmulLowU: 0xde, extmulHighU: 0xdf }),
  shl: shift(0xab),
  shrS: shift(0xac),
  shrU: shift(0xad),
  /** The lowest four of eight 16-bit lanes, with zeros above. */
  ...unary("i32x4", "v128", simd, { extendLowI16x8U: 0xa9 }),
};

/** Two f64. */
export const f64x2 = {
  constant: (value: number): Vector =>
    v128.constant([...new Uint8Array(Float64Array.of(value, value).buffer)]),
  /** The lanes 0 and 1 of four f32. */
  ...unary("f32x4", "v128", simd, { promoteLowF32x4: 0x5f }),
  /** The lanes 0 and 1 of four i32. */
  ...unary("i32x4", "v128", simd, { convertLowI32x4S: 0xfe }),
  ...unary("f64x2", "v128", simd, { nearest: 0x94, sqrt: 0xef }),
  ...binary("f64x2", "v128", simd, { gt: 0x4a }),
  ...binary("f64x2", "v128", simd, { add: 0xf0, sub: 0xf1, mul: 0xf2, div: 0xf3 }),
  ...binary("f64x2", "v128", simd, { pmin: 0xf6, pmax: 0xf7 }),
};

/** The lowest eight of sixteen bytes as 16-bit lanes, with zeros above. */
export const i16x8 = unary("i32x4", "v128", simd, { extendLowI8x16U: 0x89 });

/** The 32-bit lanes `lanes` (0 to 3 of `a`, 4 to 7 of `b`) of two vectors. */
export function shuffle(
  a: Vector,
  b: Vector,
  lanes: readonly [number, number, number, number],
): Vector {
  const bytes = lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte));
  return { type: "v128", code: [a.code, b.code, simd(0x0d), ...bytes] };
}

/** Calls a function without result. */
export function call(fn: FunctionIndex, ...values: readonly Value[]): Statement {
  return { type: "none", code: [...values.map((v) => v.code), 0x10, unsigned(fn.index)] };
}
