import { assertEquals, assertThrows } from "@std/assert";
import { decodeNumbers, halfToFloat } from "../../lib/weights/numbers.ts";

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
