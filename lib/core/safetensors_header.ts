import { formatShape, type Shape, sizeOf } from "./shape.ts";

/** What a safetensors header says of a tensor. */
export interface SafetensorsEntry {
  /** The type's code in the file, such as "F32". */
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
 * The length of the JSON header that the first 8 bytes of a file of `size` bytes declare.
 *
 * @throws {SyntaxError} where it is larger than the file or than the format allows
 */
export function safetensorsHeaderLength(first: Uint8Array, size: number, where: string): number {
  if (first.length < 8) throw malformed(where, `only ${first.length} bytes`);
  const view = new DataView(first.buffer, first.byteOffset, first.byteLength);
  const declared = view.getBigUint64(0, true);
  if (declared > BigInt(largestHeader) || declared > BigInt(size - 8)) {
    throw malformed(where, `a header of ${declared} bytes in a file of ${size}`);
  }
  return Number(declared);
}

/**
 * Parses a JSON header, before `available` bytes of numbers. Nothing in it is trusted: types, shapes
 * and ranges are checked against each other and against the bytes that are there, and ranges must
 * follow one another without a gap.
 *
 * @param sizes bytes of one number for each type code that can be read
 * @throws {SyntaxError} if it is malformed or holds another type
 */
export function parseSafetensorsHeader(
  json: Uint8Array,
  available: number,
  sizes: Readonly<Record<string, number>>,
  where: string,
): { entries: Map<string, SafetensorsEntry>; metadata: Record<string, string> } {
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
  const entries = new Map<string, SafetensorsEntry>();
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
  if (last !== available) {
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

function parseEntry(
  name: string,
  entry: unknown,
  available: number,
  sizes: Readonly<Record<string, number>>,
  where: string,
): SafetensorsEntry {
  const fail = (found: string) => malformed(where, `tensor ${JSON.stringify(name)} ${found}`);
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const code = String(dtype);
  const size = Object.hasOwn(sizes, code) ? sizes[code]! : undefined;
  if (size === undefined) {
    throw fail(
      `has the type ${code}, but only ${
        Object.keys(sizes).join(", ").replace(/, (\w+)$/, " and $1")
      } can be read`,
    );
  }
  if (!Array.isArray(shape) || !shape.every(isCount) || !isCount(sizeOf(shape))) {
    throw fail(`has the shape ${JSON.stringify(shape)}`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw fail(`has the offsets ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  const expected = sizeOf(shape) * size;
  if (end - begin !== expected || end > available) {
    throw fail(
      `${formatShape(shape)} needs ${expected} bytes, found ${begin} to ${end} of ${available}`,
    );
  }
  return { code, shape, begin, end };
}

const isCount = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;

const malformed = (where: string, found: string) =>
  new SyntaxError(`${where}: ${found}; expected a safetensors file`);

/** The first bytes of a file with these tensors, in their order: length, JSON, padding. */
export function encodeSafetensorsHeader(
  tensors: Iterable<readonly [name: string, code: string, shape: Shape, bytes: number]>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = Object.create(null);
  header.__metadata__ = metadata;
  let offset = 0;
  for (const [name, dtype, shape, bytes] of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, offset += bytes] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Spaces align the tensors to 8 bytes, as the reference implementation does.
  const length = Math.ceil(text.length / 8) * 8;
  const result = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(result.buffer).setBigUint64(0, BigInt(length), true);
  result.set(text, 8);
  return result;
}
