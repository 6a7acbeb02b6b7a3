import { describeValue } from "../errors.ts";
import { dtypeOf, joined, type TensorData } from "../dtype.ts";
import { writeFileAtomic } from "../files.ts";
import { text } from "../option_kinds.ts";
import { formatShape, sizeOf } from "../shape.ts";
import { encodeHeader, type TensorForm } from "./header.ts";
import type { StoredTensor } from "./read.ts";

/** A tensor to be written: its numbers are asked for when their turn comes. */
export interface WritableTensor extends TensorForm {
  /** The numbers; what they take is free again before the next tensor is asked. */
  read(): Promise<TensorData> | TensorData;
}

/** What has names elsewhere, such as a model's weights, as tensors to be written. */
export const writableTensors = (
  named: ReadonlyMap<string, Omit<WritableTensor, "name">>,
): WritableTensor[] =>
  Array.from(named, ([name, tensor]) => ({
    name,
    shape: tensor.shape,
    dtype: tensor.dtype,
    read: () => tensor.read(),
  }));

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
 * @throws {Error} where the file cannot be written
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly WritableTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  text().read(path, "writeSafetensors: path");
  if (!Array.isArray(tensors)) {
    throw new TypeError(
      `writeSafetensors: ${path}: expected a list of tensors { name, shape, dtype, read }, found ${
        describeValue(tensors)
      }`,
    );
  }
  const header = encodeHeader(tensors, metadata, path);
  await writeFileAtomic(path, pieces(path, header, tensors));
}

async function* pieces(
  path: string,
  header: Uint8Array,
  tensors: readonly WritableTensor[],
): AsyncGenerator<Uint8Array> {
  yield header;
  for (const tensor of tensors) {
    const { name, shape, dtype } = tensor, data = await tensor.read();
    if (dtypeOf(data) !== dtype || data.length !== sizeOf(shape)) {
      throw new TypeError(
        `${path}: ${name}: expected ${dtype} ${formatShape(shape)}, found ${data.length} of ` +
          `${dtypeOf(data)}`,
      );
    }
    yield bytesOf(data);
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: TensorData) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** The bytes of a safetensors file of tensors that are at hand. */
export function encodeSafetensors(
  tensors: Iterable<readonly [string, StoredTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const list = Array.from(tensors, ([name, tensor]) => ({ name, ...tensor }));
  const header = encodeHeader(list, metadata, "safetensors");
  return joined("u8", [header, ...list.map(({ data }) => bytesOf(data))]);
}
