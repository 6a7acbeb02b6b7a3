/**
 * The header of a safetensors file: its length in 8 bytes, then JSON with the name, type, shape and
 * place of each tensor. The tensors' bytes follow, little-endian.
 * Source: https://huggingface.co/docs/safetensors
 *
 * @module
 */
import { describeValue } from "../errors.ts";
import { bytesPerElement, type DType } from "../dtype.ts";
import { formatShape, type Shape, sizeOf } from "../shape.ts";

/** What a safetensors header says of a tensor. */
export interface HeaderEntry<T extends string> {
  /** The type of its numbers, which stands in capitals in the file: "F32"; undefined for others. */
  readonly type: T | undefined;
  /** The type as it stands in the file. */
  readonly code: string;
  readonly shape: Shape;
  /** First byte, counted from the end of the header. */
  readonly begin: number;
  /** Byte after the last. */
  readonly end: number;
}

/** The format allows no larger header. */
const largestHeader = 100_000_000;

/**
 * Checks the first bytes of a file of which no more is known yet.
 *
 * @throws {SyntaxError} where no JSON header begins there
 */
export function checkHead(head: Uint8Array, where: string): void {
  if (head[8] !== 0x7b) throw malformed(where, "another beginning");
}

/**
 * The length of the JSON header that the first 8 bytes of a file of `size` bytes declare.
 *
 * @throws {SyntaxError} where it is larger than the file or than the format allows
 */
export function headerLength(first: Uint8Array, size: number, where: string): number {
  if (first.length < 8) throw malformed(where, `only ${first.length} bytes`);
  const view = new DataView(first.buffer, first.byteOffset, first.byteLength);
  const declared = view.getBigUint64(0, true);
  if (declared > BigInt(largestHeader) || declared > BigInt(size - 8)) {
    throw malformed(
      where,
      `a header of ${declared} bytes in a file of ${size}, which may be cut short`,
    );
  }
  return Number(declared);
}

/**
 * Parses a JSON header, before `available` bytes of numbers. Nothing in it is trusted: types, shapes
 * and ranges are checked against each other and against the bytes that are there, and ranges must
 * follow one another without a gap.
 *
 * @param sizes bytes of one number for each type that can be read
 * @throws {SyntaxError} if it is malformed
 */
export function parseHeader<T extends string>(
  json: Uint8Array,
  available: number,
  sizes: Readonly<Record<T, number>>,
  where: string,
): { entries: Map<string, HeaderEntry<T>>; metadata: Record<string, string> } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch (error) {
    throw malformed(where, `the header is not JSON (${(error as Error).message})`);
  }
  if (header === null || typeof header !== "object" || Array.isArray(header)) {
    throw malformed(where, "the header is not a JSON object");
  }
  const { __metadata__: metadata = {}, ...tensors } = header as Record<string, unknown>;
  const entries = new Map<string, HeaderEntry<T>>();
  for (const [name, entry] of Object.entries(tensors)) {
    entries.set(name, parseEntry(name, entry, available, sizes, where));
  }
  const ordered = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let last = 0;
  for (const [name, { begin, end }] of ordered) {
    if (begin !== last) {
      throw malformed(where, `tensor ${JSON.stringify(name)} begins at ${begin}, not at ${last}`);
    }
    last = end;
  }
  if (last > available) throw cutShort(where, last, available);
  if (last < available) {
    throw malformed(where, `the tensors end at ${last}, but ${available} bytes follow the header`);
  }
  const isText = (x: unknown) => typeof x === "string";
  if (
    metadata === null || typeof metadata !== "object" || !Object.values(metadata).every(isText)
  ) {
    throw malformed(where, "__metadata__ is not an object of texts");
  }
  return { entries, metadata: metadata as Record<string, string> };
}

function parseEntry<T extends string>(
  name: string,
  entry: unknown,
  available: number,
  sizes: Readonly<Record<T, number>>,
  where: string,
): HeaderEntry<T> {
  const fail = (found: string) => malformed(where, `tensor ${JSON.stringify(name)} ${found}`);
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string") throw fail(`has the type ${JSON.stringify(dtype)}`);
  const type = (Object.keys(sizes) as T[]).find((type) => codeOf(type) === dtype);
  if (!Array.isArray(shape) || !shape.every(isCount) || !isCount(sizeOf(shape))) {
    throw fail(`has the shape ${JSON.stringify(shape)}`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw fail(`has the offsets ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  const expected = type === undefined ? end - begin : sizeOf(shape) * sizes[type];
  if (begin > end || end - begin !== expected) {
    throw fail(`${formatShape(shape)} needs ${expected} bytes, found ${begin} to ${end}`);
  }
  if (end > available) throw cutShort(where, end, available);
  return { type, code: dtype, shape, begin, end };
}

/** Why a type cannot be read: only those of `sizes` can. */
export function unknownType(code: string, sizes: Readonly<Record<string, number>>): string {
  const known = Object.keys(sizes).map(codeOf).join(", ").replace(/, (\w+)$/, " and $1");
  return `has the type ${code}, but only ${known} can be read`;
}

const isCount = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;

const malformed = (where: string, found: string) =>
  new SyntaxError(`${where}: ${found}; expected a safetensors file`);

const cutShort = (where: string, end: number, available: number) => {
  const found = `the tensors take ${end} bytes, but only ${available} follow the header`;
  return new SyntaxError(
    `${where}: ${found}; expected a safetensors file, and this one is cut short: fetch it again`,
  );
};

const codeOf = (type: string) => type.toUpperCase();

/** What a header says of a tensor that is to be written. */
export interface TensorForm {
  /** Its name in the file. */
  readonly name: string;
  /** Its shape. */
  readonly shape: Shape;
  /** Type of its numbers. */
  readonly dtype: DType;
}

/**
 * The first bytes of a file with these tensors, in their order: length, JSON, padding.
 *
 * @throws {TypeError} for two tensors of one name, or metadata that are no texts
 */
export function encodeHeader(
  tensors: readonly TensorForm[],
  metadata: Readonly<Record<string, string>>,
  where: string,
): Uint8Array<ArrayBuffer> {
  const names = new Set(tensors.map(({ name }) => name));
  if (names.size < tensors.length || names.has("__metadata__")) {
    throw new TypeError(`${where}: expected tensors with different names, none "__metadata__"`);
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value === "string") continue;
    throw new TypeError(
      `${where}: metadata: ${key}: expected a text, as the format has no other, found ${
        describeValue(value)
      }`,
    );
  }
  const header: Record<string, unknown> = Object.create(null);
  header.__metadata__ = metadata;
  let offset = 0;
  for (const { name, shape, dtype } of tensors) {
    const end = offset + sizeOf(shape) * bytesPerElement[dtype];
    header[name] = { dtype: codeOf(dtype), shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Spaces align the tensors to 8 bytes, as the reference implementation does.
  const length = Math.ceil(text.length / 8) * 8;
  const result = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(result.buffer).setBigUint64(0, BigInt(length), true);
  result.set(text, 8);
  return result;
}
