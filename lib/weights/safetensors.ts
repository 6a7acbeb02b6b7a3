/**
 * safetensors files of any size: the header first, then each tensor where it is needed.
 * Source: https://huggingface.co/docs/safetensors
 *
 * @module
 */
import { bytesPerElement, type DType, dtypeOf, type TensorData } from "../core/dtype.ts";
import {
  encodeSafetensorsHeader,
  parseSafetensorsHeader,
  safetensorsHeaderLength,
} from "../core/safetensors_header.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import { checkNumbers, type WeightFile, weightFile, type WeightTensor } from "./file.ts";
import { bytesPerNumber, decodeNumbers, type ElementType } from "./numbers.ts";
import type { ByteSource } from "./source.ts";

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
const codes: Readonly<Record<DType, string>> = { f32: "F32", i32: "I32", u8: "U8" };

/** Opens a safetensors file: reads and checks its header, and no tensor yet. */
export async function openSafetensors(source: ByteSource): Promise<WeightFile> {
  const { where, size } = source;
  const length = safetensorsHeaderLength(
    await source.read(0, Math.min(8, size)),
    size,
    where,
  );
  const start = 8 + length;
  const { entries, metadata } = parseSafetensorsHeader(
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

/** A tensor to be written: its numbers are asked for when their turn comes. */
export interface WritableTensor {
  /** Its name in the file. */
  readonly name: string;
  /** Its shape. */
  readonly shape: Shape;
  /** Type of its numbers. */
  readonly dtype: DType;
  /** The numbers; what they take is free again before the next tensor is asked. */
  read(): Promise<TensorData> | TensorData;
}

/**
 * Writes a safetensors file, whole or not at all, a tensor at a time: a large model is not held
 * twice.
 *
 * ```ts
 * import { writeSafetensors } from "@striate/striate";
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * await writeSafetensors(path, [
 *   { name: "mean", shape: [3], dtype: "f32", read: () => Float32Array.of(104, 117, 123) },
 * ]);
 * await Deno.remove(path);
 * ```
 *
 * @throws {TypeError} where a tensor gives other numbers than it said, or metadata are no texts
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly WritableTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const names = new Set(tensors.map(({ name }) => name));
  if (names.size < tensors.length || names.has("__metadata__")) {
    throw new TypeError(`${path}: expected tensors with different names, none "__metadata__"`);
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== "string") {
      throw new TypeError(
        `${path}: metadata: ${key}: expected a text, as the format has no other, found ${value}`,
      );
    }
  }
  const header = encodeSafetensorsHeader(
    tensors.map(({ name, shape, dtype }) =>
      [name, codes[dtype], shape, sizeOf(shape) * bytesPerElement[dtype]] as const
    ),
    metadata,
  );
  const temporary = `${path}.${crypto.randomUUID()}.part`;
  try {
    using file = await Deno.open(temporary, { write: true, create: true, truncate: true });
    await writeAll(file, header);
    for (const tensor of tensors) {
      const { name, shape, dtype } = tensor;
      const data = await tensor.read();
      if (dtypeOf(data) !== dtype || data.length !== sizeOf(shape)) {
        throw new TypeError(
          `${path}: ${name}: expected ${dtype} ${formatShape(shape)}, found ${data.length} of ` +
            `${dtypeOf(data)}`,
        );
      }
      await writeAll(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    await file.sync();
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    if (
      !(error instanceof Error) || !("code" in error || error instanceof Deno.errors.NotCapable)
    ) {
      throw error; // of a tensor, not of the file system
    }
    throw new Error(`cannot write ${path}: ${error.message}; free space or choose another folder`, {
      cause: error,
    });
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
