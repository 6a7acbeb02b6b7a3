import { bytesPerElement, type DType, type TensorData, typedArray } from "./dtype.ts";
import { formatShape, type Shape, sizeOf } from "./shape.ts";

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

/** The format allows no larger header. */
const largestHeader = 100_000_000;

/**
 * Encodes tensors and texts in the safetensors format: the header's length in 8 bytes, the header
 * in JSON, then the tensors' bytes, little-endian.
 * Source: https://huggingface.co/docs/safetensors
 */
export function encodeSafetensors(
  tensors: Iterable<readonly [string, StoredTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, dtype, data }] of tensors) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    header[name] = {
      dtype: codes[dtype],
      shape,
      data_offsets: [offset, offset + bytes.length],
    };
    offset += bytes.length;
    parts.push(bytes);
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Spaces align the tensors to 8 bytes, as the reference implementation does.
  const length = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + length + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.fill(0x20, 8, 8 + length).set(text, 8);
  let at = 8 + length;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
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
  const fail = (message: string): never => {
    throw new SyntaxError(`${where}: ${message}; expected a safetensors file`);
  };
  if (bytes.length < 8) fail(`only ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const declared = view.getBigUint64(0, true);
  if (declared > BigInt(largestHeader) || declared > BigInt(bytes.length - 8)) {
    fail(`a header of ${declared} bytes in a file of ${bytes.length}`);
  }
  const start = 8 + Number(declared);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start)));
  } catch (error) {
    fail(`the header is not JSON (${(error as Error).message})`);
  }
  if (header === null || typeof header !== "object" || Array.isArray(header)) {
    fail("the header is not a JSON object");
  }
  const { __metadata__: texts = {}, ...entries } = header as Record<string, unknown>;
  const tensors = new Map<string, StoredTensor>();
  const ranges: [number, number, string][] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype: code, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
    const dtype = Object.hasOwn(dtypes, String(code)) ? dtypes[String(code)] : undefined;
    if (dtype === undefined) {
      fail(
        `tensor ${JSON.stringify(name)} has the type ${code}, but only F32, I32 and U8 can be read`,
      );
    }
    const count = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;
    if (!Array.isArray(shape) || !shape.every(count) || !count(sizeOf(shape))) {
      fail(`tensor ${JSON.stringify(name)} has the shape ${JSON.stringify(shape)}`);
    }
    if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(count)) {
      fail(`tensor ${JSON.stringify(name)} has the offsets ${JSON.stringify(offsets)}`);
    }
    const [begin, end] = offsets as [number, number];
    const expected = sizeOf(shape as number[]) * bytesPerElement[dtype!];
    if (end - begin !== expected || start + end > bytes.length) {
      fail(
        `tensor ${JSON.stringify(name)} ${
          formatShape(shape as number[])
        } needs ${expected} bytes, found ${begin} to ${end} of ${bytes.length - start}`,
      );
    }
    ranges.push([begin, end, name]);
    const data = typedArray(dtype!, bytes.slice(start + begin, start + end).buffer);
    tensors.set(name, { shape: shape as number[], dtype: dtype!, data });
  }
  ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const covered = ranges.reduce((last, [begin, end, name]) => {
    if (begin !== last) fail(`tensor ${JSON.stringify(name)} begins at ${begin}, not at ${last}`);
    return end;
  }, 0);
  if (start + covered !== bytes.length) {
    fail(`the tensors end at ${covered}, but ${bytes.length - start} bytes follow the header`);
  }
  const isText = (x: unknown) => typeof x === "string";
  if (texts === null || typeof texts !== "object" || !Object.values(texts).every(isText)) {
    fail("__metadata__ is not an object of texts");
  }
  return { tensors, metadata: texts as Record<string, string> };
}
