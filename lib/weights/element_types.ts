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

/** Bytes of one number. */
export const bytesPerNumber: Readonly<Record<ElementType, number>> = {
  f64: 8,
  f32: 4,
  f16: 2,
  bf16: 2,
  f8_e5m2: 1,
  f8_e4m3: 1,
  i64: 8,
  i32: 4,
  i16: 2,
  i8: 1,
  u64: 8,
  u32: 4,
  u16: 2,
  u8: 1,
  bool: 1,
};

/** Whether numbers of a type become f32. */
export function isFloating(type: ElementType): boolean {
  return type.startsWith("f") || type === "bf16";
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
  const { buffer, length } = bytes;
  switch (type) {
    case "f32":
      return new Float32Array(buffer, 0, length / 4);
    case "i32":
      return new Int32Array(buffer, 0, length / 4);
    case "u8":
    case "bool":
      return bytes;
    case "f64":
      return Float32Array.from(new Float64Array(buffer, 0, length / 8));
    case "f16":
      return Float32Array.from(new Uint16Array(buffer, 0, length / 2), halfToFloat);
    case "bf16": {
      // The upper half of an f32.
      const upper = new Uint16Array(buffer, 0, length / 2);
      const bits = new Uint32Array(upper.length);
      for (let i = 0; i < upper.length; i++) bits[i] = upper[i]! << 16;
      return new Float32Array(bits.buffer);
    }
    case "f8_e5m2":
      return Float32Array.from(bytes, (bits) => halfToFloat(bits << 8)); // the upper half of an f16
    case "f8_e4m3":
      return Float32Array.from(bytes, quarterToFloat);
    case "i16":
      return Int32Array.from(new Int16Array(buffer, 0, length / 2));
    case "i8":
      return Int32Array.from(new Int8Array(buffer, 0, length));
    case "u16":
      return Int32Array.from(new Uint16Array(buffer, 0, length / 2));
    case "u32":
      return narrow(new Uint32Array(buffer, 0, length / 4), where);
    case "i64":
      return narrow(new BigInt64Array(buffer, 0, length / 8), where);
    case "u64":
      return narrow(new BigUint64Array(buffer, 0, length / 8), where);
  }
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
