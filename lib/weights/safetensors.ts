/**
 * safetensors files of any size: the header first, then each tensor where it is needed.
 * Source: https://huggingface.co/docs/safetensors
 *
 * @module
 */
import { headerLength, parseHeader } from "../core/safetensors/header.ts";
import { type WeightFile, weightFile, weightTensor } from "./weight_file.ts";
import { bytesPerNumber, decodeNumbers, elementTypes } from "./element_types.ts";
import type { ByteSource } from "./byte_source.ts";

/** The types by their names in a file, which are in capitals. */
const types = new Map(elementTypes.map((type) => [type.toUpperCase(), type]));
const sizes = Object.fromEntries(
  Array.from(types, ([code, type]) => [code, bytesPerNumber(type)]),
);

/** Opens a safetensors file: reads and checks its header, and no tensor yet. */
export async function openSafetensors(source: ByteSource): Promise<WeightFile> {
  const { where, size } = source;
  const length = headerLength(await source.read(0, Math.min(8, size)), size, where);
  const start = 8 + length;
  const json = await source.read(8, length);
  const { entries, metadata } = parseHeader(json, size - start, sizes, where);
  const tensors = Array.from(entries, ([name, { code, shape, begin: first }]) => {
    const type = types.get(code)!, item = bytesPerNumber(type);
    return weightTensor({ name, shape, type }, async (begin, end) => {
      const bytes = await source.read(start + first + begin * item, (end - begin) * item);
      return decodeNumbers(type, bytes, `${where}: ${name}`);
    });
  });
  const close = () => source.close();
  return weightFile({ where, format: "safetensors", tensors, metadata, close });
}
