import { assertEquals } from "@std/assert";
import { bytesPerElement, dtypeOf, typedArray } from "../../lib/core/dtype.ts";

Deno.test("every type has its typed array", () => {
  for (const dtype of ["f32", "i32", "u8"] as const) {
    const array = typedArray(dtype, [1, 2, 3]);
    assertEquals(dtypeOf(array), dtype);
    assertEquals(array.BYTES_PER_ELEMENT, bytesPerElement[dtype]);
    assertEquals([...array], [1, 2, 3]);
    assertEquals(typedArray(dtype, 2).length, 2);
  }
});

Deno.test("a typed array of a buffer is a view, of an array a copy", () => {
  const source = Float32Array.of(1, 2);
  typedArray("f32", source.buffer)[0] = 5;
  assertEquals(source[0], 5);
  typedArray("f32", source)[0] = 6;
  assertEquals(source[0], 5);
});

Deno.test("other data has no type of ours", () => {
  for (const data of [[1], new Float64Array(1), new Uint8ClampedArray(1), null, "f32"]) {
    assertEquals(dtypeOf(data), undefined);
  }
});
