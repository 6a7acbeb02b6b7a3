import { assertEquals, assertThrows } from "@std/assert";
import type { DType } from "../../../lib/core/dtype.ts";
import { decodeSafetensors, type StoredTensor } from "../../../lib/core/safetensors/read.ts";
import { encodeSafetensors } from "../../../lib/core/safetensors/write.ts";

/** A file of a header as it stands and a number of bytes. */
function file(header: unknown, bytes = 0, declared?: bigint): Uint8Array {
  const text = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const result = new Uint8Array(8 + text.length + bytes);
  new DataView(result.buffer).setBigUint64(0, declared ?? BigInt(text.length), true);
  result.set(text, 8);
  return result;
}

const entry = (dtype: unknown, shape: unknown, data_offsets: unknown) => ({
  dtype,
  shape,
  data_offsets,
});

function fails(bytes: Uint8Array, part: string): void {
  const error = assertThrows(() => decodeSafetensors(bytes, "x.safetensors"), SyntaxError, part);
  assertEquals((error as Error).message.startsWith("x.safetensors: "), true);
}

Deno.test("what is encoded is decoded", () => {
  const tensors: [string, StoredTensor][] = [
    ["a.kernel", { shape: [2, 2], dtype: "f32", data: Float32Array.of(1, -0.5, NaN, Infinity) }],
    ["bytes", { shape: [3], dtype: "u8", data: Uint8Array.of(1, 2, 255) }],
    ["count", { shape: [], dtype: "i32", data: Int32Array.of(-7) }],
    ["nothing", { shape: [0, 4], dtype: "f32", data: new Float32Array() }],
    ["größe", { shape: [1], dtype: "f32", data: new Float32Array([9, 8]).subarray(1) }],
  ];
  const metadata: Record<string, string> = { note: "a text\nof two lines", empty: "" };
  const { tensors: found, metadata: texts } = decodeSafetensors(
    encodeSafetensors(tensors, metadata),
    "x",
  );
  assertEquals([...found], tensors.map(([name, t]) => [name, { ...t, data: t.data.slice() }]));
  assertEquals({ ...texts }, metadata);
});

Deno.test("tensors begin at a multiple of 8, as the reference implementation has it", () => {
  for (const name of ["a", "ab", "abc", "abcdefgh"]) {
    const data = Float32Array.of(1);
    const bytes = encodeSafetensors([[name, { shape: [1], dtype: "f32" as DType, data }]]);
    assertEquals((bytes.length - 4) % 8, 0);
  }
});

Deno.test("a file without metadata or tensors is read", () => {
  assertEquals(decodeSafetensors(file({}), "x"), { tensors: new Map(), metadata: {} });
});

Deno.test("every truncation of a file is an error", () => {
  const whole = encodeSafetensors([
    ["a", { shape: [2], dtype: "f32", data: Float32Array.of(1, 2) }],
    ["b", { shape: [3], dtype: "u8", data: Uint8Array.of(1, 2, 3) }],
  ]);
  for (let length = 0; length < whole.length; length++) {
    assertThrows(() => decodeSafetensors(whole.subarray(0, length), "x"), SyntaxError);
  }
});

Deno.test("header lengths are not trusted", () => {
  fails(new Uint8Array(7), "only 7 bytes");
  fails(file({}, 0, 2n ** 64n - 1n), "a header of 18446744073709551615 bytes in a file of 10");
  fails(file({}, 0, 3n), "a header of 3 bytes in a file of 10");
  fails(file({}, 0, 100_000_001n), "a header of");
});

Deno.test("headers that are no JSON objects are errors", () => {
  fails(file("{"), "not JSON");
  fails(file("[]"), "not a JSON object");
  fails(file("null"), "not a JSON object");
  fails(file(""), "not JSON");
  const invalid = file("{}");
  invalid[8] = 0xff;
  fails(invalid, "not JSON");
  fails(file({ a: null }), 'tensor "a" has the type undefined');
  fails(file({ __metadata__: null }), "__metadata__");
  fails(file({ __metadata__: "x" }), "__metadata__");
  fails(file({ __metadata__: { a: 1 } }), "__metadata__");
});

Deno.test("types, shapes and offsets are checked", () => {
  fails(file({ a: entry("F64", [1], [0, 8]) }, 8), "type F64, but only F32, I32 and U8");
  fails(file({ a: entry("constructor", [1], [0, 4]) }, 4), "type constructor");
  fails(file({ a: entry("F32", [1.5], [0, 6]) }, 6), "the shape [1.5]");
  fails(file({ a: entry("F32", [-1], [0, 4]) }, 4), "the shape [-1]");
  fails(file({ a: entry("F32", "1", [0, 4]) }, 4), 'the shape "1"');
  fails(file({ a: entry("F32", [2 ** 30, 2 ** 30], [0, 4]) }, 4), "the shape [1073741824");
  fails(file({ a: entry("F32", [2 ** 26, 2 ** 26], [0, 4]) }, 4), "needs 18014398509481984 bytes");
  fails(file({ a: entry("F32", [1], [0]) }, 4), "the offsets [0]");
  fails(file({ a: entry("F32", [1], [-4, 0]) }, 4), "the offsets [-4,0]");
  fails(file({ a: entry("F32", [1], [0, 8]) }, 8), "needs 4 bytes, found 0 to 8");
  fails(file({ a: entry("F32", [2], [0, 8]) }, 4), "take 8 bytes, but only 4 follow the header");
  fails(file({ a: entry("F32", [1], [4, 0]) }, 4), "needs 4 bytes");
});

Deno.test("tensors that overlap, leave gaps or leave bytes over are errors", () => {
  const a = entry("F32", [1], [0, 4]);
  fails(file({ a, b: entry("F32", [1], [0, 4]) }, 4), 'tensor "b" begins at 0, not at 4');
  fails(file({ a, b: entry("U8", [4], [2, 6]) }, 6), 'tensor "b" begins at 2, not at 4');
  fails(file({ a, b: entry("F32", [1], [8, 12]) }, 12), 'tensor "b" begins at 8, not at 4');
  fails(file({ a: entry("F32", [1], [4, 8]) }, 8), 'tensor "a" begins at 4, not at 0');
  fails(file({ a }, 12), "the tensors end at 4, but 12 bytes follow");
});
