/** Reads event files as their formats have it, and by other code than writes them. */
import { crc32c } from "./crc32c_by_bits.ts";

/** A message: what each field holds, in order. */
export type Fields = ReadonlyMap<number, readonly (number | Uint8Array)[]>;

/** The fields of a message of Protocol Buffers. */
export function fieldsOf(bytes: Uint8Array): Fields {
  const found = new Map<number, (number | Uint8Array)[]>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  while (at < bytes.length) {
    const key = varint(), field = Math.floor(key / 8);
    let value: number | Uint8Array;
    switch (key % 8) {
      case 0:
        value = varint();
        break;
      case 1:
        value = view.getFloat64(at, true);
        at += 8;
        break;
      case 2: {
        const length = varint();
        value = bytes.subarray(at, at += length);
        break;
      }
      case 5:
        value = view.getFloat32(at, true);
        at += 4;
        break;
      default:
        throw new Error(`no such wire type: ${key % 8}`);
    }
    found.getOrInsertComputed(field, () => []).push(value);
  }
  return found;
}

/** The messages of a file of records, whose checksums are right. */
export function recordsIn(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    records: Uint8Array[] = [];
  const check = (data: Uint8Array, at: number) => {
    const sum = crc32c(data), turned = (sum >>> 15) + (sum << 17 >>> 0);
    const expected = (turned + 0xa282ead8) % 2 ** 32;
    if (view.getUint32(at, true) !== expected) throw new Error(`a wrong checksum at byte ${at}`);
  };
  for (let at = 0; at < bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    check(bytes.subarray(at, at + 8), at + 8);
    const data = bytes.subarray(at + 12, at + 12 + length);
    check(data, at + 12 + length);
    records.push(data);
    at += 16 + length;
  }
  return records;
}
