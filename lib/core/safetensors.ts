import { type DType, type TensorData, typedArray } from "./dtype.ts";
import {
  encodeSafetensorsHeader,
  parseSafetensorsHeader,
  safetensorsHeaderLength,
} from "./safetensors_header.ts";
import type { Shape } from "./shape.ts";

/** A tensor of a safetensors file. */
export interface StoredTensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: TensorData;
}

/** What a safetensors file holds: tensors by name, and texts by name. */
export interface SafetensorsContent {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const codes = { f32: "F32", i32: "I32", u8: "U8" } as const;
const dtypes: Readonly<Record<string, DType>> = { F32: "f32", I32: "i32", U8: "u8" };
const sizes = { F32: 4, I32: 4, U8: 1 };

/**
 * Encodes tensors and texts in the safetensors format: the header's length in 8 bytes, the header
 * in JSON, then the tensors' bytes, little-endian.
 * Source: https://huggingface.co/docs/safetensors
 */
export function encodeSafetensors(
  tensors: Iterable<readonly [string, StoredTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const list = [...tensors];
  const header = encodeSafetensorsHeader(
    list.map(([name, { shape, dtype, data }]) => [name, codes[dtype], shape, data.byteLength]),
    metadata,
  );
  const size = list.reduce((sum, [, { data }]) => sum + data.byteLength, header.length);
  const file = new Uint8Array(size);
  file.set(header);
  let at = header.length;
  for (const [, { data }] of list) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/**
 * Decodes a safetensors file. Nothing in it is trusted: lengths, offsets and shapes are checked
 * against each other and against the bytes that are there before anything is copied.
 *
 * @param where names the file in errors.
 * @throws {SyntaxError} if the file is malformed or holds a type other than F32, I32 and U8.
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): SafetensorsContent {
  const start = 8 + safetensorsHeaderLength(bytes.subarray(0, 8), bytes.length, where);
  const { entries, metadata } = parseSafetensorsHeader(
    bytes.subarray(8, start),
    bytes.length - start,
    sizes,
    where,
  );
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { code, shape, begin, end }] of entries) {
    const dtype = dtypes[code]!;
    const data = typedArray(dtype, bytes.slice(start + begin, start + end).buffer);
    tensors.set(name, { shape, dtype, data });
  }
  return { tensors, metadata };
}
