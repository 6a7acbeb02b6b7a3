import { oneOf } from "./option_kinds.ts";

/** Element types. `u8` is for storage only (images): cast it before computing. */
export type DType = "f32" | "i32" | "u8";

/** The typed array that holds elements of a dtype. */
export interface TypedArrayOf {
  /** 32-bit floating point numbers. */
  f32: Float32Array<ArrayBuffer>;
  /** 32-bit integers with a sign. */
  i32: Int32Array<ArrayBuffer>;
  /** Bytes. */
  u8: Uint8Array<ArrayBuffer>;
}

/** Any typed array that a tensor can be made from or read into. */
export type TensorData = TypedArrayOf[DType];

/** Typed arrays whose numbers are only read, so that it does not matter what buffer they lie in. */
export type NumberArray = Float32Array | Int32Array | Uint8Array;

/** Bytes of one element. */
export const bytesPerElement: Readonly<Record<DType, number>> = { f32: 4, i32: 4, u8: 1 };

const constructors = { f32: Float32Array, i32: Int32Array, u8: Uint8Array } as const;

/** The option of an element type. */
export const dtypeOption = oneOf<DType>(["f32", "i32", "u8"]);

/** A zero-filled typed array of `length` elements, or a typed view of `buffer`. */
export function typedArray<T extends DType>(
  dtype: T,
  source: number | ArrayBuffer | ArrayLike<number>,
): TypedArrayOf[T] {
  return new constructors[dtype](source as number) as TypedArrayOf[T];
}

/** Numbers one after another, as a typed array. */
export function joined<T extends DType>(
  dtype: T,
  parts: readonly ArrayLike<number>[],
): TypedArrayOf[T] {
  const result = typedArray(dtype, parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** The dtype of a typed array, or undefined where it is none of ours. */
export function dtypeOf(data: unknown): DType | undefined {
  if (data instanceof Float32Array) return "f32";
  if (data instanceof Int32Array) return "i32";
  if (data instanceof Uint8Array) return "u8";
  return undefined;
}

/** The place of the first number that is infinite or none; -1 where all are finite. */
export function findNotFinite(data: NumberArray): number {
  if (!(data instanceof Float32Array)) return -1;
  // x - x is 0 for finite numbers alone; this is ten times as fast as a call for each.
  for (let i = 0; i < data.length; i++) if (data[i]! - data[i]! !== 0) return i;
  return -1;
}
