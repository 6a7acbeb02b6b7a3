import { bytesPerElement, type DType, type TensorData, typedArray } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import { headerLength, parseHeader, unknownType } from "./header.ts";

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

/**
 * Decodes a safetensors file. Nothing in it is trusted: lengths, offsets and shapes are checked
 * against each other and against the bytes that are there before anything is copied.
 *
 * @param where names the file in errors.
 * @throws {SyntaxError} if the file is malformed or holds a type other than F32, I32 and U8.
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): SafetensorsContent {
  const start = 8 + headerLength(bytes.subarray(0, 8), bytes.length, where);
  const json = bytes.subarray(8, start), available = bytes.length - start;
  const { entries, metadata } = parseHeader(json, available, bytesPerElement, where);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { type: dtype, code, shape, begin, end }] of entries) {
    if (dtype === undefined) {
      const found = `tensor ${JSON.stringify(name)} ${unknownType(code, bytesPerElement)}`;
      throw new SyntaxError(`${where}: ${found}; expected a model or checkpoint of this library`);
    }
    const data = typedArray(dtype, bytes.slice(start + begin, start + end).buffer);
    tensors.set(name, { shape, dtype, data });
  }
  return { tensors, metadata };
}
