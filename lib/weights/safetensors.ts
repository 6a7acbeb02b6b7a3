/**
 * safetensors files of any size: the header first, then each tensor where it is needed.
 * Source: https://huggingface.co/docs/safetensors
 *
 * @module
 */
import { headerLength, parseHeader } from "../core/safetensors/header.ts";
import { sizeOf } from "../core/shape.ts";
import { checkNumbers, type WeightFile, weightFile, type WeightTensor } from "./weight_file.ts";
import { bytesPerNumber, decodeNumbers, type ElementType } from "./element_types.ts";
import type { ByteSource } from "./byte_source.ts";

const types: Readonly<Record<string, ElementType>> = {
  F64: "f64",
  F32: "f32",
  F16: "f16",
  BF16: "bf16",
  F8_E5M2: "f8_e5m2",
  F8_E4M3: "f8_e4m3",
  I64: "i64",
  I32: "i32",
  I16: "i16",
  I8: "i8",
  U64: "u64",
  U32: "u32",
  U16: "u16",
  U8: "u8",
  BOOL: "bool",
};
const sizes = Object.fromEntries(
  Object.entries(types).map(([code, type]) => [code, bytesPerNumber[type]]),
);

/** Opens a safetensors file: reads and checks its header, and no tensor yet. */
export async function openSafetensors(source: ByteSource): Promise<WeightFile> {
  const { where, size } = source;
  const length = headerLength(
    await source.read(0, Math.min(8, size)),
    size,
    where,
  );
  const start = 8 + length;
  const { entries, metadata } = parseHeader(
    await source.read(8, length),
    size - start,
    sizes,
    where,
  );
  const tensors = Array.from(entries, ([name, entry]): WeightTensor => {
    const type = types[entry.code]!;
    const item = bytesPerNumber[type];
    const count = sizeOf(entry.shape);
    return {
      name,
      shape: entry.shape,
      type,
      read: async (begin = 0, end = count) => {
        checkNumbers(name, count, begin, end);
        const bytes = await source.read(start + entry.begin + begin * item, (end - begin) * item);
        return decodeNumbers(type, bytes, `${where}: ${name}`);
      },
    };
  });
  return weightFile({
    where,
    format: "safetensors",
    tensors,
    metadata,
    close: () => source.close(),
  });
}
