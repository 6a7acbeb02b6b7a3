/**
 * Seeded changes of good inputs: of bytes, and of JSON values, whose outside stays whole.
 *
 * @module
 */
import type { Random } from "../../lib/core/random.ts";

const encode = (text: string) => new TextEncoder().encode(text);

export const pick = <T>(random: Random, list: readonly T[]): T =>
  list[random.integer(list.length)]!;

/** Numbers at which fields of 8, 16 and 32 bits overflow. */
const edges = [
  ...[0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000],
  ...[0xfffffffe, 0xffffffff, 0x40000000, 100_000_000],
];

/** Numbers at which fields of 64 bits, and numbers of 53, overflow. */
const wideEdges = [0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 40n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

/** Words that stand for something in texts. */
const words = [
  ...["-1", "0", "1.5", "1e308", "99999999999", "2147483648", "NaN", "null", "true", "[]", "{}"],
  ...['"', '"__proto__"', "\n", "\r", "\t", "\0", ",", ";", "../", "\ufeff"],
];

type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes with `length` of them from `at` on replaced. */
function spliced(bytes: Bytes, at: number, length: number, by: Uint8Array): Bytes {
  const end = Math.min(bytes.length, at + length);
  const result = new Uint8Array(at + by.length + bytes.length - end);
  result.set(bytes.subarray(0, at));
  result.set(by, at);
  result.set(bytes.subarray(end), at + by.length);
  return result;
}

const changes: readonly ((random: Random, bytes: Bytes, at: number) => Bytes)[] = [
  function byte(random, bytes, at) {
    bytes[at] = random.integer(256);
    return bytes;
  },
  function bit(random, bytes, at) {
    bytes[at]! ^= 1 << random.integer(8);
    return bytes;
  },
  function cut(_, bytes, at) {
    return bytes.slice(0, at);
  },
  function without(random, bytes, at) {
    return spliced(bytes, at, 1 + random.integer(16), new Uint8Array());
  },
  function repeated(random, bytes, at) {
    return spliced(
      bytes,
      random.integer(bytes.length),
      0,
      bytes.slice(at, at + random.integer(64)),
    );
  },
  function edge(random, bytes, at) {
    const view = new DataView(bytes.buffer);
    if (at + 4 <= bytes.length) view.setUint32(at, pick(random, edges), random.integer(2) === 0);
    return bytes;
  },
  function wideEdge(random, bytes, at) {
    const view = new DataView(bytes.buffer);
    if (at + 8 <= bytes.length) {
      view.setBigUint64(at, pick(random, wideEdges), random.integer(2) === 0);
    }
    return bytes;
  },
  function filled(random, bytes, at) {
    return bytes.fill(pick(random, [0, 255, 0x20, 0x30, 0x7b]), at, at + 1 + random.integer(32));
  },
  function word(random, bytes, at) {
    const text = encode(pick(random, words));
    return spliced(bytes, at, random.integer(2) * text.length, text);
  },
];

/** A copy of good bytes with one to four changes. */
export function mutate(random: Random, good: Uint8Array): Bytes {
  let bytes = Uint8Array.from(good);
  for (let left = 1 + random.integer(4); left > 0 && bytes.length > 0; left--) {
    bytes = pick(random, changes)(random, bytes, random.integer(bytes.length));
  }
  return bytes;
}

/** Values that a field of JSON should not have. */
const strange: readonly unknown[] = [
  ...[0, -1, 1, 1.5, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e308, -1e308],
  ...["", "x", "relu", "same", "__proto__", "constructor", "map", "\0" + "0", "a".repeat(1000)],
  ...[null, true, [], {}, [0, 0, 0], [1e9, 1e9], [-1, -1], [2, 2, 2, 2, 2], [[[[]]]], [null]],
];

/** Names that mean something to JavaScript. */
const names = ["__proto__", "constructor", "prototype", "toString", "then", "length", "extra"];

/** A copy of a JSON value with one to three changes. */
export function mutateJson(random: Random, good: unknown): unknown {
  let value = structuredClone(good);
  for (let left = 1 + random.integer(3); left > 0; left--) value = changed(random, value);
  return value;
}

function changed(random: Random, value: unknown): unknown {
  if (value === null || typeof value !== "object" || random.integer(8) === 0) {
    return structuredClone(pick(random, strange));
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return pick(random, strange);
  const at = random.integer(entries.length), [name, inner] = entries[at]!;
  const way = random.integer(8);
  if (way === 0) entries.splice(at, 1);
  else if (way === 1) {
    entries.push([Array.isArray(value) ? name : pick(random, names), pick(random, strange)]);
  } else entries[at] = [name, changed(random, inner)];
  if (Array.isArray(value)) return entries.map(([, value]) => value);
  // As JSON.parse makes it: "__proto__" is a name like others.
  return JSON.parse(
    `{${
      entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value) ?? "null"}`)
        .join()
    }}`,
  );
}
