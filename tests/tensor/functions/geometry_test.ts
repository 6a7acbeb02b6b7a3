import { assertEquals, assertThrows } from "@std/assert";
import { convolutionGeometry, resolvePadding } from "../../../lib/tensor/functions/geometry.ts";
import { type Padding, pairOf } from "../../../lib/tensor/functions/settings.ts";

Deno.test("a size is an integer or two", () => {
  assertEquals(pairOf(3, "stride"), [3, 3]);
  assertEquals(pairOf([1, 2], "stride"), [1, 2]);
  assertEquals(pairOf(0, "outputPadding", 0), [0, 0]);
  assertThrows(() => pairOf(0, "stride"), RangeError, "stride: expected an integer of at least 1");
  assertThrows(() => pairOf(1.5, "stride"), RangeError, "or two, found 1.5");
  assertThrows(() => pairOf([1, 2, 3], "window"), RangeError);
  assertThrows(() => pairOf("3", "window"), RangeError, 'found "3"');
});

Deno.test("padding in all its spellings", () => {
  const resolve = (padding: Padding) => resolvePadding(padding, [7, 8], [3, 4], [2, 1]);
  assertEquals(resolve("valid"), [0, 0, 0, 0]);
  assertEquals(resolve(2), [2, 2, 2, 2]);
  assertEquals(resolve([1, 2]), [1, 1, 2, 2]);
  assertEquals(resolve([1, 2, 3, 4]), [1, 2, 3, 4]);
  // "same": the odd row or column at the bottom and right, as in TensorFlow.
  assertEquals(resolve("same"), [1, 1, 1, 2]);
  assertEquals(resolvePadding("same", [224, 224], [7, 7], [2, 2]), [2, 3, 2, 3]);
  assertEquals(resolvePadding("same", [5, 5], [3, 3], [1, 1], [2, 2]), [2, 2, 2, 2]);
  assertEquals(resolvePadding("same", [4, 4], [1, 1], [2, 2]), [0, 0, 0, 0]);
});

Deno.test("other padding is an error that lists the spellings", () => {
  for (const padding of ["full", -1, 0.5, [1, 2, 3], [], null, [1, -1]]) {
    assertThrows(
      () => resolvePadding(padding as unknown as Padding, [7, 7], [3, 3], [1, 1]),
      RangeError,
      'padding: expected "valid", "same", an integer of at least 0',
    );
  }
});

Deno.test("the defaults of a convolution", () => {
  assertEquals(convolutionGeometry({}, [7, 7], [3, 3]), {
    stride: [1, 1],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
    groups: 1,
  });
  assertThrows(() => convolutionGeometry({ groups: 0 }, [7, 7], [3, 3]), RangeError, "groups:");
});
