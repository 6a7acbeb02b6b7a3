import { assert, assertEquals, assertRejects } from "@std/assert";
import type { TensorData } from "../../lib/core/dtype.ts";
import { encodeSafetensors, writeSafetensors } from "../../lib/core/safetensors/write.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";
import { openSource } from "../../lib/weights/byte_source.ts";
import { damage, source } from "./files.ts";
import { inFolder } from "../folders.ts";

const tensors = [
  { name: "b", shape: [2, 3], dtype: "f32", data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  { name: "a", shape: [], dtype: "i32", data: Int32Array.of(-7) },
  { name: "mask", shape: [3], dtype: "u8", data: Uint8Array.of(0, 1, 255) },
  { name: "empty", shape: [0, 4], dtype: "f32", data: new Float32Array(0) },
] as const;
const writable = tensors.map(({ data, ...rest }) => ({ ...rest, read: (): TensorData => data }));

Deno.test("writeSafetensors and openSafetensors: a round trip", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/x.safetensors`;
    await writeSafetensors(path, writable, { note: "ø" });
    using file = await openSafetensors(await openSource(path));
    assertEquals([...file.tensors.keys()], tensors.map(({ name }) => name));
    assertEquals(file.metadata, { note: "ø" });
    for (const { name, shape, dtype, data } of tensors) {
      const found = file.tensors.get(name)!;
      assertEquals([...found.shape], [...shape]);
      assertEquals<string>(found.type, dtype);
      assertEquals<unknown>(await found.read(), data);
    }
    assertEquals<unknown>(await file.tensors.get("b")!.read(1, 4), Float32Array.of(2, 3, 4));
    await assertRejects(() => file.tensors.get("b")!.read(1, 7), RangeError, "found 1 to 7");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["x.safetensors"]);
  });
});

/** A file with this header and so many bytes after it. */
function file(header: unknown, bytes: number | Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const content = typeof bytes === "number" ? new Uint8Array(bytes) : bytes;
  const result = new Uint8Array(8 + text.length + content.length);
  new DataView(result.buffer).setBigUint64(0, BigInt(text.length), true);
  result.set(text, 8);
  result.set(content, 8 + text.length);
  return result;
}

Deno.test("openSafetensors: types that become f32 and i32, at odd offsets", async () => {
  const content = new Uint8Array(1 + 2 + 2 + 8 + 8 + 2 + 1);
  const view = new DataView(content.buffer);
  view.setUint8(0, 1);
  view.setUint16(1, 0x3c00, true); // 1 in half precision
  view.setUint16(3, 0xbf80, true); // -1 in bfloat16
  view.setFloat64(5, 0.5, true);
  view.setBigInt64(13, -3n, true);
  view.setInt16(21, -4, true);
  view.setInt8(23, -5);
  let at = 0;
  const entry = (dtype: string, size: number) => ({
    dtype,
    shape: [1],
    data_offsets: [at, at += size],
  });
  const header = {
    bool: entry("BOOL", 1),
    f16: entry("F16", 2),
    bf16: entry("BF16", 2),
    f64: entry("F64", 8),
    i64: entry("I64", 8),
    i16: entry("I16", 2),
    i8: entry("I8", 1),
  };
  using opened = await openSafetensors(source(file(header, content)));
  const read = async (name: string) => await opened.tensors.get(name)!.read();
  assertEquals<unknown>(await read("bool"), Uint8Array.of(1));
  assertEquals<unknown>(await read("f16"), Float32Array.of(1));
  assertEquals<unknown>(await read("bf16"), Float32Array.of(-1));
  assertEquals<unknown>(await read("f64"), Float32Array.of(0.5));
  assertEquals<unknown>(await read("i64"), Int32Array.of(-3));
  assertEquals<unknown>(await read("i16"), Int32Array.of(-4));
  assertEquals<unknown>(await read("i8"), Int32Array.of(-5));
});

const refused = (name: string, bytes: Uint8Array, message: string) =>
  Deno.test(`openSafetensors refuses ${name}`, async () => {
    await assertRejects(() => openSafetensors(source(bytes, "w")), SyntaxError, message);
  });
Deno.test("openSafetensors: a type that cannot be read matters where the tensor is read", async () => {
  for (const type of ["F4", "F6_E2M3", "F8_E8M0", "C64", "constructor"]) {
    const bytes = file({ ...one([2], [0, 4], type), x: { ...one([1], [4, 8]).w } }, 8);
    using opened = await openSafetensors(source(bytes, "w.safetensors"));
    const { shape, type: found, read } = opened.tensors.get("w")!;
    assertEquals([shape, found], [[2], type]);
    await assertRejects(read, SyntaxError, `w.safetensors: w: numbers of the kind ${type}`);
    assertEquals((await opened.tensors.get("x")!.read()).length, 1);
  }
});

const one = (shape: unknown, data_offsets: unknown, dtype = "F32") => ({
  w: { dtype, shape, data_offsets },
});

refused("an empty file", new Uint8Array(0), "only 0 bytes");
refused(
  "an enormous header",
  Uint8Array.of(...new Uint8Array(7).fill(255), 127, 123),
  "a header of 9223372036854775807 bytes in a file of 9",
);
refused("a header longer than the file", file("{}", 0).subarray(0, 9), "a header of 2 bytes");
refused("a header that is no JSON", file("{nonsense", 0), "the header is not JSON");
refused("a header that is no object", file([1], 0), "the header is not a JSON object");
refused("a header nested very deep", file("[".repeat(100_000), 0), "the header is not JSON");
refused("a type that is no text", file({ w: { dtype: 1, shape: [] } }, 0), "has the type 1");
refused("an unknown type that ends before it begins", file(one([1], [4, 0], "F4"), 4), "4 to 0");
refused("an entry that is null", file({ w: null }, 0), "has the type undefined");
refused("a negative size", file(one([-1], [0, 4]), 4), "has the shape [-1]");
refused("an enormous shape", file(one([1e9, 1e9], [0, 4]), 4), "has the shape");
refused("a fraction as a size", file(one([0.5], [0, 2]), 2), "has the shape [0.5]");
refused("offsets that are no pair", file(one([1], [0]), 4), "has the offsets [0]");
refused("offsets outside", file(one([2], [0, 8]), 4), "take 8 bytes, but only 4 follow");
refused("what is cut short", file(one([2], [0, 8]), 7), "cut short: fetch it again");
refused("offsets of another size", file(one([1], [0, 8]), 8), "needs 4 bytes, found 0 to 8");
refused(
  "tensors that overlap",
  file({ ...one([1], [0, 4]), v: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }, 4),
  "begins at 0, not at 4",
);
refused("a gap", file(one([1], [4, 8]), 8), "begins at 4, not at 0");
refused("bytes that belong to nothing", file(one([1], [0, 4]), 6), "the tensors end at 4, but 6");
refused(
  "metadata that are no texts",
  file({ __metadata__: { a: 1 } }, 0),
  "not an object of texts",
);
refused("metadata that are null", file({ __metadata__: null }, 0), "not an object of texts");
refused(
  "more numbers than can be indexed",
  file(one([2 ** 31, 0, 2 ** 31], [0, 0]), 1),
  "the tensors end at 0",
);

Deno.test("openSafetensors: a damaged file is refused or read, whatever the damage", async () => {
  const bytes = encodeSafetensors(
    tensors.map(({ name, ...tensor }) => [name, tensor] as const),
    { note: "n" },
  );
  assert(await damage(bytes, openSafetensors) > bytes.length);
});
