/**
 * safetensors files of any size: the header first, then each tensor where it is needed.
 * Source: https://huggingface.co/docs/safetensors
 *
 * @module
 */
import { headerLength, parseHeader } from "../core/safetensors/header.ts";
import { unreadableTensor, type WeightFile, weightFile, weightTensor } from "./weight_file.ts";
import { bytesPerNumber, decodeNumbers } from "./element_types.ts";
import type { ByteSource } from "./byte_source.ts";

/** Opens a safetensors file: reads and checks its header, and no tensor yet. */
export async function openSafetensors(source: ByteSource): Promise<WeightFile> {
  const { where, size } = source;
  const length = headerLength(await source.read(0, Math.min(8, size)), size, where);
  const start = 8 + length;
  const json = await source.read(8, length);
  const { entries, metadata } = parseHeader(json, size - start, bytesPerNumber, where);
  const tensors = Array.from(entries, ([name, { type, code, shape, begin: first }]) => {
    if (type === undefined) return unreadableTensor({ name, shape, type: code }, where);
    const item = bytesPerNumber[type];
    return weightTensor({ name, shape, type }, async (begin, end) => {
      const bytes = await source.read(start + first + begin * item, (end - begin) * item);
      return decodeNumbers(type, bytes, `${where}: ${name}`);
    });
  });
  const close = () => source.close();
  return weightFile({ where, format: "safetensors", tensors, metadata, close });
}
