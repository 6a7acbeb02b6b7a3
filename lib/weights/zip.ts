import { type ByteSource, bytesSource, partOf } from "./byte_source.ts";

/** A directory of more bytes or entries is no archive of tensors. */
const largestDirectory = 64 << 20;
const mostEntries = 100_000;

/** An entry as the directory has it, before its own header is read. */
interface DirectoryEntry {
  readonly name: string;
  readonly header: number;
  readonly size: number;
  /** Bytes in the archive: fewer, where the entry is deflated. */
  readonly packed: number;
  readonly deflated: boolean;
}

/** Deflate packs no better than this many bytes into one. */
export const bestPacking = 1032;

/**
 * The contents of a zip archive, by name, stored or deflated. Offsets and sizes are checked against
 * the file; nothing is written, and unpacked is what is read.
 *
 * @throws {SyntaxError} if it is malformed, encrypted or compressed otherwise, or an entry's name is
 * absolute, has `..` in it, or is there twice
 */
export async function readZip(source: ByteSource): Promise<Map<string, ByteSource>> {
  const { offset, size, count } = await findDirectory(source);
  const listed = parseDirectory(await source.read(offset, size), count, source.where);
  const entries = new Map<string, ByteSource>();
  const inflated = inflater(source.where);
  for (const { name, header, size, packed, deflated } of listed) {
    // Names and extra fields may differ in length from those in the directory.
    const local = viewOf(await source.read(header, 30));
    if (local.getUint32(0, true) !== 0x04034b50) fail(source.where, `no entry at ${header}`);
    const at = header + 30 + local.getUint16(26, true) + local.getUint16(28, true);
    if (at + packed > source.size) {
      fail(source.where, `entry ${JSON.stringify(name)} ends at ${at + packed} of ${source.size}`);
    }
    const content = partOf(source, at, packed);
    entries.set(name, deflated ? inflated(name, content, size) : content);
  }
  return entries;
}

/**
 * Makes sources that are unpacked when they are first read from. One at a time is kept, so that a
 * large archive is never held as a whole.
 */
function inflater(where: string) {
  let kept: { readonly name: string; readonly bytes: Promise<ByteSource> } | undefined;
  return (name: string, packed: ByteSource, size: number): ByteSource => ({
    where,
    size,
    read: async (at, length) => {
      if (kept?.name !== name) kept = { name, bytes: inflate(name, packed, size) };
      return await (await kept.bytes).read(at, length);
    },
    close: () => packed.close(),
  });
}

