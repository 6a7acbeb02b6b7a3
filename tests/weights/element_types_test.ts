import { assertEquals, assertThrows } from "@std/assert";
import { decodeNumbers, halfToFloat } from "../../lib/weights/element_types.ts";

const bytesOf = (array: { readonly buffer: ArrayBuffer }) => new Uint8Array(array.buffer);

Deno.test("halfToFloat: every half-precision number is what the engine has", () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const view = new DataView(bits.buffer);
  for (let i = 0; i < bits.length; i++) {
    assertEquals(halfToFloat(i), view.getFloat16(2 * i, true));
  }
});

Deno.test("decodeNumbers: bfloat16 is the upper half of an f32", () => {
  const bits = Uint16Array.of(0x3f80, 0xc000, 0x7f80, 0x0001);
  assertEquals([...decodeNumbers("bf16", bytesOf(bits), "test")], [
    1,
    -2,
    Infinity,
    2 ** -133,
  ]);
});

Deno.test("decodeNumbers: 64-bit floats and integers become narrower", () => {
  const wide = BigInt64Array.of(-(2n ** 31n), 2n ** 31n - 1n);
  assertEquals([...decodeNumbers("i64", bytesOf(wide), "test")], [-(2 ** 31), 2 ** 31 - 1]);
  const doubles = Float64Array.of(1 / 3);
  assertEquals([...decodeNumbers("f64", bytesOf(doubles), "test")], [Math.fround(1 / 3)]);
  assertThrows(
    () => decodeNumbers("i64", bytesOf(BigInt64Array.of(2n ** 31n)), "w.pth: steps"),
    RangeError,
    "w.pth: steps: the 64-bit integer 2147483648 does not fit 32 bits",
  );
});

Deno.test("decodeNumbers: unsigned integers become i32 where they fit", () => {
  const decode = (
    type: "u16" | "u32" | "u64",
    array: { readonly buffer: ArrayBuffer },
  ) => [...decodeNumbers(type, bytesOf(array), "w")];
  assertEquals(decode("u16", Uint16Array.of(0, 65535)), [0, 65535]);
  assertEquals(decode("u32", Uint32Array.of(0, 2 ** 31 - 1)), [0, 2 ** 31 - 1]);
  assertEquals(decode("u64", BigUint64Array.of(0n, 2n ** 31n - 1n)), [0, 2 ** 31 - 1]);
  const message = "integer 2147483648 does not fit 32 bits";
  assertThrows(
    () => decode("u32", Uint32Array.of(2 ** 31)),
    RangeError,
    `w: the 32-bit ${message}`,
  );
  const wide = BigUint64Array.of(2n ** 31n);
  assertThrows(() => decode("u64", wide), RangeError, `w: the 64-bit ${message}`);
});

Deno.test("decodeNumbers: floats of 8 bits", () => {
  const decode = (
    type: "f8_e5m2" | "f8_e4m3",
    ...bits: number[]
  ) => [...decodeNumbers(type, Uint8Array.from(bits), "w")];
  assertEquals(decode("f8_e5m2", 0x3c, 0xc0, 0x7b, 0x7c, 0x01), [1, -2, 57344, Infinity, 2 ** -16]);
  assertEquals(decode("f8_e4m3", 0x38, 0xc0, 0x7e, 0x7f, 0x01, 0x08), [
    1,
    -2,
    448,
    NaN,
    2 ** -9,
    2 ** -6,
  ]);
});
