import type { TensorData } from "../core/dtype.ts";

/** Types of numbers in files of weights. */
export type ElementType =
  | "f64"
  | "f32"
  | "f16"
  | "bf16"
  | "f8_e5m2"
  | "f8_e4m3"
  | "i64"
  | "i32"
  | "i16"
  | "i8"
  | "u64"
  | "u32"
  | "u16"
  | "u8"
  | "bool";

type Decode = (buffer: ArrayBuffer, count: number, where: string) => TensorData;

/** How numbers of each type are stored: the bytes of one, and what `count` of them are here. */
const storage: Readonly<Record<ElementType, readonly [bytes: number, decode: Decode]>> = {
  f64: [8, (buffer, count) => Float32Array.from(new Float64Array(buffer, 0, count))],
  f32: [4, (buffer, count) => new Float32Array(buffer, 0, count)],
  f16: [2, (buffer, count) => Float32Array.from(new Uint16Array(buffer, 0, count), halfToFloat)],
  bf16: [2, (buffer, count) => fromUpperHalves(new Uint16Array(buffer, 0, count))],
  // The upper half of an f16.
  f8_e5m2: [
    1,
    (buffer, count) => Float32Array.from(bytes(buffer, count), (x) => halfToFloat(x << 8)),
  ],
  f8_e4m3: [1, (buffer, count) => Float32Array.from(bytes(buffer, count), quarterToFloat)],
  i64: [8, (buffer, count, where) => narrow(new BigInt64Array(buffer, 0, count), where)],
  i32: [4, (buffer, count) => new Int32Array(buffer, 0, count)],
  i16: [2, (buffer, count) => Int32Array.from(new Int16Array(buffer, 0, count))],
  i8: [1, (buffer, count) => Int32Array.from(new Int8Array(buffer, 0, count))],
  u64: [8, (buffer, count, where) => narrow(new BigUint64Array(buffer, 0, count), where)],
  u32: [4, (buffer, count, where) => narrow(new Uint32Array(buffer, 0, count), where)],
  u16: [2, (buffer, count) => Int32Array.from(new Uint16Array(buffer, 0, count))],
  u8: [1, bytes],
  bool: [1, bytes],
};

function bytes(buffer: ArrayBuffer, count: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer, 0, count);
}

/** Bytes of one number. */
export const bytesPerNumber = Object.fromEntries(
  Object.entries(storage).map(([type, [size]]) => [type, size]),
) as Readonly<Record<ElementType, number>>;

/** Whether numbers of a type can be read. */
export function isReadable(type: string): type is ElementType {
  return Object.hasOwn(storage, type);
}

/** Whether numbers of a type become f32. */
export function isFloating(type: string): boolean {
  return isReadable(type) && (type.startsWith("f") || type === "bf16");
}

/**
 * Little-endian numbers as this library has them: floating-point ones as f32, integers as i32, bytes
 * and truth values as u8. `bytes` begin their buffer and are used, not copied, where
 * they are so already.
 *
 * @throws {RangeError} for an integer that i32 cannot hold
 */
export function decodeNumbers(
  type: ElementType,
  bytes: Uint8Array<ArrayBuffer>,
  where: string,
): TensorData {
  const [size, decode] = storage[type];
  return decode(bytes.buffer, bytes.length / size, where);
}

/** Of bfloat16, which is the upper half of an f32. */
function fromUpperHalves(upper: Uint16Array): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(upper.length);
  for (let i = 0; i < upper.length; i++) bits[i] = upper[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** The number whose IEEE 754 half-precision bits are given. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The number whose bits in 8 bits, 4 of them the exponent, are given: no infinity, NaN all ones. */
function quarterToFloat(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits >> 3) & 15;
  const fraction = bits & 7;
  if (exponent === 15 && fraction === 7) return NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -9 : (8 + fraction) * 2 ** (exponent - 10));
}

/**
 * Integers as i32.
 *
 * @throws {RangeError} for one that does not fit
 */
export function narrow(
  wide: BigInt64Array | BigUint64Array | Uint32Array,
  where: string,
): Int32Array<ArrayBuffer> {
  const result = new Int32Array(wide.length);
  for (let i = 0; i < wide.length; i++) {
    result[i] = Number(wide[i]);
    if (BigInt(result[i]!) !== BigInt(wide[i]!)) {
      throw new RangeError(
        `${where}: the ${8 * wide.BYTES_PER_ELEMENT}-bit integer ${wide[i]} does not fit 32 bits`,
      );
    }
  }
  return result;
}