async function inflate(name: string, packed: ByteSource, size: number): Promise<ByteSource> {
  const damaged = (found: string) =>
    new SyntaxError(
      `${packed.where}: entry ${
        JSON.stringify(name)
      }: expected ${size} bytes when unpacked, found ` +
        `${found}; the file is damaged: fetch it again`,
    );
  const content = new Blob([await packed.read(0, packed.size)]).stream();
  const bytes = new Uint8Array(size);
  let done = 0;
  try {
    for await (const chunk of content.pipeThrough(new DecompressionStream("deflate-raw"))) {
      if (done + chunk.length > size) throw damaged("more");
      bytes.set(chunk, done);
      done += chunk.length;
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw error;
    throw damaged(`what is not deflated (${(error as Error).message})`);
  }
  if (done < size) throw damaged(String(done));
  return bytesSource(bytes, packed.where);
}

/** Finds the directory by the record at the archive's end, or its 64-bit form before that. */
async function findDirectory(source: ByteSource) {
  const { where, size: fileSize } = source;
  const length = Math.min(fileSize, 22 + 65535);
  const start = fileSize - length;
  const tail = viewOf(await source.read(start, length));
  let at = length - 22;
  const isEnd = () =>
    tail.getUint32(at, true) === 0x06054b50 && at + 22 + tail.getUint16(at + 20, true) <= length;
  while (at >= 0 && !isEnd()) at--;
  if (at < 0) {
    throw new SyntaxError(
      `${where}: an archive without the directory at its end (${fileSize} bytes); it is cut short: ` +
        "fetch it again",
    );
  }
  let count = tail.getUint16(at + 10, true);
  let size = tail.getUint32(at + 12, true);
  let offset = tail.getUint32(at + 16, true);
  if (at >= 20 && tail.getUint32(at - 20, true) === 0x07064b50) {
    const record = viewOf(await source.read(integer(tail, at - 12, where), 56));
    if (record.getUint32(0, true) !== 0x06064b50) fail(where, "no 64-bit record of the directory");
    count = integer(record, 32, where);
    size = integer(record, 40, where);
    offset = integer(record, 48, where);
  }
  const tooLarge = size > largestDirectory || count > mostEntries;
  if (tooLarge || offset + size > fileSize || count * 46 > size) {
    fail(where, `a directory of ${count} entries in ${size} bytes at ${offset} of ${fileSize}`);
  }
  return { offset, size, count };
}

function parseDirectory(bytes: Uint8Array, count: number, where: string): DirectoryEntry[] {
  const view = viewOf(bytes);
  const entries: DirectoryEntry[] = [];
  const names = new Set<string>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) {
      fail(where, `a damaged directory: entry ${i + 1} of ${count}`);
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      view.getUint16(at + field, true)
    ) as [number, number, number];
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > bytes.length) fail(where, `a damaged directory: entry ${i + 1} of ${count}`);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    checkName(name, names, where);
    if (view.getUint16(at + 8, true) & 1) fail(where, `entry ${JSON.stringify(name)} is encrypted`);
    const method = view.getUint16(at + 10, true);
    if (method !== 0 && method !== 8) {
      throw new SyntaxError(
        `${where}: entry ${JSON.stringify(name)} is compressed by method ${method}; expected ` +
          "entries that are stored or deflated: unpack the archive and pack it again so",
      );
    }
    const extra = bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    const fields = [24, 20, 42].map((field) => view.getUint32(at + field, true));
    const [size, packed, header] = widen(fields, extra, where) as [number, number, number];
    if (method === 0 ? size !== packed : size > packed * bestPacking) {
      fail(where, `entry ${JSON.stringify(name)} has ${size} bytes in ${packed}`);
    }
    entries.push({ name, header, size, packed, deflated: method === 8 });
    at = next;
  }
  return entries;
}

function checkName(name: string, names: Set<string>, where: string): void {
  const outside = /^([/\\]|[a-z]:)/i.test(name) || name.split(/[/\\]/).includes("..");
  if (outside || name.includes("\0")) {
    fail(where, `entry ${JSON.stringify(name)} leads out of the archive`);
  }
  if (names.has(name)) fail(where, `two entries are named ${JSON.stringify(name)}`);
  names.add(name);
}

/** Replaces the 32-bit fields that are all ones by those of the 64-bit extra field, in its order. */
function widen(fields: readonly number[], extra: Uint8Array, where: string): number[] {
  const view = viewOf(extra);
  let wide = { at: 0, end: 0 };
  for (let at = 0; at + 4 <= extra.length;) {
    const length = view.getUint16(at + 2, true);
    const end = Math.min(at + 4 + length, extra.length);
    if (view.getUint16(at, true) === 1) wide = { at: at + 4, end };
    at += 4 + length;
  }
  return fields.map((field) => {
    if (field !== 0xffffffff) return field;
    if (wide.at + 8 > wide.end) fail(where, "a 64-bit size is missing");
    wide.at += 8;
    return integer(view, wide.at - 8, where);
  });
}

function integer(view: DataView, at: number, where: string): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) fail(where, `a size of ${value}`);
  return Number(value);
}

const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function fail(where: string, found: string): never {
  throw new SyntaxError(
    `${where}: ${found}; expected a zip archive as torch.save writes it: it may be damaged`,
  );
}
